/** One verified activity -> its effect. Every effect is idempotent: a message may come twice, and late. */
import type { RemoteActor } from '#shared/domain/remote-actor';
import { type Incoming, readActivity } from '#shared/protocol/incoming';
import { jsonObject } from '#shared/protocol/json';
import { logger } from '#shared/runtime/logger';
import type { ReceivedMessage } from '#shared/transport/messages';
import { create } from './create.ts';
import { deleteActivity } from './delete.ts';
import type { Effects, Request } from './effects.ts';
import { follow } from './follow.ts';
import { react } from './react.ts';
import { undo } from './undo.ts';

type Deps = Effects & { readonly senderOf: (id: string) => Promise<RemoteActor | undefined> };

export const receive =
  (deps: Deps) =>
  async ({ body, ...request }: ReceivedMessage): Promise<void> => {
    const document = jsonObject(Buffer.from(body));
    const activity = document && readActivity(document);
    if (!activity || typeof activity === 'string') throw new Error('a verified activity cannot be read');
    await effectOf(deps, activity, request);
  };

async function effectOf(deps: Deps, activity: Incoming, request: Request): Promise<void> {
  if (activity.kind === 'delete') return deleteActivity(deps, activity);
  if (activity.kind === 'other') return logger.info('no effect', { type: activity.type, actor: activity.actor });

  const sender = await deps.senderOf(activity.actor);
  if (!sender) return logger.info('the actor is gone', { actor: activity.actor });
  switch (activity.kind) {
    case 'follow':
      return follow(deps, activity, sender, request);
    case 'like':
    case 'boost':
      return react(deps, activity, sender, request);
    case 'undo':
      return undo(deps, activity, sender, request);
    case 'create':
      return create(deps, activity, sender);
  }
}
