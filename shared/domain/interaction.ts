/** What people on other servers did with a post. */
export type Reaction = 'like' | 'boost';

/** Numbers of one post. */
export interface Tally {
  readonly likes: number;
  readonly boosts: number;
  readonly replies: number;
}

/** A public answer to a post. `content` is sanitised HTML; times are RFC 3339. */
export interface Reply {
  readonly id: string;
  readonly actor: string;
  readonly url: string;
  readonly content: string;
  readonly published: string;
}

/** How long an undone or deleted id is remembered: longer than a signature lives, so a late copy cannot bring it back. */
export const rememberedSeconds = 14 * 3600;
