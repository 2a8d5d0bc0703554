/** What others did to a removed post goes with it: likes, boosts, replies and quotes live as long as the post. */
import { isHeld } from '#shared/domain/hold';
import type { StepFunction } from './steps.ts';

const pageSize = 25; // posts

/** The last step of a removal of everything: after it sharing is off. A legal order keeps what is there. */
export const interactions: StepFunction = async (deps, { member, removal }, cursor, hasTime) => {
  let after = cursor;
  while (!isHeld(member)) {
    const page = await deps.removed.removedBy(removal, { cursor: after, limit: pageSize });
    const ends = await Promise.all(
      page.items.map(({ objectKey }) => deps.memberErasure.eraseInteractions(objectKey, hasTime)),
    );
    if (ends.includes(false)) return { step: 'interactions', cursor: after };
    after = page.next;
    if (after === undefined) break;
    if (!hasTime()) return { step: 'interactions', cursor: after };
  }
  await deps.members.finishRemoval(member.memberId, removal.epoch);
  return undefined;
};
