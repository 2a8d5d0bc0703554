/**
 * The API of Misskey (misskey-dev/misskey, packages/backend/src/server/api/endpoints/users/{show,notes}.ts): both need no
 * login, but since 2025 a server shows strangers by default only what its own people write (ugcVisibilityForVisitor in
 * models/Meta.ts) and then says NO_SUCH_USER: that it does not know the account can never be told from that.
 */
import { isObject, jsonObject } from '../protocol/json.ts';
import type { PublicReader } from './public-read.ts';
import { isOwnId, postsIn, type Shelf, type Shelved, shelfPage } from './shelf.ts';

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

    page: async (userId, untilId) => {
      const answer = await ask('notes', {
        userId,
        limit: shelfPage,
        withReplies: true,
        withRenotes: false,
        ...(untilId ? { untilId } : {}),
      });
      return answer?.status === 200 ? postsIn(answer.body) : undefined;
    },
  };
}

function couldNotResolve(body: Uint8Array): boolean {
  const error = jsonObject(body)?.error;
  return isObject(error) && error.code === 'FAILED_TO_RESOLVE_REMOTE_USER';
}
