import { addresses, type Site } from './site.ts';

/** The document that names the NodeInfo versions on offer (FEP-f1d5) and the deployment's own actor (FEP-2677). */
export const nodeInfoLinks = (site: Site) => ({
  links: [
    { rel: 'http://nodeinfo.diaspora.software/ns/schema/2.1', href: addresses(site).nodeInfo },
    { rel: 'https://www.w3.org/ns/activitystreams#Application', href: addresses(site).instance },
  ],
});

/** NodeInfo 2.1: what software answers here. It counts nobody. */
export const nodeInfo = (version: string) => ({
  version: '2.1',
  software: { name: 'fediverse-sharing', version },
  protocols: ['activitypub'],
  services: { inbound: [], outbound: [] },
  openRegistrations: false,
  usage: { users: {} },
  metadata: {},
});
