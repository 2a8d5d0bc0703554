/** One verified activity that is not counted -> its effect. Every effect is idempotent: a message may come twice, and late. */
import { strangerOf } from '#shared/domain/policy';
import { facesOf } from '#shared/domain/remote-actor';
import { type Incoming, readActivity } from '#shared/protocol/incoming';
import { jsonObject } from '#shared/protocol/json';
import { logger } from '#shared/runtime/logger';
import type { ReceivedMessage } from '#shared/transport/messages';
import { block } from './block.ts';
import { create } from './create.ts';
import { deleteActivity } from './delete.ts';
import type { Activity, Effects, Sender } from './effects.ts';
import { flag } from './flag.ts';
import { move } from './move.ts';
import { quoteRequest } from './quote-request.ts';
import { refresh } from './refresh.ts';
import { update } from './update.ts';

export const receive =
  (deps: Effects) =>
  async ({ body, signedAt }: Pick<ReceivedMessage, 'body' | 'signedAt'>): Promise<void> => {
    const document = jsonObject(Buffer.from(body));
    const activity = document && readActivity(document);
    if (!activity || typeof activity === 'string') throw new Error('a verified activity cannot be read');
    if (await isBarred(deps, activity)) return logger.info('blocked since it came', { actor: activity.actor });
    await effectOf(deps, activity, signedAt);
    await deps.signOfLife(new Set([new URL(activity.actor).host]));
  };

/** What was let in before its server was blocked has no effect any more, but that it may take back what it gave. */
async function isBarred({ policies }: Effects, { kind, actor }: Incoming): Promise<boolean> {
  if (kind === 'delete') return false;
  return (await policies()).blocks(strangerOf(actor));
}

async function effectOf(deps: Effects, activity: Incoming, signedAt: string): Promise<void> {
  switch (activity.kind) {
    case 'delete':
      return deleteActivity(deps, activity);
    case 'block':
      return block(deps, activity);
    case 'move':
      return move(deps, activity);
    case 'refresh':
      return refresh(deps, activity, signedAt);
    case 'create':
      return bySomeone(deps, activity, create);
    case 'update':
      return bySomeone(deps, activity, update);
    case 'flag':
      return bySomeone(deps, activity, flag);
    case 'quoteRequest':
      return bySomeone(deps, activity, quoteRequest);
    default:
      logger.info('no effect', { kind: activity.kind, actor: activity.actor });
  }
}

/** For what needs to know who sent it. */
async function bySomeone<A extends Activity<Incoming['kind']>>(
  deps: Effects,
  activity: A,
  effect: (deps: Effects, activity: A, sender: Sender) => Promise<void>,
): Promise<void> {
  const sender = await deps.senderOf(activity.actor);
  if (!sender) return logger.info('the actor is gone', { actor: activity.actor });
  const decided = await deps.policies();
  if (facesOf(sender).some(decided.blocks)) return logger.info('its inbox is blocked', { actor: activity.actor });
  return effect(deps, activity, sender);
}
