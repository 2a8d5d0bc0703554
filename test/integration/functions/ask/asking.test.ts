/** What servers are asked for in a removal: in which order, at which pace, signed how; and what each answer leads to. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { DeliveryAnswer } from '../../../../shared/domain/delivery.ts';
import type { Ask } from '../../../../shared/domain/removal.ts';
import { isOut } from '../../../../shared/domain/server.ts';
import { jobKey, jobs } from '../../../../shared/storage/jobs.ts';
import { servers } from '../../../../shared/storage/servers.ts';
import { slices } from '../../../../shared/storage/slices.ts';
import { type Tables, tablesOf } from '../../../../shared/storage/table.ts';
import { sliceJob } from '../../../../shared/transport/jobs.ts';
import { inMemoryTable } from '../../../simulation/stand-ins/table/table.ts';
import { aClock, anAsker, aRemovalOf, firstRun } from '../../../support/asker.ts';
import {
  anInbox,
  hostOf,
  parkedFor,
  privateKey,
  serverOf,
  takeDown,
  threeInboxes,
  twoInboxes,
} from '../../../support/deliverer.ts';
import { anAsk, askAt, removalAt } from '../../../support/removals.ts';
import { noon } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(() => {
  const table = inMemoryTable();
  tables = tablesOf(table.name, table.client());
});

type Worker = ReturnType<typeof anAsker>;
const sentTo = (worker: Worker, inbox: string) =>
  worker.sent.filter((one) => one.inbox === inbox).map(({ document }) => document.id);
/** Runs the first message and all that follow it at once, up to `most`. */
const runAll = async (worker: Worker, message: ReturnType<typeof firstRun>, most = 20) => {
  await worker.run(message);
  for (let next = 0; next < worker.again.length && next < most; next++) {
    const { message: further, delaySeconds = 0 } = worker.again[next]!;
    worker.clock.forward(delaySeconds);
    await worker.run(further);
  }
};
const isOver = async (message: ReturnType<typeof firstRun>) => !(await jobs(tables).isOpen(message.job));

describe('a server', () => {
  test('is asked for every post, the newest first, and then the removal is over', async () => {
    const inbox = anInbox();
    const { removal, deletes, author } = await aRemovalOf(tables, 4, [[inbox]]);
    const worker = anAsker(tables);
    await worker.run(firstRun(removal));
    expect(sentTo(worker, inbox)).toEqual(deletes);
    expect(worker.sent[0]).toMatchObject({
      document: { type: 'Delete', actor: author.id, object: { type: 'Tombstone', formerType: 'Note' } },
      signer: { keyId: `${author.id}#main-key`, privateKey },
      how: { scheme: 'cavage', timeoutMs: 10_000 },
    });
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'done', asked: 4, accepted: 4, refused: {} });
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'settled', open: 0, parked: 0 });
    expect(worker.started.map(({ message }) => message.step)).toEqual(['profile']);
    expect(worker.again).toEqual([]);
    expect(await isOver(firstRun(removal))).toBe(true);
  });

  test('is asked for the account alone when that is deleted for ever, and its erasure follows', async () => {
    const inbox = anInbox();
    const { removal, author } = await aRemovalOf(tables, 2, [[inbox]], { kind: 'forEver' });
    const worker = anAsker(tables);
    await worker.run(firstRun(removal));
    expect(worker.sent.map(({ document }) => document)).toEqual([
      {
        '@context': 'https://www.w3.org/ns/activitystreams',
        id: `${author.id}#delete`,
        type: 'Delete',
        actor: author.id,
        to: ['https://www.w3.org/ns/activitystreams#Public'],
        object: author.id,
      },
    ]);
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'done', asked: 1, accepted: 1 });
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'settled' });
    expect(worker.started.map(({ message }) => message.step)).toEqual(['erase']);
  });

  test('is asked only for what it can have got', async () => {
    const [all, former] = twoInboxes();
    const hours = (count: number) => noon(count * 3600).toISOString();
    // It was there for a while, long before the posts; and one until just before them, within the slack of an hour.
    const asks = [anAsk(all), anAsk(former, { since: hours(-30), until: hours(-20) })];
    const { removal } = await aRemovalOf(tables, 2, [asks]);
    const worker = anAsker(tables);
    await worker.run(firstRun(removal));
    expect(sentTo(worker, all)).toHaveLength(2);
    expect(sentTo(worker, former)).toEqual([]);
    expect(await askAt(tables, removal, former)).toMatchObject({ state: 'done', asked: 0 });
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'settled' });
  });

  test('is asked by one request at a time for all of its inboxes', async () => {
    const host = hostOf(anInbox());
    const inboxes = [`https://${host}/users/one/inbox`, `https://${host}/users/two/inbox`];
    const { removal, deletes } = await aRemovalOf(tables, 2, [inboxes]);
    let underWay = 0;
    const worker = anAsker(
      tables,
      {},
      {
        post: async (_inbox, _body, _signer, { scheme }) => {
          expect(++underWay).toBe(1);
          await new Promise((resolve) => setImmediate(resolve));
          underWay--;
          return { status: 202, scheme };
        },
      },
    );
    await worker.run(firstRun(removal));
    for (const inbox of inboxes)
      expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'done', asked: deletes.length });
  });

  test('gets three requests a second', async () => {
    const { removal } = await aRemovalOf(tables, 10, [[anInbox()]]);
    const worker = anAsker(tables);
    await worker.run(firstRun(removal));
    const gaps = worker.times.slice(1).map((time, index) => time - worker.times[index]!);
    expect(gaps).toHaveLength(9);
    for (const gap of gaps) expect(gap).toBeCloseTo(1 / 3, 1);
  });

  test('keeps no other waiting', async () => {
    const inboxes = threeInboxes();
    const { removal } = await aRemovalOf(tables, 1, [inboxes]);
    const [arrived, all] = [new Set<string>(), Promise.withResolvers<void>()];
    const worker = anAsker(
      tables,
      {},
      {
        post: async (inbox, _body, _signer, { scheme }) => {
          if (arrived.add(inbox).size === inboxes.length) all.resolve();
          await all.promise;
          return { status: 202, scheme };
        },
      },
    );
    await worker.run(firstRun(removal));
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'settled' });
  });

  test('is left after 18 seconds, and goes on where it was with the next run', async () => {
    const inbox = anInbox();
    const { removal, deletes } = await aRemovalOf(tables, 60, [[inbox]]);
    const worker = anAsker(tables);
    await worker.run(firstRun(removal));
    expect(worker.clock.seconds()).toBeLessThan(18.5);
    expect(worker.sent.length).toBeGreaterThan(48);
    expect(worker.sent.length).toBeLessThanOrEqual(54);
    expect(worker.again).toMatchObject([{ delaySeconds: 0 }]);
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'underWay', open: 1 });
    await worker.run(worker.again[0]!.message);
    expect(sentTo(worker, inbox)).toEqual(deletes);
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'done', asked: 60, accepted: 60 });
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'settled' });
  });

  test('gets three requests a second also when two removals ask it at the same time', async () => {
    const inbox = anInbox();
    const [one, other] = [await aRemovalOf(tables, 30, [[inbox]]), await aRemovalOf(tables, 30, [[inbox]])];
    const clock = aClock();
    const workers = [anAsker(tables, {}, {}, clock), anAsker(tables, {}, {}, clock)] as const;
    await Promise.all([workers[0].run(firstRun(one.removal)), workers[1].run(firstRun(other.removal))]);
    const times = workers.flatMap((worker) => worker.times).toSorted((a, b) => a - b);
    for (const [index, time] of times.entries())
      if (index >= 30) expect(time - times[index - 30]!).toBeGreaterThanOrEqual(5 - 0.01); // two blocks of five seconds
    for (const worker of workers) expect(worker.sent.length).toBeGreaterThan(0);
  });
});

describe('an answer', () => {
  const outcomes: [string, DeliveryAnswer, Partial<Ask>][] = [
    ['202', { status: 202, scheme: 'cavage' }, { state: 'done', asked: 2, accepted: 2, refused: {} }],
    ['400', { status: 400 }, { state: 'done', asked: 2, accepted: 0, refused: { 400: 2 } }],
    ['403', { status: 403 }, { state: 'done', asked: 2, accepted: 0, refused: { 403: 2 } }],
    ['401', { status: 401 }, { state: 'parked', asked: 0 }],
    ['404', { status: 404 }, { state: 'parked', asked: 0, failingSince: noon(120).toISOString() }],
    ['410', { status: 410 }, { state: 'parked', asked: 0, failingSince: noon(120).toISOString() }],
    ['408', { status: 408 }, { state: 'parked', asked: 0, failingSince: noon(120).toISOString() }],
    ['500', { status: 500 }, { state: 'parked', asked: 0, failingSince: noon(120).toISOString() }],
    ['nothing', { unreachable: 'no connection' }, { state: 'parked', asked: 0, failingSince: noon(120).toISOString() }],
    [
      'nothing in time',
      { unreachable: 'late', timedOut: true },
      { state: 'parked', failingSince: noon(120).toISOString() },
    ],
    ['429', { status: 429 }, { state: 'asking', asked: 0, notBefore: noon(180).toISOString() }],
    ['429 for an hour', { status: 429, retryAfterSeconds: 3600 }, { state: 'parked', asked: 0 }],
  ];
  test.each(outcomes)('%s', async (_, answer, expected) => {
    const [inbox, other] = twoInboxes();
    const { removal } = await aRemovalOf(tables, 2, [[inbox, other]]);
    const worker = anAsker(tables, { [inbox]: answer });
    await worker.run(firstRun(removal));
    const ask = await askAt(tables, removal, inbox);
    expect(ask).toMatchObject(expected);
    const rows = await parkedFor(tables, inbox);
    expect(rows).toHaveLength(ask.state === 'parked' ? 1 : 0);
    expect(await askAt(tables, removal, other)).toMatchObject({ state: 'done', accepted: 2 });
    const { open, parked, state } = await removalAt(tables, removal);
    expect({ open, parked }).toEqual({
      open: ask.state === 'asking' ? 1 : 0,
      parked: ask.state === 'parked' ? 1 : 0,
    });
    expect(state).toBe({ done: 'settled', parked: 'asked', asking: 'underWay', givenUp: undefined }[ask.state]);
    // Somebody comes back for what is parked.
    if (ask.state === 'parked') expect((await serverOf(tables, inbox)).breaker?.probeAt).toBeDefined();
  });

  test('of failure shuts the server out from nothing else', async () => {
    const inbox = anInbox();
    const { removal } = await aRemovalOf(tables, 2, [[inbox]]);
    await anAsker(tables, { [inbox]: { status: 503 } }).run(firstRun(removal));
    const server = await serverOf(tables, inbox);
    expect(isOut(server)).toBe(false);
    expect(server.breaker).toMatchObject({ state: 'trial', probeAt: noon(120 + 300).toISOString() });
  });

  test('that asks for patience gets it once, then the server is left to its probes', async () => {
    const inbox = anInbox();
    const { removal, deletes } = await aRemovalOf(tables, 3, [[inbox]]);
    const busy = { status: 429, retryAfterSeconds: 100 };
    const took = { status: 202, scheme: 'cavage' } as const;
    const worker = anAsker(tables, { [inbox]: [busy, took, busy, busy] });
    await worker.run(firstRun(removal));
    expect(worker.again).toMatchObject([{ delaySeconds: 100 }]);
    worker.clock.forward(50);
    await worker.run(worker.again[0]!.message); // too early
    expect(worker.sent).toHaveLength(1);
    worker.clock.forward(50);
    await worker.run(worker.again[1]!.message);
    expect(sentTo(worker, inbox)).toEqual([deletes[0], deletes[0], deletes[1]]);
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'asking', asked: 1 });
    worker.clock.forward(100);
    await worker.run(worker.again[2]!.message);
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'parked', asked: 1 });
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'asked', parked: 1 });
  });

  test('keeps its server from nothing else when the poster itself fails', async () => {
    const [broken, other] = twoInboxes();
    const { removal } = await aRemovalOf(tables, 1, [[broken, other]]);
    await anAsker(tables, { [broken]: new TypeError('an invalid header') }).run(firstRun(removal));
    expect(await askAt(tables, removal, broken)).toMatchObject({ state: 'parked' });
    expect(await askAt(tables, removal, other)).toMatchObject({ state: 'done' });
  });

  test('tells how the server wants requests to be signed', async () => {
    const inbox = anInbox();
    const { removal } = await aRemovalOf(tables, 2, [[inbox]]);
    const worker = anAsker(tables, { [inbox]: { status: 202, scheme: 'rfc9421' } });
    await worker.run(firstRun(removal));
    expect(worker.sent.map(({ how }) => how.scheme)).toEqual(['cavage', 'rfc9421']);
    expect(await servers(tables).find(hostOf(inbox))).toMatchObject({ scheme: 'rfc9421' });
  });
});

describe('a server that is out', () => {
  test('is not asked; all of its inboxes wait for it', async () => {
    const host = hostOf(anInbox());
    const inboxes = [`https://${host}/users/one/inbox`, `https://${host}/users/two/inbox`];
    await takeDown(tables, inboxes[0]!);
    const { removal } = await aRemovalOf(tables, 2, [inboxes]);
    const worker = anAsker(tables);
    await worker.run(firstRun(removal));
    expect(worker.sent).toEqual([]);
    for (const inbox of inboxes) expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'parked' });
    expect(await parkedFor(tables, inboxes[0]!)).toHaveLength(2);
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'asked', open: 0, parked: 2 });
    expect(worker.started.map(({ message }) => message.step)).toEqual(['profile']);
  });

  test('while it is asked, is asked no more', async () => {
    const host = hostOf(anInbox());
    const inboxes = [`https://${host}/users/one/inbox`, `https://${host}/users/two/inbox`];
    const { removal, deletes } = await aRemovalOf(tables, 3, [inboxes]);
    const took = { status: 202, scheme: 'cavage' } as const;
    const worker = anAsker(tables, {
      [inboxes[0]!]: [took, { unreachable: 'reset' }],
      [inboxes[1]!]: { unreachable: 'reset' },
    });
    await worker.run(firstRun(removal));
    expect(worker.sent.length).toBeLessThanOrEqual(2);
    const asks = await Promise.all(inboxes.map((inbox) => askAt(tables, removal, inbox)));
    expect(asks.map(({ state }) => state)).toEqual(['parked', 'parked']);
    expect(deletes).toHaveLength(3);
  });
});

describe('a slice', () => {
  test('notes what its servers run, once', async () => {
    const [one, other] = twoInboxes();
    const { removal } = await aRemovalOf(tables, 60, [[one, other]]);
    const lookedAt: string[] = [];
    const worker = anAsker(
      tables,
      {},
      {
        softwareOf: async ({ host }) => {
          lookedAt.push(host);
          if (host === hostOf(other)) throw new Error('no NodeInfo');
          return 'pixelfed';
        },
      },
    );
    await runAll(worker, firstRun(removal));
    expect(lookedAt.toSorted()).toEqual([hostOf(one), hostOf(other)].toSorted());
    expect((await askAt(tables, removal, one)).software).toBe('pixelfed');
    expect((await askAt(tables, removal, other)).software).toBeUndefined();
    expect(await askAt(tables, removal, one)).toMatchObject({ state: 'done', asked: 60 });
  });

  test('is looked at some time after it was asked, if anybody took something', async () => {
    const took = await aRemovalOf(tables, 1, [[anInbox()]]);
    const worker = anAsker(tables);
    await worker.run(firstRun(took.removal));
    const isLookPlanned = ({ removal }: typeof took, { clock }: Worker) => {
      const at = new Date(clock.now().getTime() + 600_000).toISOString();
      return jobs(tables).isOpen(jobKey({ ...sliceJob(removal, 0, at, { look: true }), bySweep: true }));
    };
    expect(await isLookPlanned(took, worker)).toBe(true);

    const refusing = anInbox();
    const refused = await aRemovalOf(tables, 1, [[refusing]]);
    const other = anAsker(tables, { [refusing]: { status: 403 } });
    await other.run(firstRun(refused.removal));
    expect(await isLookPlanned(refused, other)).toBe(false);
  });

  test('is not the end of the removal while others are asked', async () => {
    const [one, other] = twoInboxes();
    const { removal } = await aRemovalOf(tables, 1, [[one], [other]]);
    const worker = anAsker(tables);
    await worker.run(firstRun(removal, 1));
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'underWay', open: 1 });
    expect(worker.started).toEqual([]);
    await worker.run(firstRun(removal, 0));
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'settled', open: 0 });
    expect(worker.started).toHaveLength(1);
  });

  test('of a removal that is over, or not kept any more, is left alone', async () => {
    const inbox = anInbox();
    const { removal } = await aRemovalOf(tables, 1, [[inbox]]);
    const worker = anAsker(tables);
    await worker.run(firstRun({ ...removal, id: 'unknown' }));
    expect(worker.sent).toEqual([]);
    expect((await slices(tables).find(removal.id, 0))?.revision).toBe(0);
  });
});
