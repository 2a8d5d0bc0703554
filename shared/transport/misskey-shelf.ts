/**
 * The API of Misskey (misskey-dev/misskey, packages/backend/src/server/api/endpoints/users/{show,notes}.ts): both need no
 * login, but since 2025 a server shows strangers by default only what its own people write (ugcVisibilityForVisitor in
 * models/Meta.ts) and then says NO_SUCH_USER: that it does not know the account can never be told from that.
 */
import { isObject, jsonObject } from '../protocol/json.ts';
import type { PublicReader } from './public-read.ts';
import { clockSlack, isOwnId, postsIn, postsPerPage, type Shelf, type Shelved } from './shelf.ts';

const minute = 60_000;

const hidden: Shelved = { kind: 'hidden' };

/** Where such a server shows what it holds. */
export function misskeyShelf({ query }: PublicReader, server: URL): Shelf {
  const ask = (endpoint: string, question: object) => query(new URL(`/api/users/${endpoint}`, server), question);

  /**
   * A user whom it has not fetched for a day is looked up anew, and that fails while sharing is off; but it notes the
   * attempt, and the next request gets what it holds (packages/backend/src/core/RemoteUserResolveService.ts).
   */
  const show = async (who: object) => {
    const first = await ask('show', who);
    return first && couldNotResolve(first.body) ? ask('show', who) : first;
  };

  return {
    find: async (handle, actor) => {
      const [username, host] = handle.split('@');
      const answer = await show({ username, host });
      const user = answer?.status === 200 ? jsonObject(answer.body) : undefined;
      if (!isOwnId(user?.id) || user.uri !== actor) return hidden;
      return { kind: 'shown', id: user.id, provesNothing: false };
    },

    page: async (userId, untilId, publishedAt) => {
      const answer = await ask('notes', {
        userId,
        limit: postsPerPage,
        withReplies: true,
        withRenotes: false,
        ...(publishedAt === undefined ? {} : datesAround(publishedAt)),
        ...(untilId ? { untilId } : {}),
      });
      const posts = answer?.status === 200 ? postsIn(answer.body) : undefined;
      // It forgets the earlier date where it goes on after a note: only the first page of a time has an end.
      const most = publishedAt === undefined || untilId ? 0 : postsPerPage - 1;
      return posts && { posts, isLast: posts.length <= most };
    },
  };
}

/**
 * A note has an id of the time when it was published, or of when it came by a clock that is slow (core/IdService.ts), and
 * dates are compared with that (core/QueryService.ts).
 */
const datesAround = (publishedAt: number) => ({
  sinceDate: publishedAt - clockSlack,
  untilDate: publishedAt + minute,
});

function couldNotResolve(body: Uint8Array): boolean {
  const error = jsonObject(body)?.error;
  return isObject(error) && error.code === 'FAILED_TO_RESOLVE_REMOTE_USER';
}
