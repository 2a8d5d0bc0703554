/** Shapes of removals, their receipts, and reports on many members. */
import * as z from 'zod/mini';
import { number, pageQuery, platformId, text, time } from './common.ts';

const askState = z
  .enum(['asking', 'parked', 'done', 'givenUp'])
  .check(
    z.describe(
      'asking: more is to be sent there · parked: it waits until the server answers · done: it was asked for everything · givenUp: it could not be reached for too long',
    ),
  );

const says = z.string().check(z.describe('The same in words for the member'));

const removal = {
  removalId: platformId,
  kind: z
    .enum(['sharing', 'post', 'forEver'])
    .check(z.describe('sharing: all that was shared · post: one post · forEver: the account with all that was in it')),
  cause: z.enum(['member', 'platform', 'eligibility', 'legalOrder']),
  at: time(),
  state: z
    .enum(['underWay', 'asked', 'settled'])
    .check(
      z.describe(
        'underWay: servers are still to be asked · asked: each was asked once, or it waits for the server · settled: nothing waits any more. Of one post this is noted now and then: within minutes at first, within a week at the end of the 90 days',
      ),
    ),
  posts: number().check(z.describe('That were removed here, and that servers are asked to remove')),
  attachments: number().check(z.describe('Of these posts: the platform withdraws the files')),
  askedAt: z.nullable(time()).check(z.describe('When it was noted that each server had been asked once')),
  settledAt: z
    .nullable(time())
    .check(z.describe('When it was noted that nothing waits any more: the receipt is kept for some time from then on')),
};

export const removalAnswer = z.object({
  ...removal,
  order: z.nullable(z.string()).check(z.describe('The number of the legal order; only the platform is told')),
  reportId: z
    .nullable(platformId)
    .check(z.describe('The report on many members that it is part of; only the platform is told')),
  postId: z.nullable(platformId).check(z.describe('Of one post')),
  open: number().check(z.describe('Inboxes that are still to be asked; of one post as of when its state was noted')),
  parked: number().check(z.describe('Inboxes whose requests wait for their server; of one post likewise')),
});

export const removalsAnswer = z.object({ items: z.array(removalAnswer), next: z.nullable(z.string()) });

const outcome = z
  .enum(['noneFound', 'stillThere', 'unreadable'])
  .check(z.describe('What a look found · unreadable: the server shows nobody what it holds'));

const askedMeans =
  'Requests to remove that were sent, one for each post and inbox, whether or not they were answered; one that is sent again counts once, and one that waits and was never sent does not count';

const server = z.object({
  server: z.string(),
  inboxes: number(),
  state: askState,
  asked: number().check(z.describe(askedMeans)),
  accepted: number().check(z.describe('Requests that were taken. That is no proof that anything was removed')),
  refused: z.array(z.object({ status: z.int().check(z.describe('The HTTP status')), count: number() })),
  answeredAt: z.nullable(time()).check(z.describe('When it last answered or failed')),
  unreachableSince: z.nullable(time()),
  nextTryAt: z.nullable(time()),
  givenUpAt: z.nullable(time()).check(z.describe('When the rest will be given up')),
  software: z.nullable(z.string()),
  recheck: z.nullable(
    z.object({ at: time(), outcome, found: number().check(z.describe('Posts that it still showed')) }),
  ),
  says,
});

const totals = z.object({
  servers: number(),
  inboxes: number(),
  asked: number().check(z.describe(askedMeans)),
  accepted: number(),
  refused: number(),
  unreachable: number().check(z.describe('Servers that could not be reached so far')),
  states: z.object({ asking: number(), parked: number(), done: number(), givenUp: number() }),
  looks: z.object({ noneFound: number(), stillThere: number(), unreadable: number() }),
});

export const receiptAnswer = z.extend(removalAnswer, {
  says,
  totals: z.nullable(totals).check(z.describe('Of all servers; on the first page only')),
  servers: z.array(server),
  next: z.nullable(z.string()),
});

export const cursorQuery = z.strictObject({ cursor: pageQuery.shape.cursor });

export const receiptTable = z
  .string()
  .check(z.describe('A line of names, then a line for each server; up to about 20,000 inboxes a page'));

export const signedPageQuery = z.strictObject({
  page: z._default(
    z.coerce
      .number()
      .check(
        z.int(),
        z.minimum(1),
        z.maximum(1_000_000),
        z.describe('The first is 1; the signed text tells how many there are'),
      ),
    1,
  ),
});

export const signedReceipt = z
  .string()
  .check(
    z.describe(
      'A JWS in compact form (RFC 7515), RS256. Its `kid` is the key of the actor of this deployment, which anyone can read at /actor; its payload is the page as JSON, with the issuer, the actor of the member, and which page of how many it is',
    ),
  );

export const removedPostsAnswer = z.object({
  items: z.array(
    z.object({
      postId: platformId,
      id: z.string().check(z.describe('The id on the fediverse that servers are asked to remove')),
      sharedAt: z.nullable(time()),
      removedAt: z.nullable(time()),
      attachments: z.array(z.string()).check(z.describe('Addresses of files for the platform to withdraw')),
    }),
  ),
  next: z.nullable(z.string()),
});

export const lookAnswer = z.object({
  removalId: platformId,
  servers: number().check(z.describe('Servers that will be looked at: those that accepted something')),
});

export const removalReportWish = z.strictObject({
  members: z.array(platformId).check(z.minLength(1), z.maxLength(1000)),
  cause: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('platform') }),
    z.strictObject({
      kind: z.literal('legalOrder'),
      order: text(200).check(z.minLength(1), z.describe('The number of the order')),
      hold: z._default(z.boolean().check(z.describe('Keep what is stored from being erased')), false),
    }),
  ]),
  forEver: z._default(
    z.boolean().check(z.describe('Delete the accounts for ever; else remove what they shared')),
    false,
  ),
});

const reportState = z
  .enum(['underWay', 'done'])
  .check(z.describe('underWay: some removals are still to begin. How far each came is told by itself'));

export const removalReportAnswer = z.object({
  reportId: platformId,
  at: time(),
  state: reportState,
  cause: z.enum(['platform', 'legalOrder']),
  order: z.nullable(z.string()),
  hold: z.boolean(),
  forEver: z.boolean(),
  members: number(),
  begunAt: z.nullable(time()).check(z.describe('When all of them had begun')),
});

const reportedOutcome = z
  .nullable(z.enum(['begun', 'underWayAlready', 'nothingShared', 'unknown', 'goneAlready', 'tooManyHolds']))
  .check(
    z.describe(
      'null: not looked at yet · tooManyHolds: as many orders as can be hold this member; nothing was begun, since this one could not',
    ),
  );

export const removalReportPage = z.extend(removalReportAnswer, {
  totals: z
    .nullable(
      z.object({
        begun: number(),
        underWayAlready: number(),
        nothingShared: number(),
        unknown: number(),
        goneAlready: number(),
        tooManyHolds: number(),
        posts: number(),
        states: z.object({ underWay: number(), asked: number(), settled: number() }),
      }),
    )
    .check(z.describe('Of all members; on the first page only')),
  items: z.array(z.object({ memberId: platformId, outcome: reportedOutcome, removal: z.nullable(removalAnswer) })),
  next: z.nullable(z.string()),
});
