import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Stamp } from '../domain/answer.ts';
import { hashOf } from './keys.ts';
import type { Tables } from './table.ts';
import { transact } from './transact.ts';

/** One note that quotes a post. */
export type Quote = Pick<Stamp, 'objectKey' | 'memberId' | 'actor' | 'instrument'>;

/** Consent to quotes (FEP-044f): one stamp per post and note that quotes it. What is taken back stays taken back. */
export const stamps = (tables: Tables) => {
  const { Stamp, StampOf, table } = tables;

  /** The stamp of this name, also one that was withdrawn. */
  const named = async (objectKey: string, name: string): Promise<Stamp | undefined> => {
    const { Item } = await Stamp.build(GetItemCommand).key({ objectKey, name }).options({ consistent: true }).send();
    return Item;
  };

  /** Where an actor's stamps are kept: all, or those of one note. */
  async function* givenTo(actor: string, instrument?: string) {
    const beginsWith = instrument === undefined ? 'stamp#' : `stamp#${hashOf(instrument)}#`;
    let exclusiveStartKey: { pk: string; sk: string } | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(StampOf)
        .query({ partition: `DOINGS#${actor}`, range: { beginsWith } })
        .options({ consistent: true, ...(exclusiveStartKey && { exclusiveStartKey }) })
        .send();
      yield* Items;
      exclusiveStartKey = LastEvaluatedKey as typeof exclusiveStartKey;
    } while (exclusiveStartKey);
  }

  const withdraw = async ({ objectKey, memberId, actor, instrument }: Quote): Promise<Stamp | undefined> => {
    const name = hashOf(instrument);
    await transact(
      Stamp.build(UpdateTransaction).item({ objectKey, name, memberId, actor, instrument, withdrawn: true }),
      StampOf.build(PutTransaction).item({ actor, name, objectKey, memberId, instrument }),
    );
    return named(objectKey, name);
  };

  return {
    named,
    givenTo,

    /** Withdraws consent, or refuses it for ever before it is asked for; the stamp as it is then. */
    withdraw,

    /** The stamp of a note that quotes a post, also one that was withdrawn. */
    find: (objectKey: string, instrument: string): Promise<Stamp | undefined> => named(objectKey, hashOf(instrument)),

    /** Gives consent, or again to the same note; false when it was taken back before. */
    give: async (stamp: Quote & { readonly requestId: string; readonly inbox: string }): Promise<boolean> => {
      const { objectKey, memberId, actor, instrument } = stamp;
      const name = hashOf(instrument);
      const outcome = await transact(
        Stamp.build(PutTransaction)
          .item({ ...stamp, name, withdrawn: false })
          .options({
            condition: {
              or: [
                { attr: 'name', exists: false },
                { attr: 'withdrawn', eq: false },
              ],
            },
          }),
        StampOf.build(PutTransaction).item({ actor, name, objectKey, memberId, instrument }),
      );
      return outcome.kind === 'done';
    },

    /** Withdraws what one actor was given by one member; the stamps that stood until then. */
    withdrawFrom: async (memberId: string, actor: string): Promise<readonly Stamp[]> => {
      const withdrawn: Stamp[] = [];
      for await (const one of givenTo(actor)) {
        if (one.memberId !== memberId) continue;
        const stamp = await withdraw({ ...one, actor });
        if (stamp) withdrawn.push(stamp);
      }
      return withdrawn;
    },

    /** Forgets what an actor was given for a note that is no more. */
    forget: async (actor: string, instrument: string): Promise<void> => {
      for await (const { objectKey, name } of givenTo(actor, instrument))
        await transact(
          Stamp.build(DeleteTransaction).key({ objectKey, name }),
          StampOf.build(DeleteTransaction).key({ actor, name, objectKey }),
        );
    },
  };
};

/** Stamps as storage offers them. */
export type Stamps = ReturnType<typeof stamps>;
