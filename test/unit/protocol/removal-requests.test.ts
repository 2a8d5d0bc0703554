import { encodeTime } from 'ulid';
import { describe, expect, test } from 'vitest';
import type { Ask } from '#shared/domain/removal';
import { removalRequests } from '#shared/protocol/removal-requests';
import { aMember, anActor, aRemoval, aSharedPost, site } from '../../support/members.ts';

const deletedAt = '2026-11-04T10:00:00.000Z';
const hour = (count: number) => new Date(Date.UTC(2026, 10, 3) + count * 3_600_000).toISOString();
const keyAt = (time: string) => `${encodeTime(Date.parse(time)).toLowerCase()}${'0'.repeat(16)}`;
/** Newest first; one in an hour. */
const posts = Array.from({ length: 250 }, (_, index) => 250 - index).map((number) =>
  aSharedPost({
    objectKey: keyAt(hour(number - 250)),
    state: 'deleted',
    firstSentAt: hour(number - 250),
    deletedAt,
    removalId: '01removal',
  }),
);
const anAsk = (more: Partial<Ask> = {}): Ask => ({
  inbox: 'https://far.example/inbox',
  server: 'far.example',
  state: 'asking',
  since: hour(-1000),
  asked: 0,
  accepted: 0,
  refused: {},
  ...more,
});

/** Requests of a removal, and how many pages of posts were read for them. */
async function start(kind: 'sharing' | 'forEver' = 'sharing', member = anActor() as ReturnType<typeof aMember>) {
  let pages = 0;
  const requests = await removalRequests(
    {
      site,
      members: { find: async () => member },
      removed: {
        removedBy: async (_removal, { cursor, limit }) => {
          pages++;
          const from = cursor === undefined ? 0 : posts.findIndex(({ objectKey }) => objectKey < cursor);
          if (from < 0) return { items: [] };
          const items = posts.slice(from, from + limit);
          return { items, next: from + limit < posts.length ? items.at(-1)?.objectKey : undefined };
        },
      },
      now: () => new Date(deletedAt),
    },
    aRemoval({ kind }),
  );
  return { requests: requests!, pages: () => pages };
}

/** Everything that one inbox is asked for. */
async function allOf({ requests }: Awaited<ReturnType<typeof start>>, ask: Ask) {
  const keys: (string | undefined)[] = [];
  for (let cursor = ask.cursor; ; ) {
    const request = await requests.next({ ...ask, cursor, asked: keys.length });
    if (!request) return keys;
    keys.push(request.objectKey);
    cursor = request.objectKey;
  }
}

describe('what an inbox is asked for', () => {
  test('is every post, the newest first, from where it was', async () => {
    const all = posts.map(({ objectKey }) => objectKey);
    expect(await allOf(await start(), anAsk())).toEqual(all);
    expect(await allOf(await start(), anAsk({ cursor: all[120]! }))).toEqual(all.slice(121));
    expect(await allOf(await start(), anAsk({ cursor: all.at(-1)! }))).toEqual([]);
  });

  test('is not what left after it was out of reach', async () => {
    const kept = await allOf(await start(), anAsk({ until: hour(-241) }));
    expect(kept).toEqual(posts.slice(240).map(({ objectKey }) => objectKey));
  });

  test('is found without reading all that came after it was out of reach', async () => {
    const run = await start();
    expect((await run.requests.next(anAsk({ until: hour(-241) })))?.objectKey).toBe(posts[240]!.objectKey);
    expect(run.pages()).toBe(1);
  });

  test('is read once, and made once, for all inboxes of a run', async () => {
    const run = await start();
    await allOf(run, anAsk());
    const pages = run.pages();
    await Promise.all([allOf(run, anAsk()), allOf(run, anAsk({ until: hour(-100) }))]);
    expect(run.pages()).toBe(pages + 1); // where those begin that went out of reach that day
    expect((await run.requests.next(anAsk()))?.body).toBe((await run.requests.next(anAsk()))?.body);
  });

  test('is a Delete with its Tombstone, of the time of the removal', async () => {
    const { requests } = await start();
    const request = await requests.next(anAsk());
    expect(JSON.parse(Buffer.from(request!.body).toString())).toMatchObject({
      id: `https://share.example/actors/01actor/posts/${posts[0]!.objectKey}#delete`,
      type: 'Delete',
      object: { type: 'Tombstone', deleted: '2026-11-04T10:00:00Z' },
    });
    expect(requests.keyId).toBe('https://share.example/actors/01actor#main-key');
  });

  test('is the account alone, once, when that is deleted for ever', async () => {
    const run = await start('forEver');
    expect(await allOf(run, anAsk())).toEqual([undefined]);
    expect(run.pages()).toBe(0);
    const { body } = (await run.requests.next(anAsk()))!;
    expect(JSON.parse(Buffer.from(body).toString())).toMatchObject({
      type: 'Delete',
      object: 'https://share.example/actors/01actor',
    });
  });

  test('is nothing where nobody can sign it', async () => {
    expect((await start('sharing', aMember())).requests).toBeUndefined();
  });
});
