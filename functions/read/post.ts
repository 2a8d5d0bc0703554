/**
 * GET /actors/{actor}/posts/{post}: the note while it is shared or left, its tombstone with 410 once it is removed, else 404.
 * Of someone who is gone for ever no post was kept: every address says so.
 */
import { presentState, wasSent } from '#shared/domain/post';
import { note, noteContext, tombstone } from '#shared/protocol/note';
import { addresses, postKeysIn, postPageOf, type Site } from '#shared/protocol/site';
import { activityStreams, type Document } from '#shared/protocol/vocabulary';
import { notFound } from '#shared/runtime/errors';
import { type HttpFunction, pathVariable } from '#shared/runtime/http';
import type { Posts } from '#shared/storage/posts';
import { admitted, type FindAuthor, memberInPath } from './found.ts';
import { document, seePage, wantsHtml } from './negotiation.ts';

interface Deps extends FindAuthor {
  readonly site: Site;
  readonly posts: Pick<Posts, 'find'>;
}

const maxAge = 30; // WordPress asks again before it believes a Delete

export const post =
  (deps: Deps): HttpFunction =>
  async (event) => {
    const { site } = deps;
    const author = await memberInPath(deps, event);
    if (author.sharing === 'gone') {
      const keys = postKeysIn(site, addresses(site).post(pathVariable(event, 'actor'), pathVariable(event, 'post')));
      if (!keys) throw notFound('There is no such post.');
      return removed(tombstone(site, keys.actorKey, keys, author.updatedAt));
    }
    const member = await admitted(deps, event, author);
    const found = await deps.posts.find(member.memberId, pathVariable(event, 'post'));
    if (!found || !wasSent(found)) throw notFound('There is no such post.');
    if (presentState(found, member) !== 'shared')
      return removed(tombstone(site, member.actorKey, found, found.deletedAt ?? member.updatedAt));
    if (wantsHtml(event)) return seePage(postPageOf(site, member.username, found.postId));
    return document({ '@context': noteContext, ...note(site, member, found) }, { maxAge });
  };

const removed = (what: Document) => document({ '@context': activityStreams, ...what }, { maxAge, status: 410 });
