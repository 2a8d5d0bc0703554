import type { RemoteActor } from '#shared/domain/remote-actor';
import type { RemoteActors } from '#shared/storage/remote-actors';
import type { FetchActor } from '#shared/transport/actor-fetch';

interface Deps {
  readonly remoteActors: Pick<RemoteActors, 'find' | 'save'>;
  readonly fetchActor: FetchActor;
  readonly now: () => Date;
}

/** Finds who sent an activity: as a rule `inbox` has just stored it. Undefined when that actor cannot be had for good. */
export const senderFinder =
  ({ remoteActors, fetchActor, now }: Deps) =>
  async (id: string): Promise<RemoteActor | undefined> => {
    const known = await remoteActors.find(id, now());
    if (known) return known;
    const answer = await fetchActor(new URL(id));
    if (answer.kind === 'unreachable') throw new Error(`${id} cannot be fetched for the moment: ${answer.reason}`);
    if (answer.kind !== 'found' || answer.actor.id !== id) return undefined;
    await remoteActors.save(answer.actor, [], now());
    return answer.actor;
  };
