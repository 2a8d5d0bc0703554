import { jsonObjects } from '../protocol/json.ts';

/** An account that a server shows. */
export interface ShownAccount {
  readonly kind: 'shown';
  /** The server's own id. */
  readonly id: string;
  /** A list without anything in it may be one that is kept from strangers. */
  readonly provesNothing: boolean;
}

/** An account as one server has it. `hidden`: it shows nobody what it holds, or does not say. */
export type Shelved = ShownAccount | { readonly kind: 'unknown' | 'hidden' };

/** A post in an account's list: the server's own id, and the one that the author's server gave it. */
export interface ShelvedPost {
  readonly id: string;
  readonly uri: string;
}

/** A page of an account's list, newest first. */
export interface ShelfPage {
  readonly posts: readonly ShelvedPost[];
  /** Nothing comes after it. */
  readonly isLast: boolean;
}

/** Where a server shows what it holds of an account. */
export interface Shelf {
  /** `handle` is `name@host`, `actor` the id that the account must have. */
  find(handle: string, actor: string): Promise<Shelved>;
  /**
   * The posts after that one; undefined when they are not shown, or not as they should be. `publishedAt`, in milliseconds:
   * only those among which one must be that was published then, as far as the server can tell them.
   */
  page(account: string, after: string | undefined, publishedAt: number | undefined): Promise<ShelfPage | undefined>;
}

/** So many posts make a page: small enough for the limits of what is read. */
export const postsPerPage = 15;

/** Clocks differ by less, in milliseconds. */
export const clockSlack = 3_600_000;

/** Can this be an id of the server's own, as part of an address? */
export const isOwnId = (id: unknown): id is string => typeof id === 'string' && /^[\w-]{1,64}$/.test(id);

/** The posts in a page of Mastodon's or Misskey's API: `id` and `uri` are called so in both. */
export function postsIn(body: Uint8Array): readonly ShelvedPost[] | undefined {
  const posts: ShelvedPost[] = [];
  const found = jsonObjects(body);
  for (const { id, uri } of found ?? []) {
    if (!isOwnId(id) || typeof uri !== 'string') return undefined;
    posts.push({ id, uri });
  }
  return found && posts;
}
