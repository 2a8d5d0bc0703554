import type { Member } from '#shared/domain/member';
import type { Post } from '#shared/domain/post';
import { wordingFor } from '#shared/domain/wording/wording';
import { gone, notFound } from '#shared/runtime/errors';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';

/** The member that a request names, read strongly; also one who is gone for ever. */
export async function anyMemberOf(members: Pick<Members, 'find'>, memberId: string, now: Date): Promise<Member> {
  const member = await members.find(memberId, now, { consistent: true });
  if (!member) throw notFound('There is no such member. Tell the profile first: PUT /api/v1/members/{memberId}.');
  return member;
}

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
