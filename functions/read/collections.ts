/** GET of an actor's collections. Followers are counted, never listed. */
import { isShared } from '#shared/domain/post';
import { isSharing } from '#shared/domain/sharing';
import { createActivity } from '#shared/protocol/activities';
import { collectionPage, countOnly, emptyCollection, pagedCollection } from '#shared/protocol/collections';
import { noteContext } from '#shared/protocol/note';
import { addresses, type Site } from '#shared/protocol/site';
import { badRequest, notFound } from '#shared/runtime/errors';
import type { HttpFunction } from '#shared/runtime/http';
import { BadCursor } from '#shared/storage/cursor';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import { authorInPath, type FindAuthor } from './found.ts';
import { document } from './negotiation.ts';

interface Deps extends FindAuthor {
  readonly site: Site;
  readonly members: Pick<Members, 'findByActorKey' | 'tally'>;
  readonly posts: Pick<Posts, 'page'>;
}

const pageSize = 20;

export const outbox =
  (deps: Deps): HttpFunction =>
  async (event) => {
    const { site } = deps;
    const member = await authorInPath(deps, event);
    const id = addresses(site).outbox(member.actorKey);
    if (!isSharing(member)) return document(emptyCollection(id));

    const { page, cursor } = event.queryStringParameters ?? {};
    if (!page) return document(pagedCollection(id, (await deps.members.tally(member.memberId)).posts));
    if (!['true', '1'].includes(page)) throw notFound('There is no such page.'); // they go on by cursor, not by number
    const found = await readPage(deps.posts, member.memberId, cursor);
    const items = found.items
      .filter((post) => isShared(post, member))
      .map((post) => {
        const { '@context': _context, ...activity } = createActivity(site, member, post);
        return activity;
      });
    return document(collectionPage(noteContext, id, { cursor, next: found.next, items }));
  };

async function readPage(posts: Deps['posts'], memberId: string, cursor: string | undefined) {
  try {
    return await posts.page({ memberId }, { states: ['shared'], cursor, limit: pageSize });
  } catch (error) {
    if (error instanceof BadCursor) throw badRequest('The parameter cursor is not one that this collection gave out.');
    throw error;
  }
}

export const followersCount =
  (deps: Omit<Deps, 'posts'>): HttpFunction =>
  async (event) => {
    const member = await authorInPath(deps, event);
    const { followers } = isSharing(member) ? await deps.members.tally(member.memberId) : { followers: 0 };
    return document(countOnly(addresses(deps.site).followers(member.actorKey), followers));
  };

/** A collection that is always empty here: following, featured, the instance's outbox. */
export const nothing =
  (deps: FindAuthor & { readonly site: Site }): HttpFunction =>
  async (event) => {
    if (event.pathParameters?.actor) await authorInPath(deps, event);
    return document(emptyCollection(`${deps.site.origin.origin}${event.rawPath}`));
  };
