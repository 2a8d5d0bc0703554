/** What is looked for where, after servers were asked to remove it, and what is noted of it. */
import { describe, expect, test } from 'vitest';
import type { JobKey } from '#shared/domain/job';
import type { Taken } from '#shared/domain/limits';
import { memberBlocksOf, policiesOf } from '#shared/domain/policy';
import type { Post } from '#shared/domain/post';
import type { Ask, Look, Removal } from '#shared/domain/removal';
import type { Server } from '#shared/domain/server';
import { logger } from '#shared/runtime/logger';
import type { CopiesFound, CopiesSought } from '#shared/transport/copies';
import { startDeadline } from '#shared/transport/deadline';
import type { SliceMessage } from '#shared/transport/messages';
import { type LookDeps, look } from '../../../functions/ask/look.ts';
import { anActor, aSharedPost, site } from '../../support/members.ts';

logger.setLogLevel('SILENT');

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 5, 12, minutes)).toISOString();
const removedAt = at(10);
const now = at(30);
const plenty = { getRemainingTimeInMillis: () => 60_000 };
const hardlyAny = { getRemainingTimeInMillis: () => 20_000 };
const job: JobKey = { shard: 0, dueAt: at(35), id: 'slice#r1#0#look' };
const message: SliceMessage = { job, memberId: 'm1', removalId: 'r1', slice: 0, look: true };
const none: CopiesFound = { outcome: 'noneFound', found: 0 };
const unreadable: CopiesFound = { outcome: 'unreadable', found: 0 };
const noted = (found: CopiesFound): Look => ({ at: now, ...found });

const anAsk = (server: string, more: Partial<Ask> = {}): Ask => ({
  inbox: `https://${server}/inbox`,
  server,
  state: 'done',
  since: at(0),
  asked: 1,
  accepted: 1,
  refused: {},
  ...more,
});
const aRemoval: Removal = {
  id: 'r1',
  memberId: 'm1',
  kind: 'sharing',
  cause: { by: 'member' },
  epoch: 2,
  at: removedAt,
  state: 'asked',
  posts: 1,
  attachments: 0,
  slices: 1,
  open: 0,
  parked: 0,
};
const aRemovedPost = (objectKey: string, more: Partial<Post> = {}): Post =>
  aSharedPost({ objectKey, firstSentAt: at(5), state: 'deleted', deletedAt: removedAt, removalId: 'r1', ...more });
const idOf = (objectKey: string) => `https://share.example/actors/01actor/posts/${objectKey}`;
const nothing = async () => {
  throw new Error('nobody asks for that');
};

interface World {
  readonly asks?: Readonly<Record<string, Ask>>;
  readonly posts?: readonly Post[];
  readonly removal?: Removal | undefined;
  readonly found?: CopiesFound;
  readonly more?: Partial<LookDeps>;
}

/** A run, and all that it did. */
async function run(
  { asks = { a: anAsk('a.test') }, posts = [aRemovedPost('01p')], removal = aRemoval, found = none, more = {} }: World,
  { sent = message, context = plenty }: { sent?: SliceMessage; context?: typeof plenty } = {},
) {
  const sought: CopiesSought[] = [];
  const looks: Record<string, Look> = {};
  const further: { readonly message: SliceMessage; readonly delaySeconds?: number | undefined }[] = [];
  const closed: JobKey[] = [];
  await look({
    site,
    members: { find: async () => anActor({ sharing: 'removing', epoch: 2, removedUpTo: 1 }) },
    posts: {
      removedBy: async (_, { cursor = '0', limit }) => ({
        items: posts.slice(Number(cursor), Number(cursor) + limit),
        next: Number(cursor) + limit < posts.length ? String(Number(cursor) + limit) : undefined,
      }),
    },
    removals: { find: async () => removal },
    slices: {
      find: async () => ({ removalId: 'r1', slice: 0, revision: 3, asks }),
      noteLooks: async (_, all) => {
        Object.assign(looks, all);
        return true;
      },
    },
    jobs: {
      isOpen: async () => true,
      renew: async (key) => ({ ...key, dueAt: at(40) }),
      close: async (key) => void closed.push(key),
    },
    limits: { take: async (): Promise<Taken> => ({ taken: true }) },
    directory: async () => new Map<string, Server>(),
    policies: async () => policiesOf([], []),
    blocks: { servers: async () => memberBlocksOf([]) },
    lookForCopies: async (one) => {
      sought.push(one);
      return found;
    },
    startDeadline,
    queue: { send: async (one, options) => void further.push({ message: one, delaySeconds: options?.delaySeconds }) },
    now: () => new Date(now),
    ...more,
  })(sent, context);
  return { sought, looks, further, closed };
}

describe('what is looked for', () => {
  test('is the posts of the removal, by the name and the id of the member', async () => {
    const { sought, looks, further, closed } = await run({ found: { outcome: 'stillThere', found: 1 } });
    expect(sought).toEqual([
      {
        server: new URL('https://a.test/inbox'),
        software: undefined,
        handle: 'ann@example.com',
        actor: 'https://share.example/actors/01actor',
        objectIds: [idOf('01p')],
      },
    ]);
    expect(looks).toEqual({ a: noted({ outcome: 'stillThere', found: 1 }) });
    expect([further, closed]).toEqual([[], [job]]);
  });

  test('is not what never left', async () => {
    const posts = [aRemovedPost('02p', { firstSentAt: undefined }), aRemovedPost('01p')];
    expect((await run({ posts })).sought[0]?.objectIds).toEqual([idOf('01p')]);
  });

  test('is the newest forty posts', async () => {
    const keys = Array.from({ length: 250 }, (_, index) => `p${999 - index}`);
    const { sought } = await run({ posts: keys.map((key) => aRemovedPost(key)) });
    expect(sought[0]?.objectIds).toEqual(keys.slice(0, 40).map(idOf));
  });

  test('is what the server may have got', async () => {
    const posts = [aRemovedPost('02p', { firstSentAt: at(9) }), aRemovedPost('01p', { firstSentAt: at(-300) })];
    const former = anAsk('a.test', { since: at(-600), until: at(-240) });
    expect((await run({ posts, asks: { a: former } })).sought[0]?.objectIds).toEqual([idOf('01p')]);
  });

  test('is nothing on a server that got none of it: nobody is asked, and nothing is noted', async () => {
    const { sought, looks, closed } = await run({ asks: { a: anAsk('a.test', { since: at(-600), until: at(-300) }) } });
    expect([sought, looks, closed]).toEqual([[], {}, [job]]);
  });

  test('is only what the server was asked to remove so far', async () => {
    const posts = ['03p', '02p', '01p'].map((key) => aRemovedPost(key));
    const waiting = anAsk('a.test', { state: 'parked', cursor: '02p' });
    expect((await run({ posts, asks: { a: waiting } })).sought[0]?.objectIds).toEqual([idOf('03p'), idOf('02p')]);
  });

  test('is the account of someone who is gone', async () => {
    const { sought } = await run({
      removal: { ...aRemoval, kind: 'forEver' },
      posts: [],
      more: { posts: { removedBy: nothing } },
    });
    expect(sought[0]?.objectIds).toBe('account');
  });
});

describe('who is looked at', () => {
  test('is each server once, however many inboxes it has, and all of them say what was found', async () => {
    const asks = {
      a: anAsk('a.test'),
      b: anAsk('b.test'),
      c: anAsk('a.test', { inbox: 'https://a.test/users/x/inbox' }),
    };
    const { sought, looks } = await run({ asks });
    expect(sought.map(({ server }) => server.host)).toEqual(['a.test', 'b.test']);
    expect(looks).toEqual({ a: noted(none), b: noted(none), c: noted(none) });
  });

  test('is nobody who took nothing', async () => {
    const asks = { a: anAsk('a.test', { accepted: 0, refused: { 403: 1 } }) };
    const { sought, looks, closed } = await run({ asks });
    expect([sought, looks, closed]).toEqual([[], {}, [job]]);
  });

  test('is told what it runs when that is known', async () =>
    expect((await run({ asks: { a: anAsk('a.test', { software: 'mastodon' }) } })).sought[0]?.software).toBe(
      'mastodon',
    ));

  const breaker = { state: 'open', failures: [], probes: 0 } as const;
  test.each<[string, Partial<LookDeps>]>([
    ['is out', { directory: async () => new Map([['a.test', { host: 'a.test', breaker }]]) }],
    ['the deployment blocks', { policies: async () => policiesOf([{ host: 'a.test', level: 'blocked' }], []) }],
    ['the member blocks', { blocks: { servers: async () => memberBlocksOf([{ server: 'a.test' }]) } }],
  ])('is no server that %s', async (_, more) => {
    const { sought, looks } = await run({ asks: { a: anAsk('a.test'), b: anAsk('b.test') }, more });
    expect(sought.map(({ server }) => server.host)).toEqual(['b.test']);
    expect(looks).toEqual({ a: noted(unreadable), b: noted(none) });
  });

  test.each([undefined, anActor({ username: '' })])('is nobody once the name is forgotten', async (member) => {
    const { sought, looks, closed } = await run({ more: { members: { find: async () => member } } });
    expect([sought, looks, closed]).toEqual([[], { a: noted(unreadable) }, [job]]);
  });

  test('is at most ten at the same time', async () => {
    const asks = Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`n${n}`, anAsk(`n${n}.test`)]));
    let [present, most] = [0, 0];
    const lookForCopies = async () => {
      most = Math.max(most, ++present);
      await new Promise((resolve) => setImmediate(resolve));
      present--;
      return none;
    };
    expect(Object.keys((await run({ asks, more: { lookForCopies } })).looks)).toHaveLength(25);
    expect(most).toBe(10);
  });
});

describe('a look that cannot end now', () => {
  test('for lack of time goes on at once, and does not look twice', async () => {
    const asks = { a: anAsk('a.test'), b: anAsk('b.test', { look: noted(none) }) };
    const first = await run({ asks }, { context: hardlyAny });
    expect([first.sought, first.looks, first.closed]).toEqual([[], {}, []]);
    expect(first.further).toEqual([
      { message: { ...message, job: { ...job, dueAt: at(40) }, since: now }, delaySeconds: 0 },
    ]);
    const second = await run({ asks }, { sent: first.further[0]!.message });
    expect(second.sought.map(({ server }) => server.host)).toEqual(['a.test']);
    expect(second.closed).toHaveLength(1);
  });

  test('looks again at what an earlier one found', async () =>
    expect((await run({ asks: { a: anAsk('a.test', { look: { at: at(29), ...none } }) } })).sought).toHaveLength(1));

  test('because many look at that server waits as long as that takes', async () => {
    const limits: LookDeps['limits'] = {
      take: async (name) => (name === 'look#a.test' ? { taken: false, afterSeconds: 120 } : { taken: true }),
    };
    const asks = { a: anAsk('a.test'), b: anAsk('b.test') };
    const { sought, looks, further, closed } = await run({ asks, more: { limits } });
    expect(sought.map(({ server }) => server.host)).toEqual(['b.test']);
    expect([looks, closed]).toEqual([{ b: noted(none) }, []]);
    expect(further).toMatchObject([{ delaySeconds: 120, message: { since: now } }]);
  });

  test('does not wait for so long that the sweep takes it for lost', async () => {
    const limits: LookDeps['limits'] = { take: async () => ({ taken: false, afterSeconds: 900 }) };
    expect((await run({ more: { limits } })).further).toMatchObject([{ delaySeconds: 240 }]);
  });

  test('for an hour ends all the same', async () => {
    const limits: LookDeps['limits'] = { take: async () => ({ taken: false, afterSeconds: 120 }) };
    const { looks, further, closed } = await run({ more: { limits } }, { sent: { ...message, since: at(-31) } });
    expect([looks, further, closed]).toEqual([{ a: noted(unreadable) }, [], [job]]);
  });

  test('because of an error of our own keeps what it found, and comes again', async () => {
    const noteLooks = new Map<string, Look>();
    const failing = run({
      asks: { a: anAsk('a.test'), b: anAsk('b.test') },
      more: {
        slices: {
          find: async () => ({
            removalId: 'r1',
            slice: 0,
            revision: 0,
            asks: { a: anAsk('a.test'), b: anAsk('b.test') },
          }),
          noteLooks: async (_, looks) => {
            for (const [name, one] of Object.entries(looks)) noteLooks.set(name, one);
            return true;
          },
        },
        lookForCopies: async ({ server }) => {
          if (server.host === 'a.test') throw new TypeError('bug');
          return none;
        },
      },
    });
    await expect(failing).rejects.toThrow('bug');
    expect([...noteLooks]).toEqual([['b', noted(none)]]);
  });
});

describe('nothing is looked for', () => {
  test('when the job is done or was taken over', async () => {
    const { sought, closed } = await run({
      more: { jobs: { isOpen: async () => false, renew: nothing, close: nothing } },
    });
    expect([sought, closed]).toEqual([[], []]);
  });

  test.each<[string, Partial<LookDeps>]>([
    ['removal', { removals: { find: async () => undefined } }],
    ['slice', { slices: { find: async () => undefined, noteLooks: nothing } }],
  ])('when the %s is gone: the job ends', async (_, more) => {
    const { sought, closed } = await run({ more });
    expect([sought, closed]).toEqual([[], [job]]);
  });

  test('any more when another message took the job over meanwhile', async () => {
    const jobs = { isOpen: async () => true, renew: async () => undefined, close: nothing };
    expect((await run({ more: { jobs } }, { context: hardlyAny })).further).toEqual([]);
  });
});
