/** The fence: what a pointer means at this moment, read strongly right before sending, or nothing if it is outdated. */
import type { Stamp } from '../domain/answer.ts';
import { passesFence } from '../domain/delivery.ts';
import { type Actor, hasActor, isSharing, type Member } from '../domain/member.ts';
import type { Pointer, PostPointer, QuoteAnswerPointer } from '../domain/pointer.ts';
import type { Blocked } from '../domain/policy.ts';
import { isShared, type Post, wasSent } from '../domain/post.ts';
import {
  acceptActivity,
  blockActivity,
  createActivity,
  deleteActivity,
  rejectActivity,
  undoBlockActivity,
  updateActivity,
  updateActorActivity,
  withdrawalActivity,
} from './activities.ts';
import { acceptQuote, deleteStamp, rejectQuote } from './quotes.ts';
import { addresses, type Site } from './site.ts';
import type { Document } from './vocabulary.ts';

interface Strongly {
  readonly consistent: true;
}

/** How the present state is read: strongly, each time. */
export interface PresentState {
  readonly site: Site;
  readonly members: { find(memberId: string, now: Date, how: Strongly): Promise<Member | undefined> };
  readonly posts: { find(memberId: string, objectKey: string, how: Strongly): Promise<Post | undefined> };
  readonly followers: { find(memberId: string, actor: string): Promise<{ readonly followId: string } | undefined> };
  readonly stamps: { find(objectKey: string, instrument: string): Promise<Stamp | undefined> };
  readonly blocks: { find(memberId: string, blocked: Blocked): Promise<{ readonly at: string } | undefined> };
  readonly now: () => Date;
}

/** A document that may be sent, and the key that signs it. */
export interface Outgoing {
  readonly document: Document;
  readonly keyId: string;
}

/**
 * The document to send now; undefined when it must not be sent any more. `anyVersion`: an Update is sent as the post is
 * now, whichever edit asked for it; else one that a newer edit overtook is dropped.
 */
export async function outgoing(
  state: PresentState,
  pointer: Pointer,
  { anyVersion = false } = {},
): Promise<Outgoing | undefined> {
  const member = await state.members.find(pointer.memberId, state.now(), { consistent: true });
  if (!member || !hasActor(member)) return undefined;
  const document = await documentFor(state, pointer, member, anyVersion);
  return document && { document, keyId: addresses(state.site).key(member.actorKey) };
}

async function documentFor(
  state: PresentState,
  pointer: Pointer,
  member: Actor,
  anyVersion: boolean,
): Promise<Document | undefined> {
  const { site, followers } = state;
  switch (pointer.kind) {
    case 'post':
      return postDocument(state, pointer, member, anyVersion);
    case 'profile':
      return pointer.epoch === member.epoch ? updateActorActivity(site, member) : undefined;
    case 'accept': {
      const follower = await followers.find(member.memberId, pointer.follow.actor);
      const stands = pointer.epoch === member.epoch && follower?.followId === pointer.follow.id;
      return stands ? acceptActivity(site, member, pointer.follow) : undefined;
    }
    case 'reject': {
      // While sharing is off nobody follows, whatever rows are still there.
      const follows = isSharing(member) && (await followers.find(member.memberId, pointer.follow.actor)) !== undefined;
      return follows ? undefined : rejectActivity(site, member, pointer.follow);
    }
    case 'withdrawal': {
      const post = await state.posts.find(member.memberId, pointer.objectKey, { consistent: true });
      return post && wasSent(post) ? withdrawalActivity(site, member, post, state.now()) : undefined;
    }
    case 'acceptQuote':
    case 'rejectQuote':
      return quoteAnswer(state, pointer, member);
    case 'block': {
      const block = await state.blocks.find(member.memberId, { actor: pointer.actor });
      return block?.at === pointer.since ? blockActivity(site, member, pointer) : undefined;
    }
    case 'unblock': {
      const block = await state.blocks.find(member.memberId, { actor: pointer.actor });
      return block ? undefined : undoBlockActivity(site, member, pointer);
    }
  }
}

async function postDocument(
  { site, posts }: PresentState,
  pointer: PostPointer,
  member: Actor,
  anyVersion: boolean,
): Promise<Document | undefined> {
  const post = await posts.find(member.memberId, pointer.objectKey, { consistent: true });
  if (!post || !wasSent(post)) return undefined;
  const queued = anyVersion ? { ...pointer, version: post.version } : pointer;
  if (!passesFence(pointer.activity, queued, post, member)) return undefined;
  switch (pointer.activity) {
    case 'create':
      return createActivity(site, member, post);
    case 'update':
      return updateActivity(site, member, post);
    case 'delete':
      return post.deletedAt ? deleteActivity(site, member, post, post.deletedAt) : undefined;
  }
}

/** What holds now of consent to a quote. What was consented to before is taken back by a Delete of its stamp. */
async function quoteAnswer(
  { site, posts, stamps }: PresentState,
  { kind, epoch, objectKey, request }: QuoteAnswerPointer,
  member: Actor,
): Promise<Document | undefined> {
  const stamp = await stamps.find(objectKey, request.instrument);
  const post = await posts.find(member.memberId, objectKey, { consistent: true });
  const isThere = post !== undefined && isShared(post, member) && epoch === member.epoch;
  const stands = stamp && !stamp.withdrawn && isThere ? stamp : undefined;
  if (kind === 'acceptQuote') return stands && acceptQuote(site, member, request, stands);
  if (stands) return undefined;
  const wasConsented = stamp?.withdrawn && stamp.requestId === request.id;
  return wasConsented ? deleteStamp(site, member, stamp) : rejectQuote(site, member, request, objectKey);
}
