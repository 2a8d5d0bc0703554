import type { RemoteActor } from '../domain/remote-actor.ts';
import type { FetchActor } from './actor-fetch.ts';

/** Finds who sent an activity; undefined when that actor cannot be had for good. */
export type FindSender = (id: string) => Promise<RemoteActor | undefined>;

interface Deps {
  readonly remoteActors: {
    find(id: string, now: Date): Promise<RemoteActor | undefined>;
    save(actor: RemoteActor, keys: readonly [], now: Date): Promise<void>;
  };
  readonly fetchActor: FetchActor;
  readonly now: () => Date;
}

/** Finds senders where `inbox` has stored them, as a rule a moment ago; else at their own server. */
export const senderFinder =
  ({ remoteActors, fetchActor, now }: Deps): FindSender =>
  async (id) => {
    const known = await remoteActors.find(id, now());
    if (known) return known;
    const answer = await fetchActor(new URL(id));
    if (answer.kind === 'unreachable') throw new Error(`${id} cannot be fetched for the moment: ${answer.reason}`);
    if (answer.kind !== 'found' || answer.actor.id !== id) return undefined;
    await remoteActors.save(answer.actor, [], now());
    return answer.actor;
  };
