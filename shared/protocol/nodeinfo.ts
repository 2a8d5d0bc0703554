import { addresses, type Site } from './site.ts';

/** The document that names the NodeInfo versions on offer (FEP-f1d5). */
export const nodeInfoLinks = (site: Site) => ({
  links: [{ rel: 'http://nodeinfo.diaspora.software/ns/schema/2.1', href: addresses(site).nodeInfo }],
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
