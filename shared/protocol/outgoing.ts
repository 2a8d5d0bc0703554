/** The fence: what a pointer means at this moment, read strongly right before sending, or nothing if it is outdated. */
import type { Stamp } from '../domain/answer.ts';
import { passesFence } from '../domain/delivery.ts';
import { type Actor, hasActor, type Member } from '../domain/member.ts';
import type { ActivityPointer, PostPointer, QuoteAnswerPointer, WithdrawalPointer } from '../domain/pointer.ts';
import type { Blocked } from '../domain/policy.ts';
import { isShared, type Post, wasSent } from '../domain/post.ts';
import { isShown } from '../domain/sharing.ts';
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
  /** The removal that it belongs to: how each inbox answers goes on the receipt. */
  readonly removalId?: string | undefined;
}

type Sendable = Omit<Outgoing, 'keyId'>;

/**
 * The document to send now; undefined when it must not be sent any more. `anyVersion`: an Update is sent as the post is
 * now, whichever edit asked for it; else one that a newer edit overtook is dropped.
 */
export async function outgoing(
  state: PresentState,
  pointer: ActivityPointer,
  { anyVersion = false } = {},
): Promise<Outgoing | undefined> {
  const member = await state.members.find(pointer.memberId, state.now(), { consistent: true });
  if (!member || !hasActor(member)) return undefined;
  const sendable = await sendableFor(state, pointer, member, anyVersion);
  return sendable && { ...sendable, keyId: addresses(state.site).key(member.actorKey) };
}

async function sendableFor(
  state: PresentState,
  pointer: ActivityPointer,
  member: Actor,
  anyVersion: boolean,
): Promise<Sendable | undefined> {
  if (pointer.kind === 'post') return aboutPost(state, pointer, member, anyVersion);
  if (pointer.kind === 'withdrawal') {
    const post = await state.posts.find(member.memberId, pointer.objectKey, { consistent: true });
    if (!post || !wasSent(post)) return undefined;
    return { document: withdrawalActivity(state.site, member, post, state.now()), removalId: post.removalId };
  }
  const document = await documentFor(state, pointer, member);
  return document && { document };
}

async function documentFor(
  state: PresentState,
  pointer: Exclude<ActivityPointer, PostPointer | WithdrawalPointer>,
  member: Actor,
): Promise<Document | undefined> {
  const { site, followers } = state;
  switch (pointer.kind) {
    case 'profile':
      return pointer.epoch === member.epoch ? updateActorActivity(site, member) : undefined;
    case 'accept': {
      const follower = await followers.find(member.memberId, pointer.follow.actor);
      // Who followed when sharing ended and copies were left still does; once a removal has ended it nobody does.
      const stands = isShown(member) && follower?.followId === pointer.follow.id;
      return stands ? acceptActivity(site, member, pointer.follow) : undefined;
    }
    case 'reject': {
      // While posts are removed nobody follows, whatever rows are still there.
      const follows = isShown(member) && (await followers.find(member.memberId, pointer.follow.actor)) !== undefined;
      return follows ? undefined : rejectActivity(site, member, pointer.follow);
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

async function aboutPost(
  { site, posts }: PresentState,
  pointer: PostPointer,
  member: Actor,
  anyVersion: boolean,
): Promise<Sendable | undefined> {
  const post = await posts.find(member.memberId, pointer.objectKey, { consistent: true });
  if (!post || !wasSent(post)) return undefined;
  const queued = anyVersion ? { ...pointer, version: post.version } : pointer;
  if (!passesFence(pointer.activity, queued, post, member)) return undefined;
  switch (pointer.activity) {
    case 'create':
      return { document: createActivity(site, member, post) };
    case 'update':
      return { document: updateActivity(site, member, post) };
    case 'delete': {
      const { deletedAt, removalId } = post;
      return deletedAt ? { document: deleteActivity(site, member, post, deletedAt), removalId } : undefined;
    }
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
