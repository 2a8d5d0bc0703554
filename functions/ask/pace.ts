/** How fast a server is asked: at its pace, however many removals want something of it at the same time. */
import type { Bucket } from '#shared/domain/limits';
import type { LimitStore } from '#shared/storage/limits';

export interface PaceDeps {
  readonly limits: Pick<LimitStore, 'take'>;
  /** How many requests one server gets in a second. */
  readonly perSecond: number;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly now: () => Date;
}

/** May one more request be made? `afterSeconds`: not before, because others ask the same server. */
export type Turn = { readonly kind: 'now' } | { readonly kind: 'later'; readonly afterSeconds: number };

/** So few requests need no tokens: they are over before these would matter. */
const handful = 5;
/** Tokens are taken for so many seconds at a time. */
const blockSeconds = 5;

/** Waits until the next request may be made to one server, but not beyond the end of the run. */
export function pace(
  { limits, perSecond, pause, now }: PaceDeps,
  { host, requests, until }: { readonly host: string; readonly requests: number; readonly until: number },
): () => Promise<Turn> {
  const interval = 1000 / perSecond;
  const capacity = perSecond * blockSeconds;
  const bucket: Bucket = { capacity, perSecond };
  const amount = Math.min(capacity, requests);
  let next = 0;
  let tokens = requests > handful ? 0 : Number.POSITIVE_INFINITY;

  const takeTokens = async (): Promise<Turn> => {
    for (;;) {
      const taking = await limits.take(`removal#${host}`, { ...bucket, amount }, now());
      if (taking.taken) {
        tokens += amount;
        return { kind: 'now' };
      }
      const { afterSeconds } = taking;
      if (now().getTime() + afterSeconds * 1000 >= until) return { kind: 'later', afterSeconds };
      await pause(afterSeconds * 1000);
    }
  };

  return async () => {
    const early = next - now().getTime();
    if (early > 0) {
      if (next >= until) return { kind: 'later', afterSeconds: 0 };
      await pause(early);
    }
    if (tokens < 1) {
      const turn = await takeTokens();
      if (turn.kind === 'later') return turn;
    }
    tokens--;
    next = now().getTime() + interval;
    return { kind: 'now' };
  };
}
