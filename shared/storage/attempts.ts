import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { epochSeconds, isLive } from './keys.ts';
import type { Tables } from './table.ts';
import { unlessRefused, write } from './transact.ts';

const keptSeconds = 600;
/** A look takes five seconds at most; one that has not ended by then has died with its function. */
const underWayMs = 15_000;

/** What a look at an address came to. */
interface Outcome {
  readonly kind: 'found' | 'gone' | 'missing' | 'unusable' | 'unreachable';
  readonly reason?: string | undefined;
  /** Whom the address belongs to, when it is not an actor's own. */
  readonly owner?: string | undefined;
}

/** One look at an address in ten minutes, whoever wants to know. */
export const attempts = ({ Attempt }: Tables) => ({
  /** The last look, read strongly: its outcome, or that it is under way; undefined when there may be another. */
  find: async (address: string, now: Date): Promise<Outcome | 'underWay' | undefined> => {
    const { Item } = await Attempt.build(GetItemCommand).key({ address }).options({ consistent: true }).send();
    if (!Item || !isLive(Item, now)) return undefined;
    const { kind, reason, owner, startedAt } = Item;
    if (kind !== undefined) return { kind, reason, owner };
    return startedAt > now.getTime() - underWayMs ? 'underWay' : undefined;
  },

  /** False when someone else has looked in the last ten minutes, or is looking. */
  begin: (address: string, now: Date): Promise<boolean> =>
    unlessRefused(
      Attempt.build(PutItemCommand)
        .item({ address, startedAt: now.getTime(), expiresAt: epochSeconds(now, keptSeconds) })
        .options({
          condition: {
            or: [
              { attr: 'startedAt', exists: false },
              { attr: 'expiresAt', lte: epochSeconds(now) },
              {
                and: [
                  { attr: 'kind', exists: false },
                  { attr: 'startedAt', lte: now.getTime() - underWayMs },
                ],
              },
            ],
          },
        }),
    ),

  end: (address: string, { kind, reason, owner }: Outcome, now: Date): Promise<void> =>
    write(
      Attempt.build(PutItemCommand).item({
        address,
        startedAt: now.getTime(),
        kind,
        reason: reason?.slice(0, 300),
        owner,
        expiresAt: epochSeconds(now, keptSeconds),
      }),
    ),

  /** It was not looked after all: the next may. */
  giveBack: (address: string, now: Date): Promise<void> =>
    write(Attempt.build(PutItemCommand).item({ address, startedAt: now.getTime(), expiresAt: epochSeconds(now) })),
});
