/** One parked activity: sent as its object is now, if it still may be; its results are recorded, its row goes. */
import { type DeliveryOutcome, deadline, judgeDelivery, laneTimeout } from '#shared/domain/delivery';
import { owedResults, type Parked, unparked } from '#shared/domain/parked';
import { type ActivityPointer, isDelete, isRemoval } from '#shared/domain/pointer';
import type { PartAnswer } from '#shared/domain/receipt';
import { isGivenUp, type Server } from '#shared/domain/server';
import { outgoing, type PresentState } from '#shared/protocol/outgoing';
import { logger } from '#shared/runtime/logger';
import type { BarredFrom } from '#shared/storage/barred';
import type { Inboxes } from '#shared/storage/inboxes';
import type { ParkedActivities } from '#shared/storage/parked';
import { type ReceiptParts, triedChunk } from '#shared/storage/receipt-parts';
import { parkedChunk, type Results } from '#shared/storage/results';
import type { SigningKeys } from '#shared/storage/signing-keys';
import type { Deadline } from '#shared/transport/deadline';
import type { PostToInbox } from '#shared/transport/inbox-post';
import { attemptRemoval, type RemovalAttemptDeps } from './removal.ts';

export interface AttemptDeps extends PresentState, RemovalAttemptDeps {
  readonly parked: Pick<ParkedActivities, 'remove'>;
  readonly results: Pick<Results, 'put'>;
  readonly receiptParts: Pick<ReceiptParts, 'put'>;
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

type Sent =
  | {
      readonly outcome: DeliveryOutcome;
      readonly reached: boolean;
      readonly status?: number | undefined;
      readonly removalId?: string | undefined;
    }
  | 'outdated';

export async function attempt(deps: AttemptDeps, server: Server, item: Parked): Promise<Attempt> {
  const { pointer } = item;
  if (pointer.kind === 'removal') return attemptRemoval(deps, server, item, pointer);
  const isBarred = await deps.barredFrom(pointer);
  if (isBarred(item.host) || isGivenUp(isRemoval(pointer), server.breaker, deps.now(), item.parkedAt)) {
    await noteGivenUp(deps, pointer, item.inbox);
    await settle(deps, item, false);
    return { kind: 'done', answered: false };
  }
  let sent: Sent = 'outdated';
  for (const activity of unparked(item)) {
    const next = await send(deps, server, item.inbox, activity);
    if (next !== 'outdated') sent = next;
    if (sent !== 'outdated' && sent.outcome.kind !== 'accepted') break;
  }
  if (sent === 'outdated') {
    await settle(deps, item, false);
    return { kind: 'done', answered: false };
  }
  const { outcome, reached, status, removalId } = sent;
  if (removalId) await noteTry(deps, removalId, item.inbox, outcome);
  if (outcome.kind === 'retry') {
    if (!outcome.serverFailed)
      return status === 429 ? { kind: 'patience', afterSeconds: outcome.afterSeconds } : { kind: 'notNow' };
    return { kind: reached ? 'failed' : 'unreachable' };
  }
  if (outcome.kind === 'gone' && isDelete(pointer)) return { kind: 'notNow' };
  if (outcome.kind === 'gone' && !isRemoval(pointer))
    await deps.inboxes.missing(pointer.memberId, item.inbox, deps.now());
  if (removalId && status !== undefined) await putPart(deps, removalId, item.inbox, status);
  await settle(deps, item, outcome.kind === 'accepted');
  return { kind: 'done', answered: true };
}

async function send(deps: AttemptDeps, server: Server, inbox: string, pointer: ActivityPointer): Promise<Sent> {
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
    const { removalId } = current;
    if (!('status' in answer)) return { outcome, reached: false, removalId };
    return { outcome, reached: true, status: answer.status, removalId };
  } catch (error) {
    // Whatever is wrong with one activity must not keep all others waiting.
    logger.error('an inbox could not be asked', { inbox, error: error as Error });
    return { outcome: { kind: 'retry', serverFailed: true }, reached: true };
  }
}

/** On the receipt of the removal that a Delete belongs to. */
async function noteGivenUp(deps: AttemptDeps, pointer: ActivityPointer, inbox: string): Promise<void> {
  if (!isDelete(pointer)) return;
  const removalId = (await outgoing(deps, pointer, { anyVersion: true }))?.removalId;
  if (removalId) await putPart(deps, removalId, inbox, 'givenUp');
}

/** That a request left, also where its answer is not the last. */
async function noteTry(
  { receiptParts, now }: AttemptDeps,
  removalId: string,
  inbox: string,
  outcome: DeliveryOutcome,
): Promise<void> {
  if (outcome.kind !== 'retry' && outcome.kind !== 'gone') return;
  const isLeftAlone = outcome.kind === 'retry' && !outcome.serverFailed;
  const answer = isLeftAlone ? 'waiting' : 'unreachable';
  await receiptParts.put(removalId, triedChunk(inbox), [{ inbox, answer }], now());
}

const putPart = ({ receiptParts, now }: AttemptDeps, removalId: string, inbox: string, answer: PartAnswer) =>
  receiptParts.put(removalId, parkedChunk(inbox), [{ inbox, answer }], now());

/** Results first, so that a repeat writes the same again. */
async function settle({ results, parked, now }: AttemptDeps, item: Parked, accepted: boolean): Promise<void> {
  for (const { taken, ...counted } of owedResults(item, accepted)) {
    const result = { asked: 0, accepted: taken ? 1 : 0, gaveUp: taken ? 0 : 1 };
    await results.put({ ...counted, chunk: parkedChunk(item.inbox) }, result, now());
  }
  await parked.remove(item);
}
