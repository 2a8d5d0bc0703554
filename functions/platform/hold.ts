/** PUT and DELETE /members/{memberId}/hold: a legal order keeps what is stored from being erased. */
import type { Member } from '#shared/domain/member';
import { wordingFor } from '#shared/domain/wording/wording';
import { conflict } from '#shared/runtime/errors';
import { jobKey } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import { type JobStarter, removalJob } from '#shared/transport/jobs';
import { anyMemberOf, memberOf } from './found.ts';
import { operation } from './operation.ts';
import { doneAnswer } from './schemas/common.ts';
import { holdAnswer, holdWish } from './schemas/members.ts';
import { untilDone } from './sharing.ts';

interface Deps {
  readonly members: Pick<Members, 'find' | 'hold'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly now: () => Date;
}

const path = '/api/v1/members/{memberId}/hold';

export const putHold = (deps: Deps) =>
  operation({
    method: 'PUT',
    path,
    id: 'putHold',
    summary:
      'A legal order keeps what is stored of a member from being erased, also when the account is deleted for ever. What others can read does not depend on it',
    for: 'platform',
    body: holdWish,
    answer: { status: 200, schema: holdAnswer },
    run: async ({ memberId, body, language }) => {
      const { members, now } = deps;
      const wording = wordingFor(language);
      let hold = { order: body.order, since: now().toISOString() };
      await untilDone(async () => {
        const member = await memberOf(members, memberId, now(), language);
        if (!member.actorKey) throw conflict(wording.refusals.neverSharedHold);
        if (member.hold?.order === body.order) hold = member.hold;
        return members.hold(member, hold);
      }, wording);
      return { body: { memberId, ...hold } };
    },
  });

export const deleteHold = (deps: Deps) =>
  operation({
    method: 'DELETE',
    path,
    id: 'deleteHold',
    summary: 'The order holds no more. What it kept of someone who was deleted for ever is erased now',
    for: 'platform',
    answer: { status: 200, schema: doneAnswer },
    run: async ({ memberId, language }) => {
      let done = false;
      await untilDone(async () => {
        const member = await anyMemberOf(deps.members, memberId, deps.now());
        done = member.hold !== undefined;
        return !done || release(deps, member);
      }, wordingFor(language));
      return { body: { done } };
    },
  });

/** Ends the hold; of someone who is gone, what was kept is erased by a job of its own, however far the removal is. */
async function release({ members, starter, now }: Deps, member: Member): Promise<boolean> {
  const { memberId, sharing, removalId: id } = member;
  const job = sharing === 'gone' && id ? removalJob({ id, memberId }, 'erase', now().toISOString()) : undefined;
  const isDone = await members.hold(member, undefined, job);
  if (isDone && job) await starter.start(job, jobKey(job), now());
  return isDone;
}
