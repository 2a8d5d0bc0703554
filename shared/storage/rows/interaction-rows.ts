import { Entity } from 'dynamodb-toolbox/entity';
import { item } from 'dynamodb-toolbox/schema/item';
import { number } from 'dynamodb-toolbox/schema/number';
import { set } from 'dynamodb-toolbox/schema/set';
import { string } from 'dynamodb-toolbox/schema/string';
import { hashOf } from '../keys.ts';
import { expiresAt, type SharingTable, standing } from './table.ts';

/** Rows about what people on other servers did with a post. */
export const interactionRows = (table: SharingTable) => {
  /** DOINGS#actor / like#objectKey or boost#objectKey — counted once per actor; an inactive row remembers an Undo. */
  const Reaction = new Entity({
    name: 'Reaction',
    table,
    timestamps: false,
    schema: item({
      objectKey: string().key(),
      reaction: string().enum('like', 'boost').key(),
      actor: string().key(),
      activityId: string(),
      /** Whose post it is: who takes it back may say nothing but the activity's id. */
      memberId: string().optional(),
      at: string(),
      /** Which row of the list has the actor; in any other it is a leftover. */
      listed: string().optional(),
      ...standing,
    }),
    computeKey: ({ objectKey, reaction, actor }) => ({ pk: `DOINGS#${actor}`, sk: `${reaction}#${objectKey}` }),
  });

  /** INTERACTIONS#objectKey / like#listId or boost#listId — who reacted, one row for each batch in which that was counted. */
  const Reactors = new Entity({
    name: 'Reactors',
    table,
    timestamps: false,
    schema: item({
      objectKey: string().key(),
      reaction: string().enum('like', 'boost').key(),
      listId: string().key(),
      actors: set(string()).optional(),
    }),
    computeKey: ({ objectKey, reaction, listId }) => ({ pk: `INTERACTIONS#${objectKey}`, sk: `${reaction}#${listId}` }),
  });

  /** INTERACTIONS#objectKey / TALLY — how many likes, boosts, replies, quotes. */
  const Tally = new Entity({
    name: 'Tally',
    table,
    timestamps: false,
    schema: item({
      objectKey: string().key(),
      likes: number().optional(),
      boosts: number().optional(),
      replies: number().optional(),
      quotes: number().optional(),
    }),
    computeKey: ({ objectKey }) => ({ pk: `INTERACTIONS#${objectKey}`, sk: 'TALLY' }),
  });

  /** UNDONE#actor / hash of the activity's id — an activity that was taken back by its id alone before it was there. */
  const TakenBack = new Entity({
    name: 'TakenBack',
    table,
    timestamps: false,
    schema: item({
      actor: string().key(),
      activityId: string().key(),
      signedAt: string().optional(),
      expiresAt,
    }),
    computeKey: ({ actor, activityId }) => ({ pk: `UNDONE#${actor}`, sk: hashOf(activityId) }),
  });

  return { Reaction, Reactors, Tally, TakenBack };
};
