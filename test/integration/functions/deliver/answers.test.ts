/** What the inboxes answer: counted, tried again alone, parked; and messages that come twice. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { DeliveryAnswer, Lane } from '../../../../shared/domain/delivery.ts';
import { results } from '../../../../shared/storage/results.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import type { DeliveryMessage } from '../../../../shared/transport/messages.ts';
import {
  about,
  aDeliverer,
  anInbox,
  parkedFor,
  pointerTo,
  serverOf,
  sumOf,
  threeInboxes,
  twoInboxes,
} from '../../../support/deliverer.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { noon } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

describe('what the inboxes answer', () => {
  test('is counted, and those that failed are tried again alone', async () => {
    const [author, [one, two, three]] = [await anAuthor(tables), threeInboxes()];
    const post = await author.post();
    const worker = aDeliverer(tables, { [two]: { status: 500 }, [three]: { status: 410 } });
    await worker.run(about(author, post, [one, two, three]));
    expect(await sumOf(tables, post)).toEqual({ asked: 3, accepted: 1, retrying: 1, gaveUp: 1 });
    expect(worker.again).toMatchObject([{ message: { inboxes: [two], attempt: 1, lane: 'slow' }, delaySeconds: 60 }]);

    const later = aDeliverer(tables);
    await later.run(worker.again[0]!.message);
    expect(later.inboxes()).toEqual([two]);
    expect(await sumOf(tables, post)).toEqual({ asked: 3, accepted: 2, retrying: 0, gaveUp: 1 });
  });

  test.each<[string, DeliveryAnswer, boolean, boolean]>([
    ['200', { status: 200 }, false, false],
    ['302', { status: 302 }, false, false],
    ['400', { status: 400 }, false, false],
    ['401', { status: 401 }, true, false],
    ['403', { status: 403 }, false, false],
    ['404', { status: 404 }, false, false],
    ['408', { status: 408 }, true, true],
    ['413', { status: 413 }, false, false],
    ['429', { status: 429 }, true, false],
    ['503', { status: 503 }, true, true],
    ['nothing', { unreachable: 'no connection' }, true, true],
  ])('%s, in both lanes', async (_, answer, triedAgain, serverFailed) => {
    for (const lane of ['fast', 'slow'] as const) {
      const [author, inbox] = [await anAuthor(tables), anInbox()];
      const post = await author.post();
      const worker = aDeliverer(tables, { [inbox]: answer });
      await worker.run({ ...about(author, post, [inbox]), lane });
      const next = worker.again.map(({ message }) => [message.lane, message.attempt]);
      expect(next).toEqual(triedAgain ? [['slow', 1]] : []);
      expect((await serverOf(tables, inbox)).breaker?.failures.length ?? 0).toBe(serverFailed ? 1 : 0);
    }
  });

  test('may say how long to wait; those with the same wait travel together', async () => {
    const [author, [one, two, three]] = [await anAuthor(tables), threeInboxes()];
    const post = await author.post();
    const later = { status: 429, retryAfterSeconds: 600 };
    const worker = aDeliverer(tables, { [one]: later, [two]: { status: 503 }, [three]: later });
    await worker.run(about(author, post, [one, two, three]));
    const waits = worker.again.map(({ message, delaySeconds }) => [delaySeconds, message.inboxes]);
    expect(waits).toHaveLength(2);
    expect(waits).toContainEqual([600, [one, three]]);
    expect(waits).toContainEqual([60, [two]]);
    expect(new Set(worker.again.map(({ message }) => message.chunk)).size).toBe(2);
  });

  test('may ask for more time than a queue can give: then it is parked, and looked at when it said', async () => {
    const [author, [hour, longer]] = [await anAuthor(tables), twoInboxes()];
    const post = await author.post();
    const busy = (retryAfterSeconds: number) => ({ status: 429, retryAfterSeconds });
    const worker = aDeliverer(tables, { [hour]: busy(3600), [longer]: busy(1e15) });
    await worker.run(about(author, post, [hour, longer]));
    expect(worker.again).toEqual([]);
    for (const inbox of [hour, longer]) expect(await parkedFor(tables, inbox)).toMatchObject([{ inbox }]);
    expect((await serverOf(tables, hour)).breaker).toMatchObject({
      state: 'trial',
      probeAt: noon(3600).toISOString(),
    });
    expect((await serverOf(tables, longer)).breaker!.probeAt).toBe(noon(24 * 3600).toISOString());
    expect(await sumOf(tables, post)).toEqual({ asked: 2, accepted: 0, retrying: 2, gaveUp: 0 });
  });

  test('is parked after the last try, and the server is out if it failed', async () => {
    const [author, [failing, refusing]] = [await anAuthor(tables), twoInboxes()];
    const post = await author.post();
    const worker = aDeliverer(tables, { [failing]: { status: 503 }, [refusing]: { status: 401 } });
    let message: DeliveryMessage | undefined = about(author, post, [failing, refusing]);
    for (let tries = 0; message && tries < 9; tries++) {
      await worker.run(message);
      message = worker.again[tries]?.message;
    }
    expect(worker.again.map(({ delaySeconds }) => delaySeconds)).toEqual([60, 300, 900]);
    expect(worker.sent).toHaveLength(8);
    expect(await sumOf(tables, post)).toEqual({ asked: 2, accepted: 0, retrying: 2, gaveUp: 0 });
    for (const inbox of [failing, refusing])
      expect(await parkedFor(tables, inbox)).toMatchObject([
        { inbox, pointer: pointerTo(author, post), owed: ['create'], parkedAt: noon().toISOString() },
      ]);
    expect((await serverOf(tables, failing)).breaker).toMatchObject({
      state: 'open',
      probeAt: noon(300).toISOString(),
    });
    expect((await serverOf(tables, refusing)).breaker).toMatchObject({ state: 'trial' });
  });

  test('are all heard before the work is done, also when one inbox cannot be asked at all', async () => {
    const [author, [one, broken, three]] = [await anAuthor(tables), threeInboxes()];
    const post = await author.post();
    const worker = aDeliverer(tables, { [broken]: new TypeError('an invalid header') });
    await worker.run(about(author, post, [one, broken, three]));
    expect(await sumOf(tables, post)).toEqual({ asked: 3, accepted: 2, retrying: 1, gaveUp: 0 });
    expect(worker.again).toMatchObject([{ message: { inboxes: [broken], attempt: 1 }, delaySeconds: 60 }]);
    expect((await serverOf(tables, broken)).breaker).toBeUndefined();
  });
});

describe('a server that takes its time', () => {
  const slow = { unreachable: 'no answer in time', timedOut: true };

  test('gets more of it at once, and has not failed; only then it is tried later', async () => {
    const [author, [quick, inbox]] = [await anAuthor(tables), twoInboxes()];
    const post = await author.post();
    const fast = aDeliverer(tables, { [inbox]: slow });
    await fast.run(about(author, post, [quick, inbox]));
    expect(fast.again).toMatchObject([{ message: { inboxes: [inbox], attempt: 0, lane: 'slow' }, delaySeconds: 0 }]);
    expect((await serverOf(tables, inbox)).breaker).toBeUndefined();
    expect(await sumOf(tables, post)).toEqual({ asked: 2, accepted: 1, retrying: 1, gaveUp: 0 });

    const straggling = aDeliverer(tables, { [inbox]: slow });
    await straggling.run(fast.again[0]!.message);
    expect(straggling.again).toMatchObject([
      { message: { inboxes: [inbox], attempt: 1, lane: 'slow' }, delaySeconds: 60 },
    ]);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'counting' });
    expect(await sumOf(tables, post)).toEqual({ asked: 2, accepted: 1, retrying: 1, gaveUp: 0 });
  });

  test.each<[Lane, number]>([
    ['fast', 2500],
    ['slow', 10_000],
  ])('has, in the %s lane, %i ms', async (lane, timeoutMs) => {
    const author = await anAuthor(tables);
    const worker = aDeliverer(tables);
    await worker.run({ ...about(author, await author.post(), [anInbox()]), lane });
    expect(worker.sent).toMatchObject([{ how: { timeoutMs } }]);
  });
});

describe('a repeated message', () => {
  test('that was finished is not sent again, in any lane', async () => {
    const author = await anAuthor(tables);
    for (const more of [{}, { attempt: 1, lane: 'slow' as const }]) {
      const message = { ...about(author, await author.post(), [anInbox()]), ...more };
      const worker = aDeliverer(tables);
      for (const _ of [1, 2]) await worker.run(message);
      expect(worker.sent).toHaveLength(1);
    }
  });

  test('counts each inbox as asked once', async () => {
    const [author, [one, two]] = [await anAuthor(tables), twoInboxes()];
    const post = await author.post();
    const message = about(author, post, [one, two]);
    const broken = { has: async () => false, put: results(tables).put };
    for (const _ of [1, 2]) await aDeliverer(tables, {}, { results: broken }).run(message);
    expect(await sumOf(tables, post)).toEqual({ asked: 2, accepted: 2, retrying: 0, gaveUp: 0 });
  });

  test('that was not recorded is sent again, and nobody who failed is forgotten', async () => {
    const [author, [one, two]] = [await anAuthor(tables), twoInboxes()];
    const post = await author.post();
    const message = about(author, post, [one, two]);
    const broken = { ...results(tables), put: () => Promise.reject(new Error('out of time')) };
    const first = aDeliverer(tables, { [one]: { status: 503 } }, { results: broken });
    await expect(first.run(message)).rejects.toThrow('out of time');
    const second = aDeliverer(tables, { [two]: { status: 503 } });
    await second.run(message);

    const last = aDeliverer(tables);
    for (const { message } of [...first.again, ...second.again, ...second.again]) await last.run(message);
    expect(last.inboxes()).toEqual([one, two]);
    expect((await sumOf(tables, post)).retrying).toBe(0);
  });
});
