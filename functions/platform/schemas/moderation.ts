/** Shapes of blocks, reports and erasures. */
import * as z from 'zod/mini';
import { number, platformId, text, time, webAddressOfAnyone } from './common.ts';
import { decision, serverName } from './servers.ts';

export const blockedAccount = z.strictObject({
  actor: webAddressOfAnyone(),
  ...decision,
  category: z._default(decision.category, 'other'),
});

export const blockedAccountsAnswer = z.object({
  items: z.array(z.object({ actor: z.string(), ...decision, since: time() })),
  next: z.nullable(z.string()),
});

/** Names someone elsewhere in a query. */
export const actorQuery = z.strictObject({ actor: webAddressOfAnyone() });

const someoneOrServer = { actor: z.optional(webAddressOfAnyone()), server: z.optional(serverName) };

/** Whom a member blocks: either of the two. */
export const memberBlock = z.strictObject(someoneOrServer);

const aBlock = z.object({ actor: z.nullable(z.string()), server: z.nullable(z.string()), since: time() });
export const memberBlockAnswer = aBlock;
export const memberBlocksAnswer = z.object({ items: z.array(aBlock), next: z.nullable(z.string()) });

export const reportId = z
  .string()
  .check(
    z.regex(/^\d{8}T\d{9}Z-[0-9a-f]{24}$/, 'Must be the id of a report, as the list has it.'),
    z.describe('The id of a report'),
  );

export const reportWish = z.strictObject({ state: z.enum(['open', 'resolved']) });

export const reportAnswer = z.object({
  id: reportId,
  reporterServer: z.string(),
  reporter: z
    .nullable(z.object({ actor: z.string(), handle: z.optional(z.string()), name: z.optional(z.string()) }))
    .check(z.describe("Often the server's own actor; null once that person is erased")),
  memberIds: z.array(platformId),
  postIds: z.array(platformId),
  comment: z.string().check(z.describe('Plain text')),
  at: time(),
  state: z.enum(['open', 'resolved']),
});
export const reportsAnswer = z.object({ items: z.array(reportAnswer), next: z.nullable(z.string()) });

export const erasureWish = z.union(
  [
    z.strictObject({ actor: text(500).check(z.describe('The id of someone elsewhere: a web address')) }),
    z.strictObject({ server: serverName }),
  ],
  'Name one of the two, as a text: an actor by its id, or a server.',
);
export const erasureAnswer = z.object({
  id: platformId,
  kind: z.enum(['actor', 'server']),
  server: z.string(),
  state: z.enum(['underWay', 'done']),
  people: number().check(z.describe('Who is forgotten by now')),
  at: time(),
  doneAt: z.nullable(time()),
});
