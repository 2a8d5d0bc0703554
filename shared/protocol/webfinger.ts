import { actorKeyIn, addresses, handleOf, instanceUsername, memberPageOf, type Site } from './site.ts';

/** Whom a WebFinger query asks for. */
export type Resource =
  | { readonly kind: 'account'; readonly username: string }
  | { readonly kind: 'actor'; readonly actorKey: string }
  | { readonly kind: 'instance' }
  | { readonly kind: 'foreign' };

/** Reads `acct:name@host` (RFC 7565) or one of our https actor ids; undefined when it is neither. */
export function parseResource(resource: string, site: Site): Resource | undefined {
  if (resource.length > 1024) return undefined;
  if (/^https?:\/\//i.test(resource)) {
    if (resource === addresses(site).instance) return { kind: 'instance' };
    const actorKey = actorKeyIn(site, resource);
    return actorKey ? { kind: 'actor', actorKey } : { kind: 'foreign' };
  }
  const account = /^acct:@?([a-z0-9_.-]+)@([a-z0-9.:[\]-]+)$/i.exec(resource);
  if (!account) return undefined;
  const host = account[2]!.toLowerCase();
  if (host !== site.handleDomain && host !== site.origin.host) return { kind: 'foreign' };
  const username = account[1]!.toLowerCase();
  return username === instanceUsername(site) ? { kind: 'instance' } : { kind: 'account', username };
}

/** The JRD that points a handle at its actor (RFC 7033 section 4.4). */
export function jrd(site: Site, { username, actorKey }: { readonly username: string; readonly actorKey: string }) {
  const actor = addresses(site).actor(actorKey);
  const page = memberPageOf(site, username);
  return {
    subject: `acct:${handleOf(site, username)}`,
    aliases: [actor, page],
    links: [
      { rel: 'self', type: 'application/activity+json', href: actor },
      { rel: 'http://webfinger.net/rel/profile-page', type: 'text/html', href: page },
    ],
  };
}

/** The JRD of the deployment's own actor: servers that check who signs look it up too. */
export function instanceJrd(site: Site) {
  const actor = addresses(site).instance;
  return {
    subject: `acct:${handleOf(site, instanceUsername(site))}`,
    aliases: [actor],
    links: [{ rel: 'self', type: 'application/activity+json', href: actor }],
  };
}

/** Points old clients at WebFinger (RFC 6415 section 2). */
export const hostMeta = ({ origin }: Site): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="lrdd" type="application/jrd+json" template="${origin.origin}/.well-known/webfinger?resource={uri}"/>
</XRD>
`;
