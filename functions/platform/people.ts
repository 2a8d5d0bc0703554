import { unknownActor } from '#shared/domain/remote-actor';
import type { Page } from '#shared/storage/cursor';
import type { RemoteActors } from '#shared/storage/remote-actors';

interface Deps {
  readonly remoteActors: Pick<RemoteActors, 'find'>;
  readonly now: () => Date;
}

/** Adds to each row who its actor is, as far as that is known at the moment of reading. */
export async function withPeople<T extends { readonly actor: string }>(
  { remoteActors, now }: Deps,
  { items, next }: Page<T>,
  at: (item: T) => string,
) {
  const people = await Promise.all(
    items.map(async (item) => {
      const { handle, name, url, server } = (await remoteActors.find(item.actor, now())) ?? unknownActor(item.actor);
      return { item, person: { actor: item.actor, handle, name, url, server, at: at(item) } };
    }),
  );
  return { people, next: next ?? null };
}
