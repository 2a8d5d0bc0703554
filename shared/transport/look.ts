import { publicKeyFrom } from '../protocol/signatures/verify.ts';
import type { FetchActor, FetchedActor } from './actor-fetch.ts';
import type { FetchBudget } from './fetch-budget.ts';

type Found = Extract<FetchedActor, { readonly kind: 'found' }>;

/** What a look at an address came to. */
interface Outcome {
  readonly kind: FetchedActor['kind'];
  readonly reason?: string | undefined;
  /** Whom the address belongs to, when it is not an actor's own. */
  readonly owner?: string | undefined;
}

/** An outcome, and by whom it was had: by us just now, by others at this moment, or earlier; else in how many seconds one may be had. */
export type Look =
  | (Outcome & { readonly by: 'us' | 'others' | 'earlier' })
  | { readonly kind: 'limited'; readonly afterSeconds: number };

/** Looks at actors, each at most once in ten minutes, for who asks `from` some address; what is found is stored before it is told. */
export type LookAt = (address: string, from?: string) => Promise<Look>;

/** What looking needs. */
export interface Looking {
  readonly attempts: {
    find(address: string, now: Date): Promise<Outcome | 'underWay' | undefined>;
    begin(address: string, now: Date): Promise<boolean>;
    end(address: string, outcome: Outcome, now: Date): Promise<void>;
    giveBack(address: string, now: Date): Promise<void>;
  };
  /** Keeps an actor and its keys; those that it does not list any more are its keys no more. */
  readonly replace: (actor: Found['actor'], keys: Found['keys'], now: Date) => Promise<void>;
  readonly fetchActor: FetchActor;
  readonly budget: Pick<FetchBudget, 'spentFor' | 'take'>;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  readonly now: () => Date;
}

const pauses = 20;
const pauseMs = 200; // four seconds in all

/** The gate of everything that is fetched because a stranger named it. */
export function looker({ attempts, replace, fetchActor, budget, pause, now }: Looking): LookAt {
  /** Someone else looks at this moment: their outcome is as good as ours. */
  const awaited = async (address: string): Promise<Look> => {
    for (let turn = 0; turn < pauses; turn++) {
      await pause(pauseMs);
      const seen = await attempts.find(address, now());
      if (seen === undefined) return { kind: 'limited', afterSeconds: 1 };
      if (seen !== 'underWay') return { ...seen, by: 'others' };
    }
    return { kind: 'unreachable', reason: 'its server has not answered yet', by: 'others' };
  };

  return async (address, from) => {
    const url = new URL(address);
    const seen = await attempts.find(address, now());
    if (seen === 'underWay') return awaited(address);
    if (seen !== undefined) return { ...seen, by: 'earlier' };
    const afterSeconds = await budget.spentFor(url, from);
    if (afterSeconds !== undefined) return { kind: 'limited', afterSeconds };
    if (!(await attempts.begin(address, now()))) return awaited(address);
    const allowed = await budget.take(url, from);
    if (!allowed.taken) {
      await attempts.giveBack(address, now());
      return { kind: 'limited', afterSeconds: allowed.afterSeconds };
    }
    const outcome = await keep(address, await fetchActor(url));
    await attempts.end(address, outcome, now());
    return { ...outcome, by: 'us' };
  };

  async function keep(address: string, answer: FetchedActor): Promise<Outcome> {
    if (answer.kind !== 'found') return answer;
    const { actor, keys } = answer;
    if (actor.id !== address) return { kind: 'unusable', reason: 'another actor is there', owner: actor.id };
    const usable = keys.filter(({ pem }) => publicKeyFrom(pem));
    await replace(actor, usable, now());
    return { kind: 'found' };
  }
}
