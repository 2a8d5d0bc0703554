import { Entity } from 'dynamodb-toolbox/entity';
import { boolean } from 'dynamodb-toolbox/schema/boolean';
import { item } from 'dynamodb-toolbox/schema/item';
import { list } from 'dynamodb-toolbox/schema/list';
import { map } from 'dynamodb-toolbox/schema/map';
import { string } from 'dynamodb-toolbox/schema/string';
import { expiresAt, type SharingTable } from './table.ts';

const kind = () => string().enum('reply', 'mention', 'quote');

/** Rows about what people on other servers write to members, and about consent to be quoted. */
export const answerRows = (table: SharingTable) => {
  /**
   * INTERACTIONS#objectKey / reply#published#id or quote#published#id, MENTIONS#memberId / mention#published#id — a
   * public answer; sorts by time. A mention expires.
   */
  const Answer = new Entity({
    name: 'Answer',
    table,
    timestamps: false,
    schema: item({
      kind: kind().key(),
      about: string().key(),
      published: string().key(),
      id: string().key(),
      actor: string(),
      url: string(),
      content: string(),
      summary: string(),
      updatedAt: string(),
      hidden: string().enum('member', 'policy').optional(),
      expiresAt,
    }),
    computeKey: ({ kind, about, published, id }) => ({
      pk: kind === 'mention' ? `MENTIONS#${about}` : `INTERACTIONS#${about}`,
      sk: `${kind}#${published}#${id}`,
    }),
  });

  /** DOINGS#actor / reply#id — where what an actor wrote is kept; an inactive row remembers a Delete. */
  const AnswerOf = new Entity({
    name: 'AnswerOf',
    table,
    timestamps: false,
    schema: item({
      actor: string().key(),
      id: string().key(),
      places: list(map({ kind: kind(), about: string(), memberId: string(), published: string() })),
      active: boolean(),
      expiresAt,
    }),
    computeKey: ({ actor, id }) => ({ pk: `DOINGS#${actor}`, sk: `reply#${id}` }),
  });

  /** INTERACTIONS#objectKey / stamp#name — consent to one quote, or that it was taken back. */
  const Stamp = new Entity({
    name: 'Stamp',
    table,
    timestamps: false,
    schema: item({
      objectKey: string().key(),
      name: string().key(),
      memberId: string(),
      actor: string(),
      instrument: string(),
      requestId: string().optional(),
      inbox: string().optional(),
      withdrawn: boolean(),
    }),
    computeKey: ({ objectKey, name }) => ({ pk: `INTERACTIONS#${objectKey}`, sk: `stamp#${name}` }),
  });

  /** DOINGS#actor / stamp#name#objectKey — where consent that an actor got is kept. */
  const StampOf = new Entity({
    name: 'StampOf',
    table,
    timestamps: false,
    schema: item({
      actor: string().key(),
      name: string().key(),
      objectKey: string().key(),
      memberId: string(),
      instrument: string(),
    }),
    computeKey: ({ actor, name, objectKey }) => ({ pk: `DOINGS#${actor}`, sk: `stamp#${name}#${objectKey}` }),
  });

  return { Answer, AnswerOf, Stamp, StampOf };
};
