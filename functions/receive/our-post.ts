import type { Actor } from '#shared/domain/member';
import { hasActor } from '#shared/domain/member';
import { isShared, type SharedPost, wasSent } from '#shared/domain/post';
import { postKeysIn } from '#shared/protocol/site';
import type { Effects } from './effects.ts';

type Deps = Pick<Effects, 'site' | 'members' | 'posts' | 'now'>;

interface OurPost {
  readonly post: SharedPost;
  readonly author: Actor;
}

/** The post that an address names, with its author; undefined unless it is ours, was sent and is still shared. */
export async function ourPost(deps: Deps, address: string): Promise<OurPost | undefined> {
  const found = await sentPost(deps, address);
  return found && isShared(found.post, found.author) ? found : undefined;
}

/** The same, also where it was left when sharing ended, or is to be taken back. */
export async function sentPost({ site, members, posts, now }: Deps, address: string): Promise<OurPost | undefined> {
  const keys = postKeysIn(site, address);
  const author = keys && (await members.findByActorKey(keys.actorKey, now()));
  if (!author || !hasActor(author)) return undefined;
  const post = await posts.find(author.memberId, keys.objectKey);
  return post && wasSent(post) ? { post, author } : undefined;
}
