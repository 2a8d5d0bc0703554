/** Whose key made this signature? From the cache, else from the actor's own document, which must list the key. */
import type { Incoming } from '#shared/protocol/incoming';
import { publicKeyFrom, type ReadSignature } from '#shared/protocol/signatures/verify';
import type { RemoteActors } from '#shared/storage/remote-actors';
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
  readonly remoteActors: Pick<RemoteActors, 'findKey' | 'save' | 'saveFailure'>;
  readonly fetchActor: FetchActor;
  readonly mayAsk: (url: URL) => boolean;
  readonly now: () => Date;
}

const refetchAfter = 10 * 60_000; // milliseconds: keys rotate rarely, floods of bad signatures do not
const wrong: Verdict = { kind: 'unverified', reason: 'The signature does not fit the key.' };

export function keyFinder({ remoteActors, fetchActor, mayAsk, now }: Deps): KeyFinder {
  const fetched = async (signature: ReadSignature, actor: string): Promise<Verdict> => {
    const keyId = signature.keyId.href;
    const answer = await fetchActor(new URL(actor));
    if (answer.kind !== 'found') {
      await remoteActors.saveFailure(keyId, actor, answer.reason, now());
      const reason = `The actor could not be used: ${answer.reason}.`;
      return answer.kind === 'unreachable'
        ? { kind: 'unreachable', reason: answer.reason }
        : { kind: 'unverified', reason };
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
      if (!mayAsk(new URL(actor)))
        return { kind: 'unverified', reason: 'The actor must be at an https address on port 443.' };
      const cached = await remoteActors.findKey(signature.keyId.href, now());
      if (!cached) {
        if (activity.kind === 'delete' && activity.object === actor) return { kind: 'unknownActorGone' };
        return fetched(signature, actor);
      }
      if (cached.actor !== actor) return { kind: 'otherActor' };
      if ('failure' in cached)
        return { kind: 'unverified', reason: `The key could not be had a moment ago: ${cached.failure}.` };
      const key = publicKeyFrom(cached.pem);
      if (key && signature.madeBy(key)) return { kind: 'verified' };
      return now().getTime() - Date.parse(cached.fetchedAt) > refetchAfter ? fetched(signature, actor) : wrong;
    },
  };
}
