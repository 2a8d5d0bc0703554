/** One server -> asked by one request at a time, until its inboxes were asked for everything, or the run is over. */
import { answered, isFinal, parkedAsk, patient, unanswered, waiting } from '#shared/domain/asking';
import { type DeliveryOutcome, judgeDelivery, laneTimeout, type SignatureScheme } from '#shared/domain/delivery';
import type { Ask } from '#shared/domain/removal';
import { isOut, type Server } from '#shared/domain/server';
import type { RemovalRequests } from '#shared/protocol/removal-requests';
import type { Signer } from '#shared/protocol/signatures/sign';
import { logger } from '#shared/runtime/logger';
import type { Deadline } from '#shared/transport/deadline';
import type { PostToInbox } from '#shared/transport/inbox-post';
import { type PaceDeps, pace } from './pace.ts';

export interface ServerDeps extends PaceDeps {
  readonly post: PostToInbox;
}

/** What all servers of a run have in common. */
export interface Run {
  readonly requests: RemovalRequests;
  readonly signer: Signer;
  readonly posts: number;
  /** No request starts later; by the clock, in milliseconds. */
  readonly until: number;
  /** Ends those that are under way. */
  readonly limit: Deadline;
}

/** What came of a server. */
export interface ServerRun {
  readonly host: string;
  readonly asks: readonly Ask[];
  /** It could not take what it was sent, once. */
  readonly failed: boolean;
  /** How long it wants to be left alone. */
  readonly afterSeconds: number;
  /** The signature that it took, if it took anything. */
  readonly scheme?: SignatureScheme | undefined;
}

/** Whether the other inboxes of the server are asked as well. */
type Next = 'goOn' | 'enough';

export async function askServer(
  deps: ServerDeps,
  run: Run,
  host: string,
  asks: readonly Ask[],
  server: Server | undefined,
): Promise<ServerRun> {
  const { now } = deps;
  const turn = pace(deps, { host, requests: run.posts * asks.length, until: run.until });
  let came: Omit<ServerRun, 'host' | 'asks'> = { failed: false, afterSeconds: 0 };
  /** What holds for its other inboxes, once one of them has told. */
  let forAll: ((ask: Ask) => Ask) | undefined = isOut(server)
    ? (ask) => parkedAsk(ask, now(), { failed: true })
    : undefined;

  const askInbox = async (first: Ask): Promise<{ readonly ask: Ask; readonly next: Next }> => {
    let ask = first;
    while (now().getTime() < run.until) {
      const request = await run.requests.next(ask);
      if (!request) return { ask: { ...ask, state: 'done', notBefore: undefined }, next: 'goOn' };
      const allowed = await turn();
      if (allowed.kind === 'later') {
        if (allowed.afterSeconds > 0) forAll = (other) => waiting(other, allowed.afterSeconds, now());
        break;
      }
      const sent = await send(deps, run, ask.inbox, request.body, came.scheme ?? server?.scheme ?? 'cavage');
      if (sent === 'cutOff') return { ask, next: 'enough' };
      const { outcome } = sent;
      if (isFinal(outcome)) {
        ask = answered(ask, outcome, request.objectKey, now());
        if (outcome.kind === 'accepted') came = { ...came, scheme: sent.scheme };
        continue;
      }
      const { afterSeconds } = outcome.kind === 'retry' ? outcome : {};
      ask = unanswered(ask);
      if (sent.isBusy) {
        came = { ...came, afterSeconds: Math.max(came.afterSeconds, afterSeconds ?? 0) };
        forAll = (other) => patient(other, afterSeconds, now());
        return { ask: patient(ask, afterSeconds, now()), next: 'enough' };
      }
      const serverFailed = outcome.kind === 'retry' && outcome.serverFailed;
      const parks = (other: Ask) => parkedAsk(other, now(), { failed: serverFailed || outcome.kind === 'gone' });
      if (!serverFailed) return { ask: parks(ask), next: 'goOn' };
      came = { ...came, failed: true };
      forAll = parks;
      return { ask: parks(ask), next: 'enough' };
    }
    return { ask: forAll ? forAll(ask) : ask, next: 'enough' };
  };

  const ends: Ask[] = [];
  let next: Next = forAll ? 'enough' : 'goOn';
  for (const first of asks) {
    if (next === 'enough') {
      ends.push(forAll ? forAll(first) : first);
      continue;
    }
    const end = await askInbox(first);
    ends.push(end.ask);
    next = end.next;
  }
  return { host, asks: ends, ...came };
}

type Sent =
  | { readonly outcome: DeliveryOutcome; readonly isBusy: boolean; readonly scheme?: SignatureScheme | undefined }
  | 'cutOff';

/** What our own end cut off says nothing about the server. */
async function send(
  { post }: ServerDeps,
  { signer, limit }: Run,
  inbox: string,
  body: Uint8Array,
  scheme: SignatureScheme,
): Promise<Sent> {
  if (limit.isOver()) return 'cutOff';
  try {
    const answer = await post(inbox, body, signer, { scheme, timeoutMs: laneTimeout.slow, signal: limit.signal });
    if ('unreachable' in answer && !answer.timedOut && limit.isOver()) return 'cutOff';
    const outcome = judgeDelivery(answer, 'slow');
    if (outcome.kind !== 'accepted') logger.info('not accepted', { inbox, answer });
    if (!('status' in answer)) return { outcome, isBusy: false };
    return { outcome, isBusy: answer.status === 429, scheme: answer.scheme };
  } catch (error) {
    // Whatever is wrong with one inbox, the others are under way.
    logger.error('an inbox could not be asked', { inbox, error: error as Error });
    return { outcome: { kind: 'retry', serverFailed: false }, isBusy: false };
  }
}
