/** What people on other servers did with a post. */
export type Reaction = 'like' | 'boost';

/** Numbers of one post. */
export interface Tally {
  readonly likes: number;
  readonly boosts: number;
  /** Of those that are shown. */
  readonly replies: number;
  readonly quotes: number;
}

/** How long an undone or deleted id is remembered: longer than a signature lives, so a late copy cannot bring it back. */
export const rememberedSeconds = 14 * 3600;
