/**
 * One message about a removal -> as much of one step as there is time for, then the next message. Each step can be repeated
 * without harm. What a removal that a later one has overtaken still had to do is left.
 */
import type { Context } from 'aws-lambda';
import type { Member } from '#shared/domain/member';
import { type Removal, removalOfAll } from '#shared/domain/removal';
import type { SharingRemoval } from '#shared/transport/messages';
import { answers } from './answers.ts';
import { attachments } from './attachments.ts';
import { conclude, end } from './conclude.ts';
import { cut } from './cut.ts';
import { erase } from './erase-member.ts';
import { followers, inboxes, profile } from './farewell.ts';
import { interactions } from './interactions.ts';
import type { StepDeps, StepFunction } from './steps.ts';
import { posts } from './tombstones.ts';

const reserveMs = 15_000; // what one more page may take

const steps: Readonly<Record<SharingRemoval['step'], StepFunction>> = {
  posts,
  cut,
  profile,
  followers,
  inboxes,
  interactions,
  erase,
  attachments,
  answers,
};

export const remove =
  (deps: StepDeps) =>
  async (message: SharingRemoval, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> => {
    const { members, removals, jobs, queue, now } = deps;
    const { job, memberId, removalId, step, cursor } = message;
    if (!(await jobs.isOpen(job))) return;
    const member = await members.find(memberId, now(), { consistent: true });
    const found = await removals.find(memberId, removalId, now());
    const removal = found ?? (member && step === 'erase' ? longOver(member, removalId) : undefined);
    if (!member || !removal || !stands(removal, member)) {
      // Whoever was to see that nothing waits any more may have ended right before that.
      if (removal) await (member?.sharing === 'gone' ? end(deps, removal) : conclude(deps, removal));
      return jobs.close(job);
    }
    const hasTime = () => context.getRemainingTimeInMillis() > reserveMs;
    const further = await steps[step](deps, { member, removal }, cursor, hasTime);
    if (!further) return jobs.close(job);
    const next = { memberId, removalId, step: further.step, ...(further.cursor ? { cursor: further.cursor } : {}) };
    const renewed = await jobs.renew(job, next, now());
    if (renewed) await queue.send({ job: renewed, ...next }, { group: memberId, delaySeconds: further.delaySeconds });
  };

/** A legal order may keep what is stored for longer than the receipt is kept. */
const longOver = ({ memberId, epoch, updatedAt: at }: Member, id: string): Removal => ({
  ...removalOfAll({ memberId, epoch: epoch - 1 }, { id, kind: 'forEver', cause: { by: 'platform' }, at }),
  state: 'settled',
});

/** Is it still this removal that the member is in? That of a single post is in nobody's way. */
function stands({ kind, epoch }: Removal, member: Member): boolean {
  switch (kind) {
    case 'post':
      return true;
    case 'sharing':
      return member.sharing === 'removing' && member.epoch === epoch;
    case 'forEver':
      return member.sharing === 'gone' && member.epoch === epoch;
  }
}
