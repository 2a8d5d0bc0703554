import type { Context } from '@fedify/fedify';
import type { Store } from './store.ts';

/** What became of one request to an inbox, filled in on its way through Fedify. */
export interface Arrival {
  verified?: boolean;
  outcome?: string;
  /** The parsed body, as it came. */
  raw?: unknown;
}

export type PeerContext = Context<Arrival>;

/** What every part of the peer works with. */
export interface Peer {
  origin: string;
  store: Store;
  /** A Fedify context for work that no request started. */
  context: PeerContext;
}

/** The present moment as it is written down and sent. */
export const now = (): string => new Date().toISOString();

/** The actor id of a local person. */
export const actorOf = (peer: Peer, person: string): string => peer.context.getActorUri(person).href;

/** The local person with this actor id, if it is one of ours. */
export const localPerson = (peer: Peer, actor: string | URL | null | undefined): string | undefined => {
  const id = actor?.toString() ?? '';
  const parsed = URL.canParse(id) ? peer.context.parseUri(new URL(id)) : null;
  return parsed?.type === 'actor' && peer.store.people.get(parsed.identifier) ? parsed.identifier : undefined;
};
