/** /members/{memberId}/hold: legal orders keep what is stored from being erased, until the last of them ends. */
import { decideHold, holdsWithout, mostHolds } from '#shared/domain/hold';
import type { Member } from '#shared/domain/member';
import { type Wording, wordingFor } from '#shared/domain/wording/wording';
import { badRequest, conflict, gone, notFound } from '#shared/runtime/errors';
import { jobKey } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import { type JobStarter, removalJob } from '#shared/transport/jobs';
import { anyMemberOf } from './found.ts';
import { operation } from './operation.ts';
import { doneAnswer } from './schemas/common.ts';
import { endingHold, holdAnswer, holdsAnswer, holdWish } from './schemas/members.ts';
import { untilDone } from './sharing.ts';

interface Deps {
  readonly members: Pick<Members, 'find' | 'hold' | 'endHold'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly now: () => Date;
}

const path = '/api/v1/members/{memberId}/hold';

export const getHolds = (deps: Deps) =>
  operation({
    method: 'GET',
    path,
    id: 'getHolds',
    summary: 'Every legal order that holds a member, and since when',
    for: 'platform',
    answer: { status: 200, schema: holdsAnswer },
    run: async ({ memberId }) => {
      const { holds = [] } = await anyMemberOf(deps.members, memberId, deps.now());
      return { body: { items: [...holds] } };
    },
  });

export const putHold = (deps: Deps) =>
  operation({
    method: 'PUT',
    path,
    id: 'putHold',
    summary: `A legal order keeps what is stored of a member from being erased when the account is deleted for ever; beside others, ${mostHolds} at most. It keeps nothing that is changed or ends before: edits, what others delete, what expires. What others can read does not depend on it`,
    for: 'platform',
    body: holdWish,
    answer: { status: 200, schema: holdAnswer },
    run: async ({ memberId, body: { order }, language }) => {
      const { members, now } = deps;
      const wording = wordingFor(language);
      let hold = { order, since: now().toISOString() };
      await untilDone(async () => {
        const member = await anyMemberOf(members, memberId, now());
        const decision = decideHold(member, order);
        switch (decision.kind) {
          case 'stands':
            hold = decision.hold;
            return true;
          case 'nothingKept':
            throw nothingKept(member, wording);
          case 'tooMany':
            throw conflict(`${mostHolds} orders hold this member already: one of them must end first.`);
          case 'begins':
            return members.hold(member, hold);
        }
      }, wording);
      return { body: { memberId, ...hold } };
    },
  });

const nothingKept = ({ sharing }: Member, { refusals }: Wording) =>
  sharing === 'gone' ? gone(refusals.gone) : conflict(refusals.neverSharedHold);

export const deleteHold = (deps: Deps) =>
  operation({
    method: 'DELETE',
    path,
    id: 'deleteHold',
    summary:
      'An order holds no more. When it was the last one, what was kept of someone who was deleted for ever is erased now',
    for: 'platform',
    query: endingHold,
    answer: { status: 200, schema: doneAnswer },
    run: async ({ memberId, query, language }) => {
      let done = false;
      await untilDone(async () => {
        const member = await anyMemberOf(deps.members, memberId, deps.now());
        const order = orderIn(member, query.order);
        done = order !== undefined;
        return order === undefined || end(deps, member, order);
      }, wordingFor(language));
      return { body: { done } };
    },
  });

/** Which hold is to end: the one that is named, or the only one; undefined where none stands and none is named. */
function orderIn({ holds = [] }: Member, named: string | undefined): string | undefined {
  if (named !== undefined) {
    if (holds.some(({ order }) => order === named)) return named;
    throw notFound('No order of this number holds this member, or it does no longer.');
  }
  if (holds.length < 2) return holds[0]?.order;
  const list = holds.map(({ order }) => order).join('; ');
  throw badRequest('More than one order holds this member.', {
    errors: [{ field: 'query/order', message: `Say which of them ends: ${list}` }],
  });
}

/** Of someone who is gone, what the last order kept is erased by a job of its own, however far the removal is. */
async function end({ members, starter, now }: Deps, member: Member, order: string): Promise<boolean> {
  const { memberId, sharing, removalId: id } = member;
  const isReleased = sharing === 'gone' && holdsWithout(member, order).length === 0;
  const job = isReleased && id ? removalJob({ id, memberId }, 'erase', now().toISOString()) : undefined;
  const isDone = await members.endHold(member, order, job);
  if (isDone && job) await starter.start(job, jobKey(job), now());
  return isDone;
}
