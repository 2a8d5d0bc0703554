import { Entity } from 'dynamodb-toolbox/entity';
import { boolean } from 'dynamodb-toolbox/schema/boolean';
import { item } from 'dynamodb-toolbox/schema/item';
import { list } from 'dynamodb-toolbox/schema/list';
import { map } from 'dynamodb-toolbox/schema/map';
import { number } from 'dynamodb-toolbox/schema/number';
import { record } from 'dynamodb-toolbox/schema/record';
import { string } from 'dynamodb-toolbox/schema/string';
import { expiresAt, type SharingTable } from './table.ts';

const cause = map({
  by: string().enum('member', 'platform', 'eligibility', 'legalOrder'),
  order: string().optional(),
});

/** Rows about removals and what came of them: the receipts. */
export const removalRows = (table: SharingTable) => {
  /** REMOVALS#member / id — one removal as a whole. */
  const Removal = new Entity({
    name: 'Removal',
    table,
    timestamps: false,
    schema: item({
      memberId: string().key(),
      id: string().key(),
      kind: string().enum('sharing', 'post', 'forEver'),
      cause,
      report: string().optional(),
      epoch: number(),
      post: map({ postId: string(), objectKey: string() }).optional(),
      at: string(),
      state: string().enum('underWay', 'asked', 'settled'),
      posts: number(),
      range: map({ oldest: string(), newest: string() }).optional(),
      attachments: number(),
      inboxes: number().optional(),
      slices: number().optional(),
      open: number(),
      parked: number(),
      askedAt: string().optional(),
      settledAt: string().optional(),
      expiresAt,
    }),
    computeKey: ({ memberId, id }) => ({ pk: `REMOVALS#${memberId}`, sk: id }),
  });

  const ask = map({
    inbox: string(),
    server: string(),
    state: string().enum('asking', 'parked', 'done', 'givenUp'),
    since: string(),
    until: string().optional(),
    cursor: string().optional(),
    asked: number(),
    unanswered: boolean().optional(),
    accepted: number(),
    refused: record(string(), number()),
    notBefore: string().optional(),
    failingSince: string().optional(),
    lastAt: string().optional(),
    software: string().optional(),
  });

  /** REMOVAL#id / SLICE#0007 — about a hundred inboxes that are asked side by side, and how far each has come. */
  const Slice = new Entity({
    name: 'Slice',
    table,
    timestamps: false,
    schema: item({
      removalId: string().key(),
      slice: number().key(),
      revision: number(),
      asks: record(string(), ask),
      expiresAt,
    }),
    computeKey: ({ removalId, slice }) => ({
      pk: `REMOVAL#${removalId}`,
      sk: `SLICE#${String(slice).padStart(6, '0')}`,
    }),
  });

  /** REMOVAL#id / PART#chunk — how the inboxes of one message answered to the Delete of one post; put whole. */
  const ReceiptPart = new Entity({
    name: 'ReceiptPart',
    table,
    timestamps: false,
    schema: item({
      removalId: string().key(),
      chunk: string().key(),
      /** `inbox answer`: an HTTP status, or a named one. */
      answers: list(string()),
      at: string(),
      expiresAt,
    }),
    computeKey: ({ removalId, chunk }) => ({ pk: `REMOVAL#${removalId}`, sk: `PART#${chunk}` }),
  });

  /** REMOVAL#id / LOOKS#0007 — what the servers of one sheet of the receipt showed when they were last looked at. */
  const Looks = new Entity({
    name: 'Looks',
    table,
    timestamps: false,
    schema: item({
      removalId: string().key(),
      sheet: number().key(),
      revision: number(),
      servers: record(
        string(),
        map({
          at: string(),
          outcome: string().enum('noneFound', 'stillThere', 'unreadable'),
          found: number(),
        }),
      ),
      expiresAt,
    }),
    computeKey: ({ removalId, sheet }) => ({
      pk: `REMOVAL#${removalId}`,
      sk: `LOOKS#${String(sheet).padStart(6, '0')}`,
    }),
  });

  /** REPORT… of removals: REMOVALREPORT#id / REPORT — many members whose posts are removed, by one order. */
  const RemovalReport = new Entity({
    name: 'RemovalReport',
    table,
    timestamps: false,
    schema: item({
      id: string().key(),
      members: list(string()),
      forEver: boolean(),
      hold: boolean(),
      cause,
      at: string(),
      begunAt: string().optional(),
      expiresAt,
    }),
    computeKey: ({ id }) => ({ pk: `REMOVALREPORT#${id}`, sk: 'REPORT' }),
  });

  /** REMOVALREPORT#id / MEMBER#id — what was begun for one of them. */
  const ReportedMember = new Entity({
    name: 'ReportedMember',
    table,
    timestamps: false,
    schema: item({
      report: string().key(),
      memberId: string().key(),
      outcome: string().enum('begun', 'underWayAlready', 'nothingShared', 'unknown', 'goneAlready', 'tooManyHolds'),
      removalId: string().optional(),
      expiresAt,
    }),
    computeKey: ({ report, memberId }) => ({ pk: `REMOVALREPORT#${report}`, sk: `MEMBER#${memberId}` }),
  });

  return { Removal, Slice, ReceiptPart, Looks, RemovalReport, ReportedMember };
};
