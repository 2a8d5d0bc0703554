import { strangerOf } from '#shared/domain/policy';
import type { Activity, Effects } from './effects.ts';
import { isHeard } from './regard.ts';

/** As long as one message may take: what it does not end is ended when it comes again. */
const mostMs = 20_000;

/** Delete of an actor by itself -> all that it did here goes; of anything else -> only what that actor wrote. */
export async function deleteActivity(deps: Effects, { actor, object }: Activity<'delete'>): Promise<void> {
  const { answers, erasure, announce, now } = deps;
  if (object !== actor) {
    await answers.remove(actor, object, now());
    return;
  }
  const began = now();
  const mayGoOn = () => now().getTime() - began.getTime() < mostMs;
  const { unfollowed, done } = await erasure.end(actor, began, mayGoOn);
  if (await isHeard(deps, [strangerOf(actor)]))
    await announce(
      unfollowed.map((memberId) => ({ type: 'unfollow', memberId, actor, at: began.toISOString() }) as const),
    );
  if (!done) throw new Error('someone who is gone did more than can be ended at once: look again');
  await erasure.forget(actor);
}
