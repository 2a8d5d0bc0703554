/** What is kept of someone who is deleted for ever is erased, unless a legal order holds it. */
import { type Held, isHeld } from '#shared/domain/hold';
import type { Member } from '#shared/domain/member';
import type { StepDeps, StepFunction } from './steps.ts';

const patience = 60; // seconds

/** At once: what the member wrote, and what others did to it. False when there is more than time. */
export async function eraseContent(
  { memberErasure, now }: Pick<StepDeps, 'memberErasure' | 'now'>,
  member: Pick<Member, 'memberId'> & Held,
  hasTime: () => boolean,
): Promise<boolean> {
  return isHeld(member) || memberErasure.eraseContent(member.memberId, now(), hasTime);
}

/**
 * When no server is to be asked any more: everything, and from then on the actor is gone for others as well; until then its
 * key is needed. Also after the end of a legal order, whether or not there is anybody still to be asked.
 */
export const erase: StepFunction = async (deps, { member, removal }, _cursor, hasTime) => {
  const { members, memberErasure } = deps;
  const { memberId } = member;
  // Its first step has yet to tell the platform of files, and erases by itself unless it has passed that by.
  if (removal.slices === undefined && removal.state !== 'settled') return { step: 'erase', delaySeconds: patience };
  if (!(await eraseContent(deps, member, hasTime))) return { step: 'erase' };
  if (removal.state !== 'settled') return undefined;
  if (!isHeld(member) && !(await memberErasure.eraseMeans(memberId, hasTime))) return { step: 'erase' };
  await members.bury(memberId);
  return undefined;
};
