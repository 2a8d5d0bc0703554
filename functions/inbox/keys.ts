/** Whose key made this signature? From the cache, else from the actor's own document, which must list the key. */
import type { Incoming } from '#shared/protocol/incoming';
import { publicKeyFrom, type ReadSignature } from '#shared/protocol/signatures/verify';
import type { KnownKey, RemoteActors } from '#shared/storage/remote-actors';
import type { FetchActor } from '#shared/transport/actor-fetch';

/** What became of the question. */
export type Verdict =
  | { readonly kind: 'verified' | 'unknownActorGone' | 'otherActor' }
  | { readonly kind: 'unverified' | 'unreachable'; readonly reason: string };

/** Judges a signature against the actor that the activity names. */
export interface KeyFinder {
  judge(signature: ReadSignature, activity: Incoming): Promise<Verdict>;
}

interface Deps {
  readonly remoteActors: Pick<RemoteActors, 'findKey' | 'save' | 'keepKey' | 'saveFailure'>;
  readonly fetchActor: FetchActor;
  readonly mayAsk: (url: URL) => boolean;
  readonly now: () => Date;
}

const refetchAfter = 10 * 60_000; // milliseconds: keys rotate rarely, floods of bad signatures do not
const wrong: Verdict = { kind: 'unverified', reason: 'The signature does not fit the key.' };

export function keyFinder({ remoteActors, fetchActor, mayAsk, now }: Deps): KeyFinder {
  /** Looks at the actor's document. A key that was known before survives a server that is down. */
  const fetched = async (signature: ReadSignature, actor: string, known?: KnownKey): Promise<Verdict> => {
    const keyId = signature.keyId.href;
    const answer = await fetchActor(new URL(actor));
    if (answer.kind === 'unreachable') {
      if (known) await remoteActors.keepKey(keyId, known, now());
      else await remoteActors.saveFailure(keyId, actor, answer.reason, now());
      return { kind: 'unreachable', reason: answer.reason };
    }
    if (answer.kind !== 'found') {
      await remoteActors.saveFailure(keyId, actor, answer.reason, now());
      return { kind: 'unverified', reason: `The actor could not be used: ${answer.reason}.` };
    }
    const listed = answer.keys.filter((key) => publicKeyFrom(key.pem));
    const key = answer.actor.id === actor ? listed.find(({ id }) => id === keyId) : undefined;
    if (!key) {
      await remoteActors.saveFailure(keyId, actor, 'the actor does not list it', now());
      return {
        kind: 'unverified',
        reason: 'The actor does not list this key, or it is no RSA key of 2048 to 8192 bits.',
      };
    }
    await remoteActors.save(answer.actor, listed, now());
    return signature.madeBy(publicKeyFrom(key.pem)!) ? { kind: 'verified' } : wrong;
  };

  return {
    judge: async (signature, activity) => {
      const { actor } = activity;
      if (!mayAsk(new URL(actor)) || !mayAsk(signature.keyId))
        return { kind: 'unverified', reason: 'The actor and its key must be at https addresses on port 443.' };
      const cached = await remoteActors.findKey(signature.keyId.href, now());
      if (!cached || 'failure' in cached) {
        if (activity.kind === 'delete' && activity.object === actor) return { kind: 'unknownActorGone' };
        // Anyone can name anyone's key: a failure counts only for the actor that it was looked for.
        if (cached?.actor !== actor) return fetched(signature, actor);
        return { kind: 'unverified', reason: `The key could not be had a moment ago: ${cached.failure}.` };
      }
      if (cached.actor !== actor) return { kind: 'otherActor' };
      const key = publicKeyFrom(cached.pem);
      if (key && signature.madeBy(key)) return { kind: 'verified' };
      return now().getTime() - Date.parse(cached.fetchedAt) > refetchAfter ? fetched(signature, actor, cached) : wrong;
    },
  };
}
