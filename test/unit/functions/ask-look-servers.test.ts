/** From the rows of a removal to what servers show over HTTP, and back to the rows. */
import { expect, test } from 'vitest';
import type { Ask } from '#shared/domain/removal';
import { addresses, handleOf } from '#shared/protocol/site';
import { logger } from '#shared/runtime/logger';
import { blocks } from '#shared/storage/blocks';
import { jobKey, jobs } from '#shared/storage/jobs';
import { limits } from '#shared/storage/limits';
import { looks } from '#shared/storage/looks';
import { members } from '#shared/storage/members';
import { policies, policyDirectory } from '#shared/storage/policies';
import { posts } from '#shared/storage/posts';
import { receipts } from '#shared/storage/receipts';
import { removals } from '#shared/storage/removals';
import { serverDirectory, servers } from '#shared/storage/servers';
import { slices } from '#shared/storage/slices';
import { copyFinder } from '#shared/transport/copies';
import { startDeadline } from '#shared/transport/deadline';
import { sliceJob } from '#shared/transport/jobs';
import { softwareFinder } from '#shared/transport/software';
import { look } from '../../../functions/ask/look.ts';
import { onlyTo } from '../../support/guarded.ts';
import { site } from '../../support/members.ts';
import { memoryTables } from '../../support/memory-tables.ts';
import { anAsk, byName } from '../../support/removals.ts';
import { likeMastodon, likeMisskey, running, send } from '../../support/shelves.ts';
import { aJob, aPost, aRemoval, aSharer, noon, unique } from '../../support/storage-samples.ts';
import { aWebServer } from '../../support/web-server.ts';

logger.setLogLevel('SILENT');

test('what servers still show of a removal is noted with each of them', async () => {
  const tables = memoryTables();
  const sharer = await aSharer(tables);
  const { memberId } = sharer;
  const actor = addresses(site).actor(sharer.actorKey);
  const post = aPost(memberId, { epoch: sharer.epoch });
  await posts(tables).add(post, undefined, aJob());
  await posts(tables).markShared(post, noon(20));
  const shared = (await posts(tables).find(memberId, post.objectKey))!;
  const removal = aRemoval(sharer, noon(60));
  await members(tables).remove(sharer, { removal, job: aJob(), now: noon(60) });
  await posts(tables).markRemoved([shared], removal, noon(61));

  const kept = [addresses(site).post(sharer.actorKey, post.objectKey)];
  const account = { uri: actor };
  const handle = handleOf(site, sharer.username);
  const keeps = await aWebServer(running('mastodon', likeMastodon(kept, { account, handle })));
  const removes = await aWebServer(running('misskey', likeMisskey([], { user: account })));
  const hides = await aWebServer(running('gotosocial', (_, response) => send(response, {}, 500)));
  const asked: Partial<Ask> = { state: 'done', asked: 1, accepted: 1 };
  const inboxes = [keeps, removes, hides].map(({ origin }) => `${origin}/inbox`);
  const asks = inboxes.map((inbox) => anAsk(inbox, asked));
  const begun = { removalId: removal.id, slice: 0, asks: byName(asks) };
  await slices(tables).begin(begun, removal, aJob(), noon(70));
  const job = sliceJob(removal, 0, noon(600).toISOString(), { look: true, run: unique('run-') });
  await jobs(tables).open(job);

  const client = onlyTo(keeps, removes, hides);
  const reading = { userAgent: 'fediverse-sharing/1 (+https://share.example/)' };
  const now = () => noon(600);
  const run = look({
    site,
    members: members(tables),
    posts: posts(tables),
    removals: removals(tables),
    receipts: receipts(tables),
    looks: looks(tables),
    jobs: jobs(tables),
    limits: limits(tables),
    directory: serverDirectory(servers(tables), now),
    policies: policyDirectory(policies(tables), now),
    blocks: blocks(tables),
    lookForCopies: copyFinder(client, { ...reading, findSoftware: softwareFinder(client, reading) }),
    startDeadline,
    queue: { send: () => Promise.reject(new Error('there is nothing left to do')) },
    now,
  });
  const message = { job: jobKey(job), memberId, removalId: removal.id, slice: 0, look: true };
  await run(message, { getRemainingTimeInMillis: () => 60_000 });

  const at = noon(600).toISOString();
  const sheet = await receipts(tables).sheet(removal, 0);
  const found = inboxes.map((inbox) => sheet.find((ask) => ask.inbox === inbox)?.look);
  expect(found).toEqual([
    { at, outcome: 'stillThere', found: 1 },
    { at, outcome: 'noneFound', found: 0 },
    { at, outcome: 'unreadable', found: 0 },
  ]);
  expect(await jobs(tables).isOpen(jobKey(job))).toBe(false);

  const before = keeps.requests.length;
  await run(message, { getRemainingTimeInMillis: () => 60_000 }); // a repeat of the message
  expect(keeps.requests).toHaveLength(before);
});
