/** The way from our workers to other servers: stands in for `inboxPoster` and the network behind it, and keeps what was sent. */
import type { DeliveryAnswer, SignatureScheme } from '../../shared/domain/delivery.ts';
import type { PostToInbox } from '../../shared/transport/inbox-post.ts';
import { type Document, objectOf, type RemoteServer } from './fediverse.ts';
import type { Chance } from './stand-ins/chance.ts';
import type { Clock } from './stand-ins/clock.ts';
import type { Life } from './stand-ins/wire.ts';

/** One POST of ours. */
export interface Posted {
  readonly inbox: string;
  readonly host: string;
  readonly type: string;
  /** The post, the actor, or the Follow. */
  readonly object: string;
  readonly content: string | undefined;
  readonly begunAt: number;
  /** When it was over on our side. */
  endedAt: number | undefined;
  answer: DeliveryAnswer | 'killed' | undefined;
  /** The server has worked on it, whatever we know. */
  took: boolean;
}

/** Made anew each time: one that all waited for would keep whatever waits for it. */
const never = () => new Promise<never>(() => {});
const other = { cavage: 'rfc9421', rfc9421: 'cavage' } as const;
const isDoubt = (answer: DeliveryAnswer) => 'status' in answer && (answer.status === 400 || answer.status === 401);

/** The network; one poster for each process. */
export function network({
  servers,
  clock,
  luck,
  killed,
}: {
  readonly servers: ReadonlyMap<string, RemoteServer>;
  readonly clock: Clock;
  readonly luck: Chance;
  /** How likely it is that a process ends while it waits for an answer. */
  readonly killed: () => number;
}) {
  const sent: Posted[] = [];
  const strays: Posted[] = [];

  const poster =
    (life: Life): PostToInbox =>
    async (inbox, body, _signer, { scheme, timeoutMs, signal }) => {
      if (life.ended) return never();
      const { host } = new URL(inbox);
      const server = servers.get(host)!;
      const document = JSON.parse(Buffer.from(body).toString()) as Document;
      const posted: Posted = {
        inbox,
        host,
        type: document.type,
        object: objectOf(document).id,
        content: objectOf(document).content,
        begunAt: clock.now(),
        endedAt: undefined,
        answer: undefined,
        took: false,
      };
      sent.push(posted);
      const before = life.strays;
      life.asks();
      if (life.strays > before) strays.push(posted);
      const end = (answer: Posted['answer']) => {
        posted.endedAt ??= clock.now();
        posted.answer ??= answer;
      };
      life.onEnd(() => end('killed'));
      const survive = luck.happens(killed()) ? clock.after(luck.between(0, 12_000), life.end) : () => {};

      const knock = (signedBy: SignatureScheme) =>
        new Promise<DeliveryAnswer>((resolve) => {
          let over = false;
          let work: (() => void) | undefined;
          const doWork = () => {
            work?.();
            if (work) posted.took = true;
            work = undefined;
          };
          /** A server may stop when its caller hangs up, or bring to an end what it has begun. */
          const hangUp = () => {
            if (luck.happens(0.5)) doWork();
            work = undefined;
          };
          const settle = (answer: DeliveryAnswer) => {
            if (over) return;
            over = true;
            cancel();
            if (!('status' in answer)) hangUp();
            resolve(answer);
          };
          const cancel = clock.after(timeoutMs, () => settle({ unreachable: 'no answer in time', timedOut: true }));
          const abort = () => settle({ unreachable: 'cut off' });
          if (signal.aborted) return abort();
          signal.addEventListener('abort', abort);
          life.onEnd(hangUp);
          clock.after(luck.between(5, 500), () => {
            const isCutOff = over || life.ended;
            if (isCutOff && luck.happens(0.5)) return; // before it had left
            const { answer, afterMs = 0, workMs = 0, ...reception } = server.receive(document, signedBy);
            work = reception.work;
            if (isCutOff || workMs === 0) doWork();
            else clock.after(workMs, doWork);
            if (answer) clock.after(afterMs, () => settle(answer));
          });
          return undefined;
        });
      const first = await knock(scheme);
      const second = isDoubt(first) && !life.ended ? await knock(other[scheme]) : first;
      const answer = isDoubt(second) ? first : second;
      survive();
      if (life.ended) return never();
      end(answer);
      return answer;
    };
  return { sent, strays, poster };
}

/** The network as the simulation uses it. */
export type Network = ReturnType<typeof network>;
