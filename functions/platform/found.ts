import { isBuried, type Member } from '#shared/domain/member';
import type { Post } from '#shared/domain/post';
import { wordingFor } from '#shared/domain/wording/wording';
import { gone, notFound } from '#shared/runtime/errors';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { Caller } from './access.ts';

/** The member that a request names, read strongly; also one who is gone for ever. */
export async function anyMemberOf(members: Pick<Members, 'find'>, memberId: string, now: Date): Promise<Member> {
  const member = await members.find(memberId, now, { consistent: true });
  if (!member) throw notFound('There is no such member. Tell the profile first: PUT /api/v1/members/{memberId}.');
  return member;
}

/** What a legal order keeps of who is gone is the platform's to read: for everyone else it is erased from the beginning. */
export const mayReadContent = ({ sharing }: Pick<Member, 'sharing'>, caller: Caller): boolean =>
  sharing !== 'gone' || caller === 'platform';

/** A member as this caller is told: nobody can tell by the profile of who is gone whether an order holds it. */
export function asTold(member: Member, caller: Caller): Member {
  if (mayReadContent(member, caller)) return member;
  const { memberId, sharing, epoch, removedUpTo, removalId, actorKey, publicKeyPem } = member;
  const { consent, earlierConsents, createdAt, updatedAt } = member;
  return {
    ...{ memberId, sharing, epoch, removedUpTo, removalId, actorKey, publicKeyPem },
    ...{ consent, earlierConsents, createdAt, updatedAt },
    ...{ displayName: '', bio: '', country: '', fields: [], publicProfile: false, adult: false },
    username: isBuried(member) ? '' : member.username,
  };
}

/** Followers and shared posts, counted, as this caller is told: none of who is gone, whether or not an order holds it. */
export const tallyAsTold = async (
  members: Pick<Members, 'tally'>,
  member: Member,
  caller: Caller,
): ReturnType<Members['tally']> =>
  mayReadContent(member, caller) ? members.tally(member.memberId) : { followers: 0, posts: 0 };

/** 410 for who is gone for ever. */
export function mustBeHere<M extends Member | undefined>(member: M, language?: string): M {
  if (member?.sharing === 'gone') throw gone(wordingFor(language).refusals.gone);
  return member;
}

/** The member that a request names, read strongly; 410 for who is gone for ever. */
export const memberOf = async (
  members: Pick<Members, 'find'>,
  memberId: string,
  now: Date,
  language?: string,
): Promise<Member> => mustBeHere(await anyMemberOf(members, memberId, now), language);

/** The member and the post that a request names. */
export async function postOf(
  {
    members,
    posts,
    now,
  }: { readonly members: Pick<Members, 'find'>; readonly posts: Pick<Posts, 'findByPostId'>; readonly now: () => Date },
  {
    memberId,
    postId,
    language,
  }: { readonly memberId: string; readonly postId: string; readonly language?: string | undefined },
): Promise<{ readonly member: Member; readonly post: Post }> {
  const member = await memberOf(members, memberId, now(), language);
  const post = await posts.findByPostId(memberId, postId);
  if (!post) throw notFound('There is no such post of this member here.');
  return { member, post };
}
