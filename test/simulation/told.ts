/** What simulated servers tell whoever asks: who someone is, what they show, what they run. */
import type { RemoteActor } from '../../shared/domain/remote-actor.ts';
import type { CopiesFound, CopiesSought } from '../../shared/transport/copies.ts';
import type { RemoteServer } from './fediverse.ts';

/** Who someone is, as their server tells. */
export function senderIn(all: ReadonlyMap<string, RemoteServer>, id: string): RemoteActor | undefined {
  const { host } = new URL(id);
  const server = all.get(host);
  const person = server?.people.find((one) => one.id === id);
  if (!server || !person) return undefined;
  const name = id.split('/').at(-1)!;
  return {
    id,
    handle: `${name}@${host}`,
    name,
    url: id,
    server: host,
    inbox: person.inbox,
    ...(server.plan.sharedInbox ? { sharedInbox: person.deliveryInbox } : {}),
  };
}

/** What a server shows to everyone of what is sought there. */
export function copiesOn(
  all: ReadonlyMap<string, RemoteServer>,
  { server: { host }, objectIds }: CopiesSought,
): CopiesFound {
  const server = all.get(host);
  if (!server?.isWell()) return { outcome: 'unreadable', found: 0 };
  const found = objectIds === 'account' ? server.posts.size : objectIds.filter((id) => server.posts.has(id)).length;
  return { outcome: found > 0 ? 'stillThere' : 'noneFound', found };
}

/** What a server says that it runs, while it says anything. */
export function softwareOf(all: ReadonlyMap<string, RemoteServer>, { host }: URL): string | undefined {
  const server = all.get(host);
  if (!server?.isWell()) return undefined;
  return server.plan.ignoresReject ? 'gotosocial' : 'mastodon';
}
