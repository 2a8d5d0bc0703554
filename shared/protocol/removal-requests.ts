/** What an inbox is asked for next in a removal: the Delete of a post, newest first, or the one of the account. */
import { encodeTime } from 'ulid';
import { mayHold, type RemovedPost } from '../domain/asking.ts';
import { type Actor, hasActor, type Member } from '../domain/member.ts';
import { type Post, wasSent } from '../domain/post.ts';
import { outOfReachAfter } from '../domain/reach.ts';
import type { Ask, Removal } from '../domain/removal.ts';
import { deleteActivity, deleteActorActivity } from './activities.ts';
import { addresses, type Site } from './site.ts';
import type { Document } from './vocabulary.ts';

interface PageOfPosts {
  readonly items: readonly Post[];
  readonly next?: string | undefined;
}

/** Where removals find what they are about. */
export interface RemovalState {
  readonly site: Site;
  readonly members: {
    find(memberId: string, now: Date, how: { readonly consistent: true }): Promise<Member | undefined>;
  };
  /** Newest first; a cursor is the object key after which a page begins. */
  readonly removed: {
    removedBy(
      removal: Removal,
      how: { readonly cursor?: string | undefined; readonly limit: number },
    ): Promise<PageOfPosts>;
  };
  readonly now: () => Date;
}

/** One request: its bytes are the same for every inbox. */
export interface RemovalRequest {
  readonly body: Uint8Array;
  /** The post that it is about; absent where it is about the account. */
  readonly objectKey?: string | undefined;
}

/** What is to be asked in one removal, and whose key signs it. */
export interface RemovalRequests {
  readonly keyId: string;
  /** What this inbox is asked for next; undefined when it was asked for everything. */
  readonly next: (ask: Ask) => Promise<RemovalRequest | undefined>;
}

const pageSize = 100;
const bytesOf = (document: Document): Uint8Array => Buffer.from(JSON.stringify(document));

/** Of a removal; undefined when its member is not there any more, and nothing can be signed. */
export async function removalRequests(state: RemovalState, removal: Removal): Promise<RemovalRequests | undefined> {
  const member = await state.members.find(removal.memberId, state.now(), { consistent: true });
  if (!member || !hasActor(member)) return undefined;
  const keyId = addresses(state.site).key(member.actorKey);
  return { keyId, next: removal.kind === 'forEver' ? ofAccount(state, member) : ofPosts(state, removal, member) };
}

function ofAccount({ site }: RemovalState, member: Actor): RemovalRequests['next'] {
  const request = { body: bytesOf(deleteActorActivity(site, member)) };
  return async ({ asked, unanswered }) => (asked > 0 && !unanswered ? undefined : request);
}

/** Many inboxes are at about the same place: each page is read, and each document made, once for all of them. */
function ofPosts({ site, removed }: RemovalState, removal: Removal, member: Actor): RemovalRequests['next'] {
  const following = new Map<string, Promise<RemovedPost | undefined>>();
  const bodies = new Map<string, Uint8Array>();

  const read = async (objectKey: string | undefined): Promise<RemovedPost | undefined> => {
    let cursor = objectKey;
    for (;;) {
      const { items, next } = await removed.removedBy(removal, { cursor, limit: pageSize });
      const posts = items.flatMap(removedPost);
      for (const [index, one] of posts.entries()) {
        const after = posts[index + 1];
        if (after) following.set(one.objectKey, Promise.resolve(after));
      }
      if (posts[0] || next === undefined) return posts[0];
      cursor = next;
    }
  };
  const after = (objectKey: string | undefined) => {
    const key = objectKey ?? '';
    const known = following.get(key) ?? read(objectKey);
    following.set(key, known);
    return known;
  };
  const bodyOf = ({ objectKey, deletedAt }: RemovedPost) => {
    const body = bodies.get(objectKey) ?? bytesOf(deleteActivity(site, member, { objectKey }, deletedAt));
    bodies.set(objectKey, body);
    return body;
  };

  return async (ask) => {
    let post = await after(ask.cursor ?? startOf(ask));
    while (post && !mayHold(ask, post)) post = await after(post.objectKey);
    return post && { body: bodyOf(post), objectKey: post.objectKey };
  };
}

/** Object keys begin with their time: whoever went out of reach long ago is not led past everything that came later. */
function startOf(ask: Ask): string | undefined {
  const last = outOfReachAfter(ask);
  return last && encodeTime(last.getTime()).toLowerCase();
}

/** What is kept of a post meanwhile: a removal may be about very many. */
function removedPost(post: Post): readonly RemovedPost[] {
  if (!wasSent(post) || post.deletedAt === undefined) return [];
  const { objectKey, firstSentAt, deletedAt } = post;
  return [{ objectKey, firstSentAt, deletedAt }];
}
