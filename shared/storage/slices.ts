import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $set, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { pointerTo } from '../domain/asking.ts';
import type { Job } from '../domain/job.ts';
import type { Ask, Removal, Slice } from '../domain/removal.ts';
import { BadCursor, fromCursor, type Page, type PageOptions, toCursor } from './cursor.ts';
import { promise } from './jobs.ts';
import { epochSeconds, hashOf } from './keys.ts';
import { parkingItem, unparkingItem } from './parked.ts';
import { counting } from './removals.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused } from './transact.ts';

/** Longer than a removal works and its receipt is kept. */
const keptSeconds = 400 * 24 * 3600;

/** How many asks are parked by one transaction; it may have a hundred items. */
const parkedAtOnce = 90;

type WhoseRemoval = Pick<Removal, 'memberId' | 'id' | 'epoch' | 'at'>;

/** The name of an inbox among the asks of a slice. */
export const askName = (inbox: string): string => hashOf(inbox);

/** By how much asks that changed change the numbers of their removal. */
function changed(before: Slice['asks'], after: Slice['asks']): { readonly open: number; readonly parked: number } {
  let [open, parked] = [0, 0];
  for (const [name, ask] of Object.entries(after)) {
    const was = before[name]?.state;
    open += Number(ask.state === 'asking') - Number(was === 'asking');
    parked += Number(ask.state === 'parked') - Number(was === 'parked');
  }
  return { open, parked };
}

/** Slices: about a hundred inboxes each, and what came of asking them. */
export const slices = (tables: Tables) => {
  const { Slice, table } = tables;

  const find = async (removalId: string, slice: number): Promise<Slice | undefined> => {
    const { Item } = await Slice.build(GetItemCommand).key({ removalId, slice }).options({ consistent: true }).send();
    return Item && toSlice(Item);
  };

  return {
    /** Read strongly. */
    find,

    /**
     * Puts a slice in place with the job that asks its servers, and in the same transaction the number of inboxes that are
     * to be asked; false when it is there already.
     */
    begin: async (
      { removalId, slice, asks }: Omit<Slice, 'revision'>,
      removal: Pick<Removal, 'memberId' | 'id'>,
      job: Job,
      now: Date,
    ): Promise<boolean> => {
      const outcome = await transact(
        Slice.build(PutTransaction)
          .item({ removalId, slice, asks, revision: 0, expiresAt: epochSeconds(now, keptSeconds) })
          .options({ condition: { attr: 'revision', exists: false } }),
        counting(tables, removal, changed({}, asks)),
        promise(tables, job),
      );
      return outcome.kind === 'done';
    },

    /**
     * Writes what came of a run: only the asks that it worked on, only if nothing was written meanwhile, and in the same
     * transaction the numbers of the removal. An ask is parked exactly as long as its row among what waits for its server
     * is there. False when another run was quicker: then what is left of it is not written.
     */
    advance: async (before: Slice, removal: WhoseRemoval, asks: Slice['asks'], now: Date): Promise<boolean> => {
      const { removalId, slice } = before;
      // However often it is parked anew: a removal, and its row, would not end while a server comes and goes.
      const since = new Date(Math.min(now.getTime(), Date.parse(removal.at)));
      let { revision } = before;
      for (const part of parts(before.asks, asks)) {
        const parks = Object.entries(part).filter(([name, ask]) => isParkedNow(before.asks[name], ask));
        const outcome = await transact(
          Slice.build(UpdateTransaction)
            .item({ removalId, slice, revision: revision + 1, asks: wholly(part) })
            .options({ condition: { attr: 'revision', eq: revision } }),
          counting(tables, removal, changed(before.asks, part)),
          ...parks.map(([name, { server, inbox }]) =>
            parkingItem(tables, server, inbox, pointerTo(removal, slice, name), since),
          ),
        );
        if (outcome.kind === 'refused') return false;
        revision++;
      }
      return true;
    },

    /**
     * Writes what came of one ask that was parked, takes it out of what waits for its server, and promises the run that
     * goes on with it. Runs do not touch what is parked, so that neither gets into the other's way. False when it is
     * parked no more.
     */
    release: async (
      { removalId, slice }: Pick<Slice, 'removalId' | 'slice'>,
      removal: WhoseRemoval,
      ask: Ask,
      job: Job,
    ): Promise<boolean> => {
      const name = askName(ask.inbox);
      const outcome = await transact(
        Slice.build(UpdateTransaction)
          .item({ removalId, slice, asks: wholly({ [name]: ask }) })
          .options({ condition: { attr: `asks.${name}.state`, eq: 'parked' } }),
        counting(tables, removal, changed({ [name]: { ...ask, state: 'parked' } }, { [name]: ask })),
        unparkingItem(tables, ask.server, ask.inbox, pointerTo(removal, slice, name)),
        promise(tables, job),
      );
      return outcome.kind === 'done';
    },

    /** Writes what is known of one ask that stays parked; false when it is parked no more. */
    noteParked: async ({ removalId, slice }: Pick<Slice, 'removalId' | 'slice'>, ask: Ask): Promise<boolean> => {
      const name = askName(ask.inbox);
      return unlessRefused(
        Slice.build(UpdateItemCommand)
          .item({ removalId, slice, asks: wholly({ [name]: ask }) })
          .options({ condition: { attr: `asks.${name}.state`, eq: 'parked' } }),
      );
    },

    /** All slices of a removal, in order. */
    page: async (removalId: string, { cursor, limit }: PageOptions): Promise<Page<Slice>> => {
      const partition = `REMOVAL#${removalId}`;
      const from = cursor === undefined ? undefined : positionIn(cursor);
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(Slice)
        .query({ partition, range: { beginsWith: 'SLICE#' } })
        .options({
          consistent: true,
          limit,
          ...(from === undefined ? {} : { exclusiveStartKey: { pk: partition, sk: `SLICE#${from}` } }),
        })
        .send();
      const last = LastEvaluatedKey && Items.at(-1)?.slice;
      return { items: Items.map(toSlice), next: last === undefined ? undefined : toCursor([last]) };
    },
  };
};

function positionIn(cursor: string): string {
  const [slice] = fromCursor(cursor) ?? [];
  if (typeof slice !== 'number' || !Number.isInteger(slice) || slice < 0 || slice > 999_999) throw new BadCursor();
  return String(slice).padStart(6, '0');
}

const isParkedNow = (before: Ask | undefined, { state }: Ask) => state === 'parked' && before?.state !== 'parked';

/** All that is not parked at once; of what is, so much as goes into one transaction. */
function parts(before: Slice['asks'], asks: Slice['asks']): readonly Slice['asks'][] {
  const all = Object.entries(asks);
  const parks = all.filter(([name, ask]) => isParkedNow(before[name], ask));
  const others = all.filter(([name, ask]) => !isParkedNow(before[name], ask));
  const first = Object.fromEntries([...others, ...parks.slice(0, parkedAtOnce)]);
  const rest: Slice['asks'][] = [];
  for (let from = parkedAtOnce; from < parks.length; from += parkedAtOnce)
    rest.push(Object.fromEntries(parks.slice(from, from + parkedAtOnce)));
  return [first, ...rest];
}

/** Each ask is put as a whole: what it has no more must go. What looks found is kept by itself. */
const wholly = (asks: Slice['asks']) =>
  Object.fromEntries(Object.entries(asks).map(([name, { look: _look, ...ask }]) => [name, $set(ask)]));

const toSlice = ({ expiresAt: _expiresAt, ...slice }: Slice & { readonly expiresAt?: number | undefined }): Slice =>
  slice;

/** Slices as storage offers them. */
export type Slices = ReturnType<typeof slices>;
