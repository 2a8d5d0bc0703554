import type { Member } from '#shared/domain/member';
import type { Post } from '#shared/domain/post';
import { notFound } from '#shared/runtime/errors';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';

/** The member that a request names, read strongly. */
export async function memberOf(members: Pick<Members, 'find'>, memberId: string, now: Date): Promise<Member> {
  const member = await members.find(memberId, now, { consistent: true });
  if (!member) throw notFound('There is no such member. Tell the profile first: PUT /api/v1/members/{memberId}.');
  return member;
}

/** The member and the post that a request names. */
export async function postOf(
  {
    members,
    posts,
    now,
  }: { readonly members: Pick<Members, 'find'>; readonly posts: Pick<Posts, 'findByPostId'>; readonly now: () => Date },
  { memberId, postId }: { readonly memberId: string; readonly postId: string },
): Promise<{ readonly member: Member; readonly post: Post }> {
  const member = await memberOf(members, memberId, now());
  const post = await posts.findByPostId(memberId, postId);
  if (!post) throw notFound('There is no such post of this member here.');
  return { member, post };
}
