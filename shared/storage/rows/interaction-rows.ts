import { Entity } from 'dynamodb-toolbox/entity';
import { boolean } from 'dynamodb-toolbox/schema/boolean';
import { item } from 'dynamodb-toolbox/schema/item';
import { number } from 'dynamodb-toolbox/schema/number';
import { string } from 'dynamodb-toolbox/schema/string';
import { expiresAt, type SharingTable, standing } from './table.ts';

/** Rows about what people on other servers did with a post. */
export const interactionRows = (table: SharingTable) => {
  /** INTERACTIONS#objectKey / like#actor or boost#actor — counted once per actor; an inactive row remembers an Undo. */
  const Reaction = new Entity({
    name: 'Reaction',
    table,
    timestamps: false,
    schema: item({
      objectKey: string().key(),
      reaction: string().enum('like', 'boost').key(),
      actor: string().key(),
      activityId: string(),
      at: string(),
      ...standing,
    }),
    computeKey: ({ objectKey, reaction, actor }) => ({ pk: `INTERACTIONS#${objectKey}`, sk: `${reaction}#${actor}` }),
  });

  /** INTERACTIONS#objectKey / reply#published#id — a public answer; sorts by time. */
  const Reply = new Entity({
    name: 'Reply',
    table,
    timestamps: false,
    schema: item({
      objectKey: string().key(),
      published: string().key(),
      id: string().key(),
      actor: string(),
      url: string(),
      content: string(),
    }),
    computeKey: ({ objectKey, published, id }) => ({ pk: `INTERACTIONS#${objectKey}`, sk: `reply#${published}#${id}` }),
  });

  /** DOINGS#actor / reply#id — where an actor's reply is kept; an inactive row remembers a Delete. */
  const ReplyOf = new Entity({
    name: 'ReplyOf',
    table,
    timestamps: false,
    schema: item({
      actor: string().key(),
      id: string().key(),
      objectKey: string().optional(),
      published: string().optional(),
      active: boolean(),
      expiresAt,
    }),
    computeKey: ({ actor, id }) => ({ pk: `DOINGS#${actor}`, sk: `reply#${id}` }),
  });

  /** INTERACTIONS#objectKey / TALLY — how many likes, boosts, replies. */
  const Tally = new Entity({
    name: 'Tally',
    table,
    timestamps: false,
    schema: item({
      objectKey: string().key(),
      likes: number().optional(),
      boosts: number().optional(),
      replies: number().optional(),
    }),
    computeKey: ({ objectKey }) => ({ pk: `INTERACTIONS#${objectKey}`, sk: 'TALLY' }),
  });

  return { Reaction, Reply, ReplyOf, Tally };
};
