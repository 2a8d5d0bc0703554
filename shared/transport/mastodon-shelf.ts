/**
 * The API of Mastodon (https://docs.joinmastodon.org/methods/accounts/#lookup and #statuses), which Pleroma, Akkoma and
 * others offer too. Both requests are open to everyone unless the server sets DISALLOW_UNAUTHENTICATED_API_ACCESS or LIMITED_FEDERATION_MODE
 * (mastodon/mastodon, app/controllers/api/base_controller.rb): then they are answered 401.
 */
import { jsonObject } from '../protocol/json.ts';
import type { PublicReader } from './public-read.ts';
import { clockSlack, isOwnId, postsIn, postsPerPage, type Shelf, type Shelved } from './shelf.ts';

/**
 * These say 404 only to what they do not know, and tell by `suspended` when an empty list means nothing
 * (app/controllers/api/v1/accounts/lookup_controller.rb, app/models/account_statuses_filter.rb). Others say 404 also where a request
 * does not exist, and Pleroma leaves a list empty that is kept from strangers (restrict_unauthenticated in
 * lib/pleroma/web/activity_pub/activity_pub.ex): then only an account that counts no posts has none.
 */
const trusted = new Set(['mastodon', 'hometown']);

/** An activity is sent for a week, so that it may come this much later. */
const longestWayMs = 8 * 24 * 3_600_000;

/** What came at some time has an id of that time (lib/mastodon/snowflake.rb); what was fetched, of when it was published. */
const idAt = (ms: number) => String(BigInt(Math.max(0, ms)) << 16n);

const idsAround = (publishedAt: number) => ({
  since_id: idAt(publishedAt - clockSlack),
  max_id: idAt(publishedAt + longestWayMs),
});

const hidden: Shelved = { kind: 'hidden' };

/** Where such a server shows what it holds. */
export function mastodonShelf({ get }: PublicReader, server: URL, software: string | undefined): Shelf {
  const isTrusted = software !== undefined && trusted.has(software);
  const at = (path: string, query: Readonly<Record<string, string>>) =>
    new URL(`/api/v1/accounts/${path}?${new URLSearchParams(query)}`, server);

  return {
    find: async (handle, actor) => {
      const answer = await get(at('lookup', { acct: handle }));
      const account = answer && jsonObject(answer.body);
      if (!account) return hidden;
      if (answer.status === 404) return isTrusted && typeof account.error === 'string' ? { kind: 'unknown' } : hidden;
      const { id, uri = actor, suspended, statuses_count: count } = account;
      if (answer.status !== 200 || !isOwnId(id)) return hidden;
      if (uri !== actor || suspended === true) return hidden;
      return { kind: 'shown', id, provesNothing: !isTrusted && count !== 0 };
    },

    page: async (account, after, publishedAt) => {
      const around = isTrusted && publishedAt !== undefined ? idsAround(publishedAt) : undefined;
      const begin = after ? { max_id: after } : undefined;
      const query = { limit: String(postsPerPage), exclude_reblogs: 'true', ...around, ...begin };
      const answer = await get(at(`${account}/statuses`, query));
      const posts = answer?.status === 200 ? postsIn(answer.body) : undefined; // app/serializers/rest/status_serializer.rb
      return posts && { posts, isLast: posts.length === 0 };
    },
  };
}
