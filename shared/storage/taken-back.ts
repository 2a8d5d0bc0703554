import { BatchGetRequest } from 'dynamodb-toolbox/entity/actions/batchGet';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { BatchGetCommand, execute } from 'dynamodb-toolbox/table/actions/batchGet';
import { rememberedSeconds } from '../domain/interaction.ts';
import { epochSeconds, isLive } from './keys.ts';
import type { Tables } from './table.ts';
import { write } from './transact.ts';

/** An activity of an actor. */
interface Named {
  readonly actor: string;
  readonly activityId: string;
}

/** The same, taken back by an Undo that was signed then. */
export type TakenBackActivity = Named & { readonly signedAt?: string | undefined };

const mostKeys = 100; // of one BatchGet

/** Activities that were taken back by their id alone before they were there: nobody could tell yet what they would do. */
export const takenBack = ({ TakenBack, table }: Tables) => ({
  remember: (taken: TakenBackActivity, now: Date): Promise<void> =>
    write(TakenBack.build(PutItemCommand).item({ ...taken, expiresAt: epochSeconds(now, rememberedSeconds) })),

  /** Those of these activities that were taken back, read strongly: whoever writes first and asks then misses none. */
  among: async (activities: readonly Named[], now: Date): Promise<readonly TakenBackActivity[]> => {
    const each = new Map(activities.map(({ actor, activityId }) => [`${actor} ${activityId}`, { actor, activityId }]));
    const requests = [...each.values()].map((key) => TakenBack.build(BatchGetRequest).key(key));
    const found: TakenBackActivity[] = [];
    for (let at = 0; at < requests.length; at += mostKeys) {
      const command = table
        .build(BatchGetCommand)
        .requests(...requests.slice(at, at + mostKeys))
        .options({ consistent: true });
      const { Responses, UnprocessedKeys = {} } = await execute({ maxAttempts: 5 }, command);
      if (Object.keys(UnprocessedKeys).length > 0)
        throw new Error('the table has too much to do to be asked for Undos');
      for (const row of Responses?.[0] ?? []) if (row && isLive(row, now)) found.push(row);
    }
    return found;
  },
});

/** Activities that were taken back, as storage offers them. */
export type TakenBack = ReturnType<typeof takenBack>;
