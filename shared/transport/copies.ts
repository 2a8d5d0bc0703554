import type { Look } from '../domain/removal.ts';
import type { GuardedClient } from './guarded-client.ts';
import { mastodonShelf } from './mastodon-shelf.ts';
import { misskeyShelf } from './misskey-shelf.ts';
import { publicReader, type ReadOptions } from './public-read.ts';
import type { Shelf, ShownAccount } from './shelf.ts';
import type { FindSoftware } from './software.ts';

/** What is looked for on another server. */
export interface CopiesSought {
  /** Any address on that server. */
  readonly server: URL;
  /** What it runs, if that is known already. */
  readonly software?: string | undefined;
  /** `name@host`, as that server knows the member. */
  readonly handle: string;
  /** The id of the member's actor. */
  readonly actor: string;
  /** The posts by their ids; `account`: whatever it still shows of the member at all. */
  readonly objectIds: readonly string[] | 'account';
  /** When a single post was published: then only its surroundings are gone through, where a server can tell them. */
  readonly publishedAt?: string | undefined;
}

/** What was found, without the time. */
export type CopiesFound = Pick<Look, 'outcome' | 'found'>;

/**
 * Looks at what a server shows to everyone, without a login. `noneFound` only if it really showed the account's list to
 * its end and nothing of what is sought is in it, or said that it knows no such account; else `unreadable`.
 */
export type LookForCopies = (sought: CopiesSought, signal?: AbortSignal) => Promise<CopiesFound>;

const mostPages = 6;
/** What runs these is not asked: it does not list for strangers what an account elsewhere wrote. */
const closed = new Set([
  'gotosocial', // internal/api/client/accounts/{lookup,statuses}.go: every request needs a token
  'pixelfed', // app/Http/Controllers/Api/ApiV1Controller.php, accountStatusesById: 403 without a token
  'friendica', // src/Module/Api/Mastodon/Accounts/Lookup.php: checkAllowedScope(SCOPE_READ)
  'wordpress', // what comes is a comment below an article
  'peertube', // what comes is a comment below a film
  'lemmy', // what comes is a post or comment in a community
]);
/** Misskey and what grew out of it: the same API, with the same names. */
const likeMisskey = new Set([
  'misskey',
  'sharkey',
  'cherrypick',
  'firefish',
  'calckey',
  'iceshrimp',
  'foundkey',
  'catodon',
]);

const unreadable: CopiesFound = { outcome: 'unreadable', found: 0 };
const noneFound: CopiesFound = { outcome: 'noneFound', found: 0 };

/** Looks by the API that fits the server's software, with ten small requests at most, two of them for its software. */
export const copyFinder =
  (
    client: Pick<GuardedClient, 'get' | 'query'>,
    { userAgent, findSoftware }: Pick<ReadOptions, 'userAgent'> & { readonly findSoftware: FindSoftware },
  ): LookForCopies =>
  async (sought, signal) => {
    const software = sought.software ?? (await findSoftware(sought.server, signal));
    if (software !== undefined && closed.has(software)) return unreadable;
    const reader = publicReader(client, { userAgent, signal });
    const shelf =
      software !== undefined && likeMisskey.has(software)
        ? misskeyShelf(reader, sought.server)
        : mastodonShelf(reader, sought.server, software);
    const account = await shelf.find(sought.handle, sought.actor);
    if (account.kind !== 'shown') return account.kind === 'unknown' ? noneFound : unreadable;
    if (sought.objectIds === 'account') return { outcome: 'stillThere', found: 1 };
    const { actor, objectIds, publishedAt } = sought;
    return lookThrough(shelf, account, actor, new Set(objectIds), publishedAt ? Date.parse(publishedAt) : undefined);
  };

/** Goes through an account's list to its end, or as far as is decent. */
async function lookThrough(
  shelf: Shelf,
  { id, provesNothing }: ShownAccount,
  actor: string,
  sought: ReadonlySet<string>,
  publishedAt: number | undefined,
): Promise<CopiesFound> {
  const found = new Set<string>();
  let ended = false;
  let after: string | undefined;
  for (let page = 0; page < mostPages && !ended; page++) {
    const { posts, isLast } = (await shelf.page(id, after, publishedAt)) ?? {};
    if (!posts?.every(({ uri }) => uri.startsWith(`${actor}/`))) break; // somebody else's list tells nothing
    for (const { uri } of posts) if (sought.has(uri)) found.add(uri);
    ended = isLast === true && !(page === 0 && posts.length === 0 && provesNothing);
    if (isLast) break;
    after = posts.at(-1)?.id;
  }
  if (found.size > 0) return { outcome: 'stillThere', found: found.size };
  return ended ? noneFound : unreadable;
}
