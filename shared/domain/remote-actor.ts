import type { Stranger } from './policy.ts';

/** Someone on another server. */
export interface RemoteActor {
  /** The actor's id, an https URL (or http on a private host). */
  readonly id: string;
  /** `name@host` */
  readonly handle: string;
  /** Plain text, without control characters. */
  readonly name: string;
  /** The page for people. */
  readonly url: string;
  readonly server: string;
  readonly inbox: string;
  readonly sharedInbox?: string | undefined;
}

/** The inbox that serves most people of the actor's server: one delivery instead of many. */
export const deliveryInbox = (actor: Pick<RemoteActor, 'inbox' | 'sharedInbox'>): string =>
  actor.sharedInbox ?? actor.inbox;

/** Someone by the host of the id and, where that is another, by the host of the inbox: who blocks either blocks both. */
export function facesOf({ id, inbox }: Pick<RemoteActor, 'id' | 'inbox'>): readonly Stranger[] {
  const [own, served] = [new URL(id).host, new URL(inbox).host];
  return own === served ? [{ id, server: own }] : [own, served].map((server) => ({ id, server }));
}

/** What is shown of an actor whose profile is no longer kept: the id alone. */
export function unknownActor(id: string): Pick<RemoteActor, 'id' | 'handle' | 'name' | 'url' | 'server'> {
  const url = new URL(id);
  return { id, handle: url.host, name: '', url: id, server: url.host };
}
