/** One follow or reaction at a time, for tests that are about something else than batches. */
import type { Reaction } from '../../shared/domain/interaction.ts';
import type { Deed } from '../../shared/domain/standing.ts';
import { type Follower, followers } from '../../shared/storage/followers.ts';
import { reactions } from '../../shared/storage/reactions.ts';
import type { Tables } from '../../shared/storage/table.ts';

/** Follows and their Undos. */
export const following = (tables: Tables) => ({
  /** `added`, `known` (followed already; the newest Follow is kept), or `undone` (taken back before it arrived). */
  add: async (
    memberId: string,
    { actor, followId, inbox }: Omit<Follower, 'at'>,
    now: Date,
  ): Promise<'added' | 'known' | 'undone'> => {
    const deed = { kind: 'did', activityId: followId, actor, inbox } as const;
    const { standing, counted } = (await followers(tables).count(memberId, [deed], now)).get(actor)!;
    if (counted === 1) return 'added';
    return standing?.active ? 'known' : 'undone';
  },

  /** False when there was none to end. */
  undo: async (memberId: string, actor: string, activityId: string, now: Date): Promise<boolean> => {
    const deed = { kind: 'undid', activityId, actor } as const;
    return (await followers(tables).count(memberId, [deed], now)).get(actor)?.counted === -1;
  },
});

/** Who reacted, and by which activity. */
interface Reacted {
  readonly objectKey: string;
  readonly reaction: Reaction;
  readonly actor: string;
  readonly activityId: string;
  readonly memberId?: string;
}

/** Likes, boosts and their Undos. */
export const reacting = (tables: Tables) => {
  const counted = async (kind: 'did' | 'undid', { objectKey, ...reacted }: Reacted, now: Date) => {
    const deed: Deed & typeof reacted = { kind, ...reacted };
    return (await reactions(tables).count(objectKey, [deed], now))[0]?.counted;
  };
  return {
    /** False when it counts already or was undone before it arrived. */
    add: async (reacted: Reacted, now: Date): Promise<boolean> => (await counted('did', reacted, now)) === 1,
    /** False when there was none to take back. */
    undo: async (reacted: Reacted, now: Date): Promise<boolean> => (await counted('undid', reacted, now)) === -1,
  };
};
