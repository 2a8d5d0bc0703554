/** One verified activity that is not counted -> its effect. Every effect is idempotent: a message may come twice, and late. */
import { type Incoming, readActivity } from '#shared/protocol/incoming';
import { jsonObject } from '#shared/protocol/json';
import { logger } from '#shared/runtime/logger';
import type { ReceivedMessage } from '#shared/transport/messages';
import { create } from './create.ts';
import { deleteActivity } from './delete.ts';
import type { Effects } from './effects.ts';

export const receive =
  (deps: Effects) =>
  async ({ body }: Pick<ReceivedMessage, 'body'>): Promise<void> => {
    const document = jsonObject(Buffer.from(body));
    const activity = document && readActivity(document);
    if (!activity || typeof activity === 'string') throw new Error('a verified activity cannot be read');
    await effectOf(deps, activity);
    await deps.signOfLife(new Set([new URL(activity.actor).host]));
  };

async function effectOf(deps: Effects, activity: Incoming): Promise<void> {
  switch (activity.kind) {
    case 'delete':
      return deleteActivity(deps, activity);
    case 'create': {
      const sender = await deps.senderOf(activity.actor);
      return sender ? create(deps, activity, sender) : logger.info('the actor is gone', { actor: activity.actor });
    }
    default:
      logger.info('no effect', { kind: activity.kind, actor: activity.actor });
  }
}
