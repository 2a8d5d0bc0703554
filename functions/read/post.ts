/** GET /actors/{actor}/posts/{post}: the note while it is shared, its tombstone with 410 once it is removed, else 404. */
import { presentState, wasSent } from '#shared/domain/post';
import { note, noteContext, tombstone } from '#shared/protocol/note';
import { postPageOf, type Site } from '#shared/protocol/site';
import { activityStreams } from '#shared/protocol/vocabulary';
import { notFound } from '#shared/runtime/errors';
import { type HttpFunction, pathVariable } from '#shared/runtime/http';
import type { Posts } from '#shared/storage/posts';
import { authorInPath, type FindAuthor } from './found.ts';
import { document, seePage, wantsHtml } from './negotiation.ts';

interface Deps extends FindAuthor {
  readonly site: Site;
  readonly posts: Pick<Posts, 'find'>;
}

const maxAge = 30; // WordPress asks again before it believes a Delete

export const post =
  (deps: Deps): HttpFunction =>
  async (event) => {
    const member = await authorInPath(deps, event);
    const found = await deps.posts.find(member.memberId, pathVariable(event, 'post'));
    if (!found || !wasSent(found)) throw notFound('There is no such post.');
    if (presentState(found, member) !== 'shared') {
      const gone = tombstone(deps.site, member.actorKey, found, found.deletedAt ?? member.updatedAt);
      return document({ '@context': activityStreams, ...gone }, { maxAge, status: 410 });
    }
    if (wantsHtml(event)) return seePage(postPageOf(deps.site, member.username, found.postId));
    return document({ '@context': noteContext, ...note(deps.site, member, found) }, { maxAge });
  };
