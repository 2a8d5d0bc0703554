/** Where this deployment lives, and every address that it hands out. */

/** What every document needs to know about the deployment. */
export interface Site {
  /** Scheme and host of all ids; never changes once used. */
  readonly origin: URL;
  /** The part after the @ of handles; may differ from the origin's host. */
  readonly handleDomain: string;
  /** Page of a member for people, with `{username}`. */
  readonly memberPage: string;
  /** Page of a post for people, with `{username}` and `{postId}`. */
  readonly postPage: string;
}

/** Puts the settings together; without a handle domain, handles carry the origin's host. */
export const siteOf = (settings: {
  readonly ORIGIN: URL;
  readonly HANDLE_DOMAIN: string;
  readonly MEMBER_PAGE: string;
  readonly POST_PAGE: string;
}): Site => ({
  origin: settings.ORIGIN,
  handleDomain: settings.HANDLE_DOMAIN.toLowerCase() || settings.ORIGIN.host,
  memberPage: settings.MEMBER_PAGE,
  postPage: settings.POST_PAGE,
});

const fill = (template: string, values: Record<string, string>) =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? encodeURIComponent(values[name]!) : whole));

/** `name@host`, as people type it after an @. */
export const handleOf = (site: Site, username: string): string => `${username}@${site.handleDomain}`;

/** The name of the deployment's own actor: its domain, which no member may take. */
export const instanceUsername = (site: Pick<Site, 'handleDomain'>): string =>
  site.handleDomain.replace(/[^a-z0-9.-]/g, '.');

/** The member's page for people. */
export const memberPageOf = (site: Site, username: string): string => fill(site.memberPage, { username });

/** The post's page for people. */
export const postPageOf = (site: Site, username: string, postId: string): string =>
  fill(site.postPage, { username, postId });

/** The ids and collection addresses of this deployment. */
export const addresses = ({ origin }: Pick<Site, 'origin'>) => {
  const at = (path: string) => `${origin.origin}${path}`;
  return {
    actor: (actorKey: string) => at(`/actors/${actorKey}`),
    key: (actorKey: string) => at(`/actors/${actorKey}#main-key`),
    inbox: (actorKey: string) => at(`/actors/${actorKey}/inbox`),
    outbox: (actorKey: string) => at(`/actors/${actorKey}/outbox`),
    followers: (actorKey: string) => at(`/actors/${actorKey}/followers`),
    following: (actorKey: string) => at(`/actors/${actorKey}/following`),
    featured: (actorKey: string) => at(`/actors/${actorKey}/featured`),
    post: (actorKey: string, objectKey: string) => at(`/actors/${actorKey}/posts/${objectKey}`),
    stamp: (actorKey: string, stamp: string) => at(`/actors/${actorKey}/quotes/${stamp}`),
    sharedInbox: at('/inbox'),
    instance: at('/actor'),
    instanceKey: at('/actor#main-key'),
    nodeInfo: at('/nodeinfo/2.1'),
  };
};

const path = (site: Pick<Site, 'origin'>, id: string): string | undefined => {
  const prefix = `${site.origin.origin}/`;
  return id.startsWith(prefix) ? id.slice(prefix.length) : undefined;
};

/** The actor key in one of our actor ids; undefined for every other text. */
export const actorKeyIn = (site: Pick<Site, 'origin'>, id: string): string | undefined =>
  /^actors\/([a-z0-9]{1,64})$/.exec(path(site, id) ?? '')?.[1];

/** The keys in one of our object ids; undefined for every other text. */
export function postKeysIn(
  site: Pick<Site, 'origin'>,
  id: string,
): { readonly actorKey: string; readonly objectKey: string } | undefined {
  const match = /^actors\/([a-z0-9]{1,64})\/posts\/([a-z0-9]{1,64})$/.exec(path(site, id) ?? '');
  return match ? { actorKey: match[1]!, objectKey: match[2]! } : undefined;
}
