/** What follows from the answers to one message: another try, a place to wait, and what is remembered of the servers. */
import { type DeliveryOutcome, nextTry, type SignatureScheme } from '#shared/domain/delivery';
import { isDelete, isRemoval } from '#shared/domain/pointer';
import { chunkId } from '#shared/domain/reach';
import {
  failed,
  isOut,
  type ProbeDelays,
  parkedFor,
  parkedTooLate,
  type Server,
  signedBy,
  succeeded,
} from '#shared/domain/server';
import type { Inboxes } from '#shared/storage/inboxes';
import type { ParkedActivities } from '#shared/storage/parked';
import type { Servers } from '#shared/storage/servers';
import type { DeliveryMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';

/** What became of one inbox. `out`: its server is, nothing was sent; `givenUp`: it is blocked, or has been out for too long. */
export interface Sent {
  readonly inbox: string;
  readonly host: string;
  readonly outcome: DeliveryOutcome | { readonly kind: 'out' | 'givenUp' };
  /** A request left. */
  readonly hasLeft: boolean;
  /** What it answered. */
  readonly status?: number | undefined;
  /** The signature that was taken. */
  readonly scheme?: SignatureScheme | undefined;
}

export interface ConsequenceDeps {
  readonly servers: Pick<Servers, 'change' | 'noteSuccess'>;
  readonly parked: Pick<ParkedActivities, 'add'>;
  readonly inboxes: Pick<Inboxes, 'missing' | 'found'>;
  readonly stragglers: Pick<Queue<DeliveryMessage>, 'send'>;
  /** Seconds before the second, third, … try. */
  readonly retryDelays: readonly number[];
  readonly probeDelays: ProbeDelays;
  readonly random: () => number;
  readonly now: () => Date;
}

/** What came of one message. */
export interface Ends {
  readonly accepted: number;
  readonly gaveUp: number;
  /** What waits for its server. */
  readonly waiting: ReadonlySet<Sent>;
}

/** Sees to it that nothing is forgotten, and counts what came to an end. */
export async function consequences(
  deps: ConsequenceDeps,
  message: DeliveryMessage,
  known: ReadonlyMap<string, Server>,
  sent: readonly Sent[],
): Promise<Ends> {
  const of = (...kinds: readonly Sent['outcome']['kind'][]) =>
    sent.filter(({ outcome }) => kinds.includes(outcome.kind));
  const accepted = of('accepted');
  const [{ overtaken, waiting }] = await Promise.all([
    findThemAPlace(deps, message, sent),
    rememberSuccesses(deps, message, known, accepted),
    rememberGone(deps, message, of('gone')),
    sendAgain(
      deps,
      message,
      'slow',
      of('slow').map(({ inbox }) => inbox),
      0,
    ),
  ]);
  const gaveUp = of('refused', 'givenUp', ...(isDelete(message.subject) ? [] : (['gone'] as const)));
  return { accepted: accepted.length, gaveUp: gaveUp.length + overtaken, waiting: new Set(waiting) };
}

/** What was not taken is tried again later while tries are left, else parked. Tells what waits, and how many were overtaken there. */
async function findThemAPlace(
  deps: ConsequenceDeps,
  message: DeliveryMessage,
  sent: readonly Sent[],
): Promise<{ readonly overtaken: number; readonly waiting: readonly Sent[] }> {
  const luck = deps.random();
  const out = await failedServers(deps, sent);
  const later = new Map<number, string[]>();
  const waiting: Sent[] = [];
  for (const one of sent) {
    // What it took before may still be there, and so may the inbox be tomorrow.
    if (one.outcome.kind === 'out' || (one.outcome.kind === 'gone' && isDelete(message.subject))) waiting.push(one);
    if (one.outcome.kind !== 'retry') continue;
    const delay = nextTry(message.attempt, deps.retryDelays, luck, one.outcome.afterSeconds);
    if (delay === undefined || out.has(one.host)) waiting.push(one);
    else later.set(delay, [...(later.get(delay) ?? []), one.inbox]);
  }
  const [overtaken] = await Promise.all([
    Promise.all([...Map.groupBy(waiting, ({ host }) => host)].map(([host, ones]) => park(deps, message, host, ones))),
    ...[...later].map(([delay, inboxes]) => sendAgain(deps, message, 'retry', inboxes, delay)),
  ]);
  return { overtaken: overtaken.reduce((total, count) => total + count, 0), waiting };
}

/** Counts the failures, once per server; tells which servers are out now. */
async function failedServers({ servers, probeDelays, now }: ConsequenceDeps, sent: readonly Sent[]) {
  const hosts = new Set(
    sent.filter(({ outcome }) => outcome.kind === 'retry' && outcome.serverFailed).map(({ host }) => host),
  );
  const changes = await Promise.all(
    [...hosts].map((host) => servers.change(host, (server) => failed(server, now(), probeDelays))),
  );
  return new Set(changes.filter(({ after }) => isOut(after)).map(({ after }) => after.host));
}

/**
 * Somebody who comes back for them, the parked rows, and the same again: rows are never left alone by a process that ends
 * in between, nor by a look that ends before they are there.
 */
async function park(
  { servers, parked, probeDelays, now }: ConsequenceDeps,
  { subject }: DeliveryMessage,
  host: string,
  waiting: readonly Sent[],
): Promise<number> {
  const failures = waiting.flatMap(({ outcome }) => (outcome.kind === 'retry' ? [outcome] : []));
  const failure = {
    serverFailed: failures.some(({ serverFailed }) => serverFailed),
    afterSeconds: Math.max(0, ...failures.map(({ afterSeconds = 0 }) => afterSeconds)),
  };
  const planLook = () =>
    servers.change(host, (server) =>
      waiting.some(({ outcome }) => outcome.kind !== 'out')
        ? parkedFor(server, now(), probeDelays, failure)
        : parkedTooLate(server, now()),
    );
  await planLook();
  const added = await Promise.all(waiting.map(({ inbox }) => parked.add(host, inbox, subject, now())));
  await planLook();
  return added.filter((waits) => !waits).length;
}

async function sendAgain(
  { stragglers }: ConsequenceDeps,
  message: DeliveryMessage,
  why: 'slow' | 'retry',
  inboxes: readonly string[],
  delaySeconds: number,
): Promise<void> {
  if (inboxes.length === 0) return;
  await stragglers.send(
    {
      ...message,
      chunk: chunkId(message.chunk, inboxes),
      inboxes: [...inboxes],
      attempt: why === 'retry' ? message.attempt + 1 : message.attempt,
      lane: 'slow',
    },
    { delaySeconds, group: message.subject.memberId },
  );
}

/** Failures are over, a scheme is learnt, a lost inbox is back; and one server's last success, so that a chunk costs one write. */
async function rememberSuccesses(
  { servers, inboxes, random, now }: ConsequenceDeps,
  { subject, look }: DeliveryMessage,
  known: ReadonlyMap<string, Server>,
  accepted: readonly Sent[],
): Promise<void> {
  const lucky = accepted[Math.floor(random() * accepted.length)];
  if (lucky) await servers.noteSuccess(lucky.host, now());
  for (const [host, { scheme = 'cavage' }] of new Map(accepted.map((one) => [one.host, one]))) {
    const before = known.get(host);
    const isNews = before?.breaker !== undefined || scheme !== (before?.scheme ?? 'cavage');
    if (isNews) await servers.change(host, (server) => signedBy(succeeded(server), scheme));
  }
  for (const { inbox } of look ? accepted : []) await inboxes.found(subject.memberId, inbox);
}

/** An inbox that does not exist gets nothing new; what it may hold is still asked back. */
async function rememberGone({ inboxes, now }: ConsequenceDeps, { subject }: DeliveryMessage, gone: readonly Sent[]) {
  if (isRemoval(subject)) return;
  for (const { inbox } of gone) await inboxes.missing(subject.memberId, inbox, now());
}
