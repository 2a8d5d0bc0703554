/** One message -> up to 100 signed POSTs side by side, their answers judged; what failed is tried again alone, or parked. */
import { deadline, judgeDelivery, laneTimeout } from '#shared/domain/delivery';
import { countedAs, isRemoval } from '#shared/domain/pointer';
import type { PartAnswer } from '#shared/domain/receipt';
import { isGivenUp, isOut, type Server } from '#shared/domain/server';
import { type Outgoing, outgoing, type PresentState } from '#shared/protocol/outgoing';
import { logger } from '#shared/runtime/logger';
import type { BarredFrom } from '#shared/storage/barred';
import type { ReceiptParts } from '#shared/storage/receipt-parts';
import type { Results } from '#shared/storage/results';
import type { ServerDirectory } from '#shared/storage/servers';
import type { SigningKeys } from '#shared/storage/signing-keys';
import type { Deadline } from '#shared/transport/deadline';
import type { PostToInbox } from '#shared/transport/inbox-post';
import type { DeliveryMessage } from '#shared/transport/messages';
import { type ConsequenceDeps, consequences, type Sent } from './consequences.ts';

interface Deps extends PresentState, ConsequenceDeps {
  readonly results: Pick<Results, 'has' | 'put'>;
  readonly receiptParts: Pick<ReceiptParts, 'put'>;
  readonly signingKeys: Pick<SigningKeys, 'privateKey'>;
  readonly directory: ServerDirectory;
  readonly barredFrom: BarredFrom;
  readonly post: PostToInbox;
  readonly startDeadline: (milliseconds: number) => Deadline;
}

/** Each inbox is counted as asked by the first message that names it. */
const isFirst = ({ attempt, lane }: DeliveryMessage) => attempt === 0 && lane === 'fast';

export const deliver =
  (deps: Deps) =>
  async (message: DeliveryMessage): Promise<void> => {
    const { results, now } = deps;
    const { subject, chunk, inboxes } = message;
    const counted = countedAs(subject);
    const key = counted && { ...counted, chunk };
    const asked = isFirst(message) ? inboxes.length : 0;

    const limit = deps.startDeadline(deadline);
    const [isDone, current, servers, isBarred] = await Promise.all([
      key ? results.has(key) : false,
      outgoing(deps, subject),
      deps.directory(),
      deps.barredFrom(subject),
    ]);
    if (isDone) return;
    if (!current) {
      logger.info('outdated, not sent', { subject, chunk });
      if (key && !asked) await results.put(key, { asked: 0, accepted: 0, gaveUp: inboxes.length }, now());
      return;
    }
    const sent = await send(deps, message, current, { servers, isBarred }, limit);
    const { accepted, gaveUp, waiting } = await consequences(deps, message, servers, sent);
    if (current.removalId) {
      const told = sent.map((one) => ({ inbox: one.inbox, answer: onReceipt(one, waiting.has(one)) }));
      await deps.receiptParts.put(current.removalId, chunk, told, now());
    }
    if (key) await results.put(key, { asked, accepted, gaveUp }, now());
  };

/** What the receipt of a removal says of one inbox, for now. */
function onReceipt({ outcome, status, hasLeft }: Sent, waits: boolean): PartAnswer {
  const soon = hasLeft ? 'asked' : 'notAsked';
  switch (outcome.kind) {
    case 'accepted':
    case 'refused':
      return status ?? 'asked';
    case 'givenUp':
    case 'out':
      return outcome.kind;
    case 'gone':
      return 'unreachable';
    case 'slow':
      return soon;
    case 'retry':
      if (outcome.serverFailed) return 'unreachable';
      return waits ? 'waiting' : soon;
  }
}

/** Sends to every server that is neither out nor blocked. Everything has ended, or was cut off, when the promise settles. */
async function send(
  { signingKeys, post, now }: Deps,
  { subject, inboxes, lane }: DeliveryMessage,
  { document, keyId }: Outgoing,
  {
    servers,
    isBarred,
  }: { readonly servers: ReadonlyMap<string, Server>; readonly isBarred: (host: string) => boolean },
  limit: Deadline,
): Promise<readonly Sent[]> {
  const privateKey = await signingKeys.privateKey(subject.memberId);
  if (!privateKey) throw new Error(`member ${subject.memberId} has no key yet`);
  const body = Buffer.from(JSON.stringify(document));
  const signer = { keyId, privateKey };
  return Promise.all(
    inboxes.map(async (inbox): Promise<Sent> => {
      const { host } = new URL(inbox);
      if (isBarred(host)) return { inbox, host, outcome: { kind: 'givenUp' }, hasLeft: false };
      const server = servers.get(host);
      if (isOut(server)) {
        const hopeless = isGivenUp(isRemoval(subject), server?.breaker, now());
        return { inbox, host, outcome: { kind: hopeless ? 'givenUp' : 'out' }, hasLeft: false };
      }
      if (limit.isOver()) return { inbox, host, outcome: cutOff[lane], hasLeft: false };
      const how = { scheme: server?.scheme ?? 'cavage', timeoutMs: laneTimeout[lane], signal: limit.signal };
      try {
        const answer = await post(inbox, body, signer, how);
        const isCutOff = 'unreachable' in answer && !answer.timedOut && limit.isOver();
        const outcome = isCutOff ? cutOff[lane] : judgeDelivery(answer, lane);
        if (outcome.kind !== 'accepted') logger.info('not accepted', { inbox, answer });
        if (!('status' in answer)) return { inbox, host, outcome, hasLeft: true };
        return { inbox, host, outcome, hasLeft: true, status: answer.status, scheme: answer.scheme };
      } catch (error) {
        // Whatever is wrong with one inbox, the others are under way: nobody may be left behind, or sent to unwatched.
        logger.error('an inbox could not be asked', { inbox, error: error as Error });
        return { inbox, host, outcome: { kind: 'retry', serverFailed: false }, hasLeft: false };
      }
    }),
  );
}

/** What our own deadline cut off says nothing about the server: the next message has all its time again. */
const cutOff = { fast: { kind: 'slow' }, slow: { kind: 'retry', serverFailed: false } } as const;
