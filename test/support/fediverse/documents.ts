/** What a mock server shows: its one person, its NodeInfo, and what its public API tells of posts that it holds. */
import type { Json } from '../remote-server.ts';
import type { Kind } from './kinds.ts';
import type { Memory } from './memory.ts';

/** The addresses of a server and of its one person. */
export function addressesAt(origin: string, kind: Kind) {
  const actor = `${origin}/users/reader`;
  return {
    actor,
    inbox: `${actor}/inbox`,
    sharedInbox: kind.sharedInbox ? `${origin}/inbox` : undefined,
    // GoToSocial: the key lies at an address of its own.
    keyId: kind.software === 'gotosocial' ? `${actor}/main-key` : `${actor}#main-key`,
    nodeInfo: `${origin}/nodeinfo/2.0`,
  };
}

/** The documents of a server, by path. */
export function documentsOf(origin: string, kind: Kind, publicKeyPem: string): Readonly<Record<string, Json>> {
  const { actor, inbox, sharedInbox, keyId, nodeInfo } = addressesAt(origin, kind);
  const publicKey = { id: keyId, owner: actor, publicKeyPem };
  const context = ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1'];
  const documents = {
    [actor]: {
      '@context': context,
      id: actor,
      type: 'Person',
      preferredUsername: 'reader',
      name: `Reader on ${kind.software}`,
      inbox,
      ...(sharedInbox ? { endpoints: { sharedInbox } } : {}),
      publicKey,
    },
    ...(keyId.includes('#')
      ? {}
      : { [keyId]: { '@context': context, id: actor, type: 'Person', preferredUsername: 'reader', publicKey } }),
    [`${origin}/.well-known/nodeinfo`]: {
      links: [{ rel: 'http://nodeinfo.diaspora.software/ns/schema/2.0', href: nodeInfo }],
    },
    [nodeInfo]: {
      version: '2.0',
      software: { name: kind.software, version: kind.version },
      protocols: ['activitypub'],
      services: { inbound: [], outbound: [] },
      openRegistrations: false,
      usage: { users: { total: 1 } },
      metadata: {},
    },
  };
  return Object.fromEntries(
    Object.entries(documents).map(([address, document]) => [new URL(address).pathname, document]),
  );
}

/** A request to the public API. */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: Json;
}

/** What the public API answers; undefined where there is none. */
export function askApi(kind: Kind, memory: Memory, request: ApiRequest): { status: number; body: unknown } | undefined {
  if (kind.publicApi === 'mastodon') return mastodonApi(memory, request);
  if (kind.publicApi === 'misskey') return misskeyApi(memory, request);
  return request.url.pathname.startsWith('/api/') ? { status: 401, body: { error: 'A token is needed.' } } : undefined;
}

/** Profiles are numbered in the order in which they came. */
const numbered = ({ profiles }: Memory) =>
  [...profiles].map(([actor, document], index) => ({ actor, document, id: `${index + 1}` }));
const hostOf = (actor: string) => new URL(actor).host;
const isNamed = (actor: string, document: Json, name: string, host: string) =>
  String(document.preferredUsername).toLowerCase() === name.toLowerCase() && hostOf(actor) === host;
const postsOf = ({ posts }: Memory, actor: string) =>
  [...posts.values()].filter(({ author }) => author === actor).reverse();

/** docs.joinmastodon.org/methods/accounts: `lookup` and `{id}/statuses` are public. Pleroma offers the same. */
function mastodonApi(memory: Memory, { method, url }: ApiRequest) {
  if (method !== 'GET') return undefined;
  const missing = { status: 404, body: { error: 'Record not found' } };
  if (url.pathname === '/api/v1/accounts/lookup') {
    const [name = '', host = ''] = (url.searchParams.get('acct') ?? '').replace(/^@/, '').split('@');
    const found = numbered(memory).find(({ actor, document }) => isNamed(actor, document, name, host));
    if (!found) return missing;
    return {
      status: 200,
      body: {
        id: found.id,
        username: name,
        statuses_count: postsOf(memory, found.actor).length,
        acct: `${name}@${host}`,
        url: found.actor,
        uri: found.actor,
      },
    };
  }
  const [, id] = /^\/api\/v1\/accounts\/(\w+)\/statuses$/.exec(url.pathname) ?? [];
  if (!id) return undefined;
  const found = numbered(memory).find((one) => one.id === id);
  if (!found) return missing;
  const limit = Number(url.searchParams.get('limit') ?? 20);
  const after = url.searchParams.get('max_id');
  const all = postsOf(memory, found.actor).map((post) => ({
    id: post.id.split('/').at(-1)!,
    uri: post.id,
    url: post.id,
    content: post.content,
  }));
  const start = after ? all.findIndex((post) => post.id === after) + 1 : 0;
  return { status: 200, body: all.slice(start, start + limit) };
}

/** misskey-hub.net/docs/for-developers/api: `users/show` and `users/notes` are POSTs that need no token. */
function misskeyApi(memory: Memory, { method, url, body }: ApiRequest) {
  if (method !== 'POST') return undefined;
  if (url.pathname === '/api/users/show') {
    const found = numbered(memory).find(({ actor, document }) =>
      isNamed(actor, document, String(body.username), String(body.host)),
    );
    if (!found) return { status: 404, body: { error: { code: 'NO_SUCH_USER' } } };
    return { status: 200, body: { id: found.id, username: body.username, host: body.host, uri: found.actor } };
  }
  if (url.pathname !== '/api/users/notes') return undefined;
  const found = numbered(memory).find(({ id }) => id === body.userId);
  if (!found) return { status: 400, body: { error: { code: 'NO_SUCH_USER' } } };
  const all = postsOf(memory, found.actor).map((post) => ({
    id: post.id.split('/').at(-1)!,
    uri: post.id,
    text: post.content,
  }));
  const start = body.untilId ? all.findIndex(({ id }) => id === body.untilId) + 1 : 0;
  return { status: 200, body: all.slice(start, start + Number(body.limit ?? 10)) };
}
