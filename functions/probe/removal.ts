/** What an inbox is still to be asked in a removal: one request; if it is answered, the rest follows at its own pace. */
import { answered, isFinal, unanswered } from '#shared/domain/asking';
import { deadline, judgeDelivery, laneTimeout } from '#shared/domain/delivery';
import type { Parked } from '#shared/domain/parked';
import type { RemovalPointer } from '#shared/domain/pointer';
import type { Ask, Removal, Slice } from '#shared/domain/removal';
import { isGivenUp, type ProbeDelays, type Server } from '#shared/domain/server';
import { type RemovalState, removalRequests } from '#shared/protocol/removal-requests';
import { logger } from '#shared/runtime/logger';
import type { ParkedActivities } from '#shared/storage/parked';
import type { Removals } from '#shared/storage/removals';
import type { SigningKeys } from '#shared/storage/signing-keys';
import type { Slices } from '#shared/storage/slices';
import type { Deadline } from '#shared/transport/deadline';
import type { PostToInbox } from '#shared/transport/inbox-post';
import { sliceJob } from '#shared/transport/jobs';
import type { Attempt } from './attempt.ts';

export interface RemovalAttemptDeps extends RemovalState {
  readonly parked: Pick<ParkedActivities, 'remove'>;
  readonly removals: Pick<Removals, 'find'>;
  readonly slices: Pick<Slices, 'find' | 'release' | 'noteParked'>;
  readonly signingKeys: Pick<SigningKeys, 'privateKey'>;
  readonly post: PostToInbox;
  readonly probeDelays: ProbeDelays;
  readonly startDeadline: (milliseconds: number) => Deadline;
}

const minute = 60; // seconds

export async function attemptRemoval(
  deps: RemovalAttemptDeps,
  server: Server,
  item: Parked,
  { memberId, removalId, slice: number, ask: name }: RemovalPointer,
): Promise<Attempt> {
  const { removals, slices, parked, now } = deps;
  const [removal, slice] = await Promise.all([
    removals.find(memberId, removalId, now()),
    slices.find(removalId, number),
  ]);
  const ask = slice?.asks[name];
  if (!removal || !slice || ask?.state !== 'parked') {
    await parked.remove(item); // another pass was quicker, or the receipt is not kept any more
    return { kind: 'done', answered: false };
  }
  // What was overtaken by the deletion of the account asks for nothing any more.
  if (removal.state === 'settled' || isGivenUp(true, server.breaker, now(), item.parkedAt)) {
    await release(deps, removal, slice, { ...ask, state: 'givenUp' });
    return { kind: 'done', answered: false };
  }
  const [requests, privateKey] = await Promise.all([
    removalRequests(deps, removal),
    deps.signingKeys.privateKey(memberId),
  ]);
  const request = requests && privateKey ? await requests.next(ask) : undefined;
  if (!requests || !privateKey || !request) {
    await release(deps, removal, slice, { ...ask, state: 'done', failingSince: undefined });
    return { kind: 'done', answered: false };
  }
  const limit = deps.startDeadline(deadline);
  const how = { scheme: server.scheme ?? 'cavage', timeoutMs: laneTimeout.slow, signal: limit.signal };
  const answer = await deps.post(item.inbox, request.body, { keyId: requests.keyId, privateKey }, how);
  const outcome = judgeDelivery(answer, 'slow');
  if (outcome.kind !== 'accepted') logger.info('not accepted', { inbox: item.inbox, answer });
  if (isFinal(outcome)) {
    const after = answered(ask, outcome, request.objectKey, now());
    const isLast = (await requests.next(after)) === undefined;
    await release(deps, removal, slice, { ...after, state: isLast ? 'done' : 'asking' });
    return { kind: 'done', answered: true };
  }
  if (!ask.unanswered) await slices.noteParked(slice, unanswered(ask));
  if ('unreachable' in answer) return { kind: 'unreachable' };
  if (outcome.kind === 'retry' && outcome.serverFailed) return { kind: 'failed' };
  if (answer.status === 429) return { kind: 'patience', afterSeconds: answer.retryAfterSeconds };
  return { kind: 'notNow' };
}

/**
 * The run that goes on with it, or finds that it was the last, is one for all inboxes of the slice that are released in
 * the same minute, or less where probes are more frequent. The sweep starts it, under another name, so that what is
 * released meanwhile gets one of its own.
 */
async function release(
  { slices, probeDelays, now }: RemovalAttemptDeps,
  removal: Removal,
  slice: Slice,
  ask: Ask,
): Promise<void> {
  const together = Math.min(minute, ...probeDelays) * 1000;
  const at = new Date(Math.ceil((now().getTime() + 1) / together) * together).toISOString();
  await slices.release(slice, removal, ask, { ...sliceJob(removal, slice.slice, at, { run: at }), bySweep: true });
}
