/** Servers elsewhere, reduced to what they show strangers of an account: their NodeInfo and their API. Sources are named where they behave. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** A member as other servers know them. */
export const actor = 'https://share.example/actors/01actor';
export const handle = 'alice@share.example';
/** The id of one of the member's posts. */
export const postId = (number: number): string => `${actor}/posts/${String(number).padStart(4, '0')}`;
export const postIds = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => postId(count - index));

/** Answers with JSON. */
export const send = (response: ServerResponse, body: unknown, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const originOf = ({ headers }: IncomingMessage) => `http://${headers.host}`;

/** NodeInfo (https://nodeinfo.diaspora.software/protocol.html) before an API. */
export const running =
  (software: string, api: RequestListener): RequestListener =>
  (request, response) => {
    if (request.url === '/.well-known/nodeinfo')
      return send(response, {
        links: [{ rel: 'http://nodeinfo.diaspora.software/ns/schema/2.0', href: `${originOf(request)}/nodeinfo/2.0` }],
      });
    if (request.url === '/nodeinfo/2.0') return send(response, { version: '2.0', software: { name: software } });
    return api(request, response);
  };

interface MastodonOptions {
  /** What the account says, beside its id. */
  readonly account?: object;
  /** Whom it knows. */
  readonly handle?: string;
  /** Nobody but its own people may ask. */
  readonly closed?: boolean;
  readonly unknown?: boolean;
}

/**
 * Mastodon's API: a 404 for whom it does not know, and without an account 401 when it is closed (mastodon/mastodon,
 * app/controllers/api/base_controller.rb); lists go on with max_id (https://docs.joinmastodon.org/methods/accounts/#statuses).
 */
export const likeMastodon =
  (
    uris: readonly string[],
    { account = {}, handle: known = handle, closed = false, unknown = false }: MastodonOptions = {},
  ): RequestListener =>
  ({ url }, response) => {
    const { pathname, searchParams } = new URL(url!, 'http://mastodon.test');
    if (closed) return send(response, { error: 'This API requires an authenticated user' }, 401);
    if (pathname === '/api/v1/accounts/lookup') {
      if (unknown || searchParams.get('acct') !== known) return send(response, { error: 'Record not found' }, 404);
      return send(response, { id: '108', acct: known, uri: actor, statuses_count: uris.length, ...account });
    }
    if (pathname !== '/api/v1/accounts/108/statuses') return send(response, { error: 'Not found' }, 404);
    const all = uris.map((uri, index) => ({ id: String(10_000 - index), uri, account: { id: '108' } }));
    const before = Number(searchParams.get('max_id') ?? Number.POSITIVE_INFINITY);
    return send(response, all.filter(({ id }) => Number(id) < before).slice(0, Number(searchParams.get('limit'))));
  };

interface MisskeyOptions {
  /** Strangers are shown only what its own people write: misskey-dev/misskey, endpoints/users/show.ts. */
  readonly localOnly?: boolean;
  /** How often a look-up of a user whom it fetched long ago fails: core/RemoteUserResolveService.ts. */
  readonly stale?: number;
  readonly user?: object;
}

/** Misskey's API: misskey-dev/misskey, packages/backend/src/server/api/endpoints/users/{show,notes}.ts. */
export function likeMisskey(uris: readonly string[], { localOnly = false, stale = 0, user = {} }: MisskeyOptions = {}) {
  let failures = stale;
  const listener: RequestListener = async (request, response) => {
    if (request.method !== 'POST') return send(response, { error: { code: 'UNKNOWN_API_ENDPOINT' } }, 404);
    const asked = JSON.parse(await text(request));
    if (request.url === '/api/users/show') {
      if (localOnly) return send(response, { error: { code: 'NO_SUCH_USER' } }, 404);
      if (failures-- > 0) return send(response, { error: { code: 'FAILED_TO_RESOLVE_REMOTE_USER' } }, 500);
      const [username, host] = handle.split('@');
      return send(response, { id: '9abc', username, host, uri: actor, ...user });
    }
    if (request.url !== '/api/users/notes' || asked.userId !== '9abc')
      return send(response, { error: { code: 'NO_SUCH_USER' } }, 400);
    const all = uris.map((uri, index) => ({ id: String(10_000 - index), uri }));
    const before = Number(asked.untilId ?? Number.POSITIVE_INFINITY);
    return send(response, all.filter(({ id }) => Number(id) < before).slice(0, asked.limit));
  };
  return listener;
}
