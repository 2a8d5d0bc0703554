import { expect, test } from 'vitest';
import { nodeInfo, nodeInfoLinks } from '#shared/protocol/nodeinfo';
import { site } from '../../support/members.ts';

test('the links name NodeInfo 2.1 and the application actor, and where they are', () =>
  expect(nodeInfoLinks(site)).toEqual({
    links: [
      { rel: 'http://nodeinfo.diaspora.software/ns/schema/2.1', href: 'https://share.example/nodeinfo/2.1' },
      { rel: 'https://www.w3.org/ns/activitystreams#Application', href: 'https://share.example/actor' },
    ],
  }));

test('NodeInfo tells the software and counts nobody', () =>
  expect(nodeInfo('1.2.3')).toEqual({
    version: '2.1',
    software: { name: 'fediverse-sharing', version: '1.2.3' },
    protocols: ['activitypub'],
    services: { inbound: [], outbound: [] },
    openRegistrations: false,
    usage: { users: {} },
    metadata: {},
  }));
