import type { Actor } from '#shared/domain/member';
import { hasActor } from '#shared/domain/member';
import { isShared, type SharedPost } from '#shared/domain/post';
import { postKeysIn } from '#shared/protocol/site';
import type { Effects } from './effects.ts';

/** The post that an address names, with its author; undefined unless it is ours, was sent and is still shared. */
export async function ourPost(
  { site, members, posts, now }: Pick<Effects, 'site' | 'members' | 'posts' | 'now'>,
  address: string,
): Promise<{ readonly post: SharedPost; readonly author: Actor } | undefined> {
  const keys = postKeysIn(site, address);
  const author = keys && (await members.findByActorKey(keys.actorKey, now()));
  if (!author || !hasActor(author)) return undefined;
  const post = await posts.find(author.memberId, keys.objectKey);
  return post && isShared(post, author) ? { post, author } : undefined;
}
