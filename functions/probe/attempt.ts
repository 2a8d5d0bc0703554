/** One parked activity: sent as its object is now, if it still may be; its results are recorded, its row goes. */
import { type DeliveryOutcome, deadline, judgeDelivery, laneTimeout } from '#shared/domain/delivery';
import { owedResults, type Parked, unparked } from '#shared/domain/parked';
import { isRemoval, type Pointer } from '#shared/domain/pointer';
import { isGivenUp, type Server } from '#shared/domain/server';
import { outgoing, type PresentState } from '#shared/protocol/outgoing';
import { logger } from '#shared/runtime/logger';
import type { BarredFrom } from '#shared/storage/barred';
import type { Inboxes } from '#shared/storage/inboxes';
import type { ParkedActivities } from '#shared/storage/parked';
import { parkedChunk, type Results } from '#shared/storage/results';
import type { SigningKeys } from '#shared/storage/signing-keys';
import type { Deadline } from '#shared/transport/deadline';
import type { PostToInbox } from '#shared/transport/inbox-post';

export interface AttemptDeps extends PresentState {
  readonly parked: Pick<ParkedActivities, 'remove'>;
  readonly results: Pick<Results, 'put'>;
  readonly inboxes: Pick<Inboxes, 'missing'>;
  readonly signingKeys: Pick<SigningKeys, 'privateKey'>;
  readonly post: PostToInbox;
  readonly startDeadline: (milliseconds: number) => Deadline;
  readonly barredFrom: BarredFrom;
}

/** How it went. `done`: the activity needs no more care; `answered`: the server was asked and said something. */
export type Attempt =
  | { readonly kind: 'done'; readonly answered: boolean }
  | { readonly kind: 'notNow' | 'failed' | 'unreachable' }
  | { readonly kind: 'patience'; readonly afterSeconds?: number | undefined };

type Sent = { readonly outcome: DeliveryOutcome; readonly reached: boolean; readonly status?: number } | 'outdated';

export async function attempt(deps: AttemptDeps, server: Server, item: Parked): Promise<Attempt> {
  const isBarred = await deps.barredFrom(item.pointer);
  if (isBarred(item.host) || isGivenUp(isRemoval(item.pointer), server.breaker, deps.now(), item.parkedAt)) {
    await settle(deps, item, false);
    return { kind: 'done', answered: false };
  }
  let sent: Sent = 'outdated';
  for (const pointer of unparked(item)) {
    const next = await send(deps, server, item.inbox, pointer);
    if (next !== 'outdated') sent = next;
    if (sent !== 'outdated' && sent.outcome.kind !== 'accepted') break;
  }
  if (sent === 'outdated') {
    await settle(deps, item, false);
    return { kind: 'done', answered: false };
  }
  const { outcome, reached, status } = sent;
  if (outcome.kind === 'retry') {
    if (!outcome.serverFailed)
      return status === 429 ? { kind: 'patience', afterSeconds: outcome.afterSeconds } : { kind: 'notNow' };
    return { kind: reached ? 'failed' : 'unreachable' };
  }
  if (outcome.kind === 'gone' && !isRemoval(item.pointer))
    await deps.inboxes.missing(item.pointer.memberId, item.inbox, deps.now());
  await settle(deps, item, outcome.kind === 'accepted');
  return { kind: 'done', answered: true };
}

async function send(deps: AttemptDeps, server: Server, inbox: string, pointer: Pointer): Promise<Sent> {
  const limit = deps.startDeadline(deadline);
  const current = await outgoing(deps, pointer, { anyVersion: true });
  const privateKey = current && (await deps.signingKeys.privateKey(pointer.memberId));
  if (!privateKey) return 'outdated';
  if (limit.isOver()) throw new Error('too late to send what was read'); // the lease ends, and another pass begins
  const body = Buffer.from(JSON.stringify(current.document));
  const signer = { keyId: current.keyId, privateKey };
  const how = { scheme: server.scheme ?? 'cavage', timeoutMs: laneTimeout.slow, signal: limit.signal };
  try {
    const answer = await deps.post(inbox, body, signer, how);
    const outcome = judgeDelivery(answer, 'slow');
    if (outcome.kind !== 'accepted') logger.info('not accepted', { inbox, answer });
    return 'status' in answer ? { outcome, reached: true, status: answer.status } : { outcome, reached: false };
  } catch (error) {
    // Whatever is wrong with one activity must not keep all others waiting.
    logger.error('an inbox could not be asked', { inbox, error: error as Error });
    return { outcome: { kind: 'retry', serverFailed: true }, reached: true };
  }
}

/** Results first, so that a repeat writes the same again. */
async function settle({ results, parked, now }: AttemptDeps, item: Parked, accepted: boolean): Promise<void> {
  for (const { taken, ...counted } of owedResults(item, accepted)) {
    const result = { asked: 0, accepted: taken ? 1 : 0, gaveUp: taken ? 0 : 1 };
    await results.put({ ...counted, chunk: parkedChunk(item.inbox) }, result, now());
  }
  await parked.remove(item);
}
