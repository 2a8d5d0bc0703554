import { deliveryInbox, type RemoteActor } from '../domain/remote-actor.ts';
import { canonicalHost, registrableDomain } from '../protocol/hosts.ts';
import type { MayDeliver } from './private-hosts.ts';

/** Is it this actor's to say that deliveries go to its inbox? */
export type MayReach = (actor: Pick<RemoteActor, 'id' | 'inbox' | 'sharedInbox'>) => Promise<boolean>;

interface Deps {
  readonly mayDeliverTo: MayDeliver;
  readonly elsewhere: {
    admit(domain: string, place: string, most: number, now: Date): Promise<boolean>;
  };
  readonly limits: { readonly inboxesElsewherePerDomain: number };
  readonly now: () => Date;
}

/**
 * An inbox on the actor's own host is free. One elsewhere may be anybody's, who never asked for anything: a registrable
 * domain may name a few of them for all its people together.
 */
export const reachable =
  ({ mayDeliverTo, elsewhere, limits, now }: Deps): MayReach =>
  async (actor) => {
    const inbox = deliveryInbox(actor);
    if (![actor.inbox, inbox].every(mayDeliverTo)) return false;
    const own = hostOf(actor.id);
    const place = placeElsewhere(own, inbox);
    if (place === undefined) return true;
    return elsewhere.admit(registrableDomain(own), place, limits.inboxesElsewherePerDomain, now());
  };

const hostOf = (address: string): string => {
  const { host } = new URL(address);
  return canonicalHost(host) ?? host;
};

/** A host of the same owner counts once for all inboxes there, somebody else's host once for each. */
function placeElsewhere(own: string, inbox: string): string | undefined {
  const host = hostOf(inbox);
  if (host === own) return undefined;
  return registrableDomain(host) === registrableDomain(own) ? host : inbox;
}
