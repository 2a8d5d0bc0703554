/** Whose key made this signature? From the cache, else from the actor's own document, which must list the key. */

import { setTimeout as wait } from 'node:timers/promises';
import { publicKeyFrom, type ReadSignature } from '../protocol/signatures/verify.ts';
import type { FetchBudget } from './fetch-budget.ts';
import { type Look, type Looking, looker } from './look.ts';

/** Why a signature does not count. `unreachable` and `limited` may pass. */
export type Doubt =
  | { readonly kind: 'unverified' | 'unreachable'; readonly reason: string }
  | { readonly kind: 'limited'; readonly afterSeconds: number };

/** What became of the question. */
export type Verdict = { readonly kind: 'verified' | 'unknownActorGone' | 'otherActor' } | Doubt;

/** A verdict on who reads; it names the actor whose key it is. */
export type ReaderVerdict = { readonly kind: 'verified'; readonly actor: string } | Doubt;

/** Judges signatures. `from` is the address that a request came from: who is known there may ask for more keys. */
export interface KeyFinder {
  /** Did the actor that the activity names make it? An actor that deletes itself needs no key once its server says 410. */
  judge(
    signature: ReadSignature,
    claim: { readonly actor: string; readonly deletesItself?: boolean; readonly from?: string },
  ): Promise<Verdict>;
  /** Did the owner of the key make it, whoever that is? */
  judgeReader(signature: ReadSignature, from?: string): Promise<ReaderVerdict>;
}

interface CachedKey {
  readonly actor: string;
  readonly pem: string;
  readonly fetchedAt: string;
}

interface Deps extends Pick<Looking, 'attempts' | 'fetchActor' | 'now'> {
  readonly remoteActors: {
    replace: Looking['replace'];
    findKey(keyId: string, now: Date, options?: { readonly consistent?: boolean }): Promise<CachedKey | undefined>;
    forgetKey(keyId: string, actor: string, now: Date): Promise<void>;
    knows(actor: string): Promise<boolean>;
  };
  readonly budget: FetchBudget;
  readonly mayAsk: (url: URL) => boolean;
  readonly pause?: Looking['pause'];
}

interface Question {
  readonly signature: ReadSignature;
  readonly actor: string;
  readonly cached: CachedKey | undefined;
  readonly deletesItself?: boolean | undefined;
  readonly from?: string | undefined;
}

const relookAfter = 10 * 60_000; // milliseconds: keys rotate rarely, floods of bad signatures do not
const wrong = { kind: 'unverified', reason: 'The signature does not fit the key.' } as const;
const badAddress = {
  kind: 'unverified',
  reason: 'The actor and its key must be at https addresses on port 443.',
} as const;

const fits = ({ madeBy }: ReadSignature, cached: CachedKey | undefined): boolean => {
  const key = cached && publicKeyFrom(cached.pem);
  return key !== undefined && madeBy(key);
};

/** Known keys cost one read; everything else goes through a look, and no actor is looked at twice in ten minutes. */
export function keyFinder({ remoteActors, attempts, fetchActor, budget, mayAsk, now, pause = wait }: Deps): KeyFinder {
  const lookAt = looker({ attempts, replace: remoteActors.replace, fetchActor, budget, pause, now });
  const isYoung = ({ fetchedAt }: CachedKey) => now().getTime() - Date.parse(fetchedAt) <= relookAfter;

  /** The key may be new or another by now: what does the actor's own document say? */
  const judgedBy = async (look: Look, question: Question): Promise<{ readonly kind: 'verified' } | Doubt> => {
    const { signature, actor, cached, deletesItself = false, from } = question;
    const keyId = signature.keyId.href;
    const forget = async () => {
      if (cached) await remoteActors.forgetKey(keyId, actor, now());
    };
    switch (look.kind) {
      case 'limited':
        return look;
      case 'unreachable':
        if (look.by !== 'earlier') return { kind: 'unreachable', reason: look.reason ?? 'no answer' };
        return cached ? wrong : unusable(look);
      case 'gone':
        if (deletesItself) return { kind: 'verified' }; // its own server has said so
        await forget();
        return unusable(look);
      case 'missing':
      case 'unusable':
        return unusable(look);
      case 'found': {
        const listed = await remoteActors.findKey(keyId, now(), { consistent: true });
        const isLeftOver = look.by === 'us' && listed?.fetchedAt === cached?.fetchedAt;
        if (isLeftOver) await forget();
        if (isLeftOver || listed?.actor !== actor) {
          const reason = 'The actor does not list this key, or it is no RSA key of 2048 to 8192 bits.';
          return { kind: 'unverified', reason };
        }
        if (!fits(signature, listed)) return wrong;
        if (!cached && look.by === 'us') await budget.welcome(new URL(actor).host, from);
        return { kind: 'verified' };
      }
    }
  };

  return {
    judge: async (signature, { actor, deletesItself, from }) => {
      if (!mayAsk(new URL(actor)) || !mayAsk(signature.keyId)) return badAddress;
      const cached = await remoteActors.findKey(signature.keyId.href, now());
      if (cached && cached.actor !== actor) return { kind: 'otherActor' };
      if (fits(signature, cached)) return { kind: 'verified' };
      if (cached && isYoung(cached)) return wrong;
      if (!cached && deletesItself && !(await remoteActors.knows(actor))) return { kind: 'unknownActorGone' };
      return judgedBy(await lookAt(actor, from), { signature, actor, cached, deletesItself, from });
    },

    judgeReader: async (signature, from) => {
      if (!mayAsk(signature.keyId)) return badAddress;
      const cached = await remoteActors.findKey(signature.keyId.href, now());
      if (cached && fits(signature, cached)) return { kind: 'verified', actor: cached.actor };
      if (cached && isYoung(cached)) return wrong;
      const { actor, look } = await ownerOf(signature.keyId, cached, from);
      const verdict = await judgedBy(look, { signature, actor, cached, from });
      return verdict.kind === 'verified' ? { kind: 'verified', actor } : verdict;
    },
  };

  /** Nobody has said whose key it is: its own address does, and what is there may name someone else of that host. */
  async function ownerOf(keyId: URL, cached: CachedKey | undefined, from: string | undefined) {
    const address = cached?.actor ?? keyId.href.replace(/#.*$/, '');
    const look = await lookAt(address, from);
    const owner = look.kind === 'unusable' ? look.owner : undefined;
    if (owner === undefined || owner === address || new URL(owner).host !== keyId.host || !mayAsk(new URL(owner)))
      return { actor: address, look };
    return { actor: owner, look: await lookAt(owner, from) };
  }
}

function unusable({ reason = 'nobody knows why', by }: Extract<Look, { readonly by: unknown }>): Doubt {
  const when = by === 'earlier' ? 'could not be used a moment ago' : 'could not be used';
  return { kind: 'unverified', reason: `The actor ${when}: ${reason}.` };
}
