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
export const deliveryInbox = (actor: RemoteActor): string => actor.sharedInbox ?? actor.inbox;

/** What is shown of an actor whose profile is no longer kept: the id alone. */
export function unknownActor(id: string): Pick<RemoteActor, 'id' | 'handle' | 'name' | 'url' | 'server'> {
  const url = new URL(id);
  return { id, handle: url.host, name: '', url: id, server: url.host };
}
