/**
 * GET /actors/{actor}/quotes/{stamp}: consent to one quote (FEP-044f) while it stands, also where the post was left when sharing
 * ended; 410 once it does not, else 404.
 */
import { type Policies, strangerOf } from '#shared/domain/policy';
import { presentState } from '#shared/domain/post';
import { stampDocument, stampIn } from '#shared/protocol/quotes';
import type { Site } from '#shared/protocol/site';
import { gone, notFound } from '#shared/runtime/errors';
import { type HttpFunction, pathVariable } from '#shared/runtime/http';
import type { Blocks } from '#shared/storage/blocks';
import type { Posts } from '#shared/storage/posts';
import type { Stamps } from '#shared/storage/stamps';
import { authorInPath, type FindAuthor } from './found.ts';
import { document } from './negotiation.ts';

interface Deps extends FindAuthor {
  readonly site: Site;
  readonly posts: Pick<Posts, 'find'>;
  readonly stamps: Pick<Stamps, 'named'>;
  readonly policies: () => Promise<Policies>;
  readonly blocks: Pick<Blocks, 'of'>;
}

const maxAge = 30; // who asks again shall soon see that it was withdrawn

export const quoteStamp =
  (deps: Deps): HttpFunction =>
  async (event) => {
    const member = await authorInPath(deps, event);
    if (member.sharing === 'gone') throw withdrawn();
    const named = stampIn(pathVariable(event, 'stamp'));
    const stamp = named && (await deps.stamps.named(named.objectKey, named.name));
    if (!stamp?.requestId || stamp.memberId !== member.memberId) throw notFound('There is no such consent.');
    const post = await deps.posts.find(member.memberId, stamp.objectKey);
    const isThere = post !== undefined && presentState(post, member) === 'shared';
    if (stamp.withdrawn || !isThere || (await isUnwanted(deps, stamp))) throw withdrawn();
    return document(stampDocument(deps.site, member, stamp), { maxAge });
  };

const withdrawn = () => gone('This consent does not hold any more.');

/** Consent ends with a block, by the deployment or by the member, without a write. */
async function isUnwanted(
  { policies, blocks }: Pick<Deps, 'policies' | 'blocks'>,
  { memberId, actor }: { readonly memberId: string; readonly actor: string },
): Promise<boolean> {
  const quoter = strangerOf(actor);
  const [decided, own] = await Promise.all([policies(), blocks.of(memberId)]);
  return decided.blocks(quoter) || own.blocks(quoter);
}
