/** What one mock server remembers: profiles and posts from elsewhere, and whom its one person follows. */
import type { Json } from '../remote-server.ts';

/** A post from elsewhere. */
export interface HeldPost {
  readonly id: string;
  readonly author: string;
  readonly content: string;
}

/** A Follow that its person sent: asked for, or accepted. */
export interface SentFollow {
  readonly id: string;
  readonly state: 'asked' | 'accepted';
}

/** One POST to an inbox, and what became of it. */
export interface Seen {
  readonly id: string;
  readonly type: string;
  readonly actor: string;
  /** The id of the activity's object. */
  readonly object: string;
  readonly status: number;
  /** In plain words. */
  readonly outcome: string;
}

/** Everything that a server remembers. All by id. */
export const emptyMemory = () => ({
  profiles: new Map<string, Json>(),
  posts: new Map<string, HeldPost>(),
  follows: new Map<string, SentFollow>(),
  /** Ids that were deleted, for those that remember them. */
  tombstones: new Set<string>(),
  /** Actors from whom nothing is ever accepted again. */
  burnt: new Set<string>(),
  /** Actors whose server has suspended them. */
  suspended: new Set<string>(),
  seen: [] as Seen[],
});

/** What a server remembers. */
export type Memory = ReturnType<typeof emptyMemory>;

/** Forgets a profile with all that hangs on it. */
export function forgetActor({ profiles, posts, follows }: Memory, actor: string): void {
  profiles.delete(actor);
  follows.delete(actor);
  for (const [id, { author }] of posts) if (author === actor) posts.delete(id);
}
