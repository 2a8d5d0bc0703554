/** What the inboxes answer: counted, tried again alone, given up; and messages that come twice. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { DeliveryAnswer } from '../../../../shared/domain/delivery.ts';
import { results } from '../../../../shared/storage/results.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import type { DeliveryMessage } from '../../../../shared/transport/messages.ts';
import { about, aDeliverer, one, three, two } from '../../../support/deliverer.ts';
import { databaseClient, newTables } from '../../../support/emulated-tables.ts';
import { anAuthor } from '../../../support/receiver.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await newTables(databaseClient());
});

const countsOf = (objectKey: string) => results(tables).sum(objectKey, 'create');

describe('what the inboxes answer', () => {
  test('is counted, and those that failed are tried again alone', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const worker = aDeliverer(tables, { [two]: { status: 500 }, [three]: { status: 410 } });
    await worker.run(about(author, post, {}, [one, two, three]));
    expect(await countsOf(post.objectKey)).toEqual({ asked: 3, accepted: 1, retrying: 1, gaveUp: 1 });
    expect(worker.again).toMatchObject([{ message: { inboxes: [two], attempt: 1 }, delaySeconds: 60 }]);

    const later = aDeliverer(tables);
    await later.run(worker.again[0]!.message);
    expect(later.sent.map(({ inbox }) => inbox)).toEqual([two]);
    expect(await countsOf(post.objectKey)).toEqual({ asked: 3, accepted: 2, retrying: 0, gaveUp: 1 });
  });

  test.each<[string, DeliveryAnswer, boolean]>([
    ['200', { status: 200 }, false],
    ['400', { status: 400 }, false],
    ['401', { status: 401 }, true],
    ['403', { status: 403 }, false],
    ['404', { status: 404 }, false],
    ['408', { status: 408 }, true],
    ['413', { status: 413 }, false],
    ['429', { status: 429 }, true],
    ['302', { status: 302 }, false],
    ['503', { status: 503 }, true],
    ['nothing', { unreachable: 'no connection' }, true],
  ])('%s', async (_, answer, triedAgain) => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const worker = aDeliverer(tables, { [one]: answer });
    await worker.run(about(author, post));
    expect(worker.again).toHaveLength(triedAgain ? 1 : 0);
    expect((await countsOf(post.objectKey)).retrying).toBe(triedAgain ? 1 : 0);
  });

  test('may say how long to wait; those with the same wait travel together', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const later = { status: 429, retryAfterSeconds: 600 };
    const worker = aDeliverer(tables, { [one]: later, [two]: { status: 503 }, [three]: later });
    await worker.run(about(author, post, {}, [one, two, three]));
    const waits = worker.again.map(({ message, delaySeconds }) => [delaySeconds, message.inboxes]);
    expect(waits).toEqual([
      [600, [one, three]],
      [60, [two]],
    ]);
    const names = new Set(worker.again.map(({ message }) => message.chunk));
    expect(names.size).toBe(2);
  });

  test('is given up after the last try', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const worker = aDeliverer(tables, { [one]: { status: 503 } });
    let message: DeliveryMessage | undefined = about(author, post);
    for (let tries = 0; message && tries < 9; tries++) {
      await worker.run(message);
      message = worker.again[tries]?.message;
    }
    expect(worker.again.map(({ delaySeconds }) => delaySeconds)).toEqual([60, 300, 900]);
    expect(worker.sent).toHaveLength(4);
    expect(await countsOf(post.objectKey)).toEqual({ asked: 1, accepted: 0, retrying: 0, gaveUp: 1 });
  });
});

describe('a repeated message', () => {
  test('that was finished is not sent again', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const worker = aDeliverer(tables);
    for (const _ of [1, 2]) await worker.run(about(author, post));
    expect(worker.sent).toHaveLength(1);
    expect(await countsOf(post.objectKey)).toMatchObject({ asked: 1, accepted: 1 });
  });

  test('that was not recorded is sent again, and nobody who failed is forgotten', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const broken = { ...results(tables), put: () => Promise.reject(new Error('out of time')) };
    const first = aDeliverer(tables, { [one]: { status: 503 } }, { results: broken });
    await expect(first.run(about(author, post, {}, [one, two]))).rejects.toThrow('out of time');
    const second = aDeliverer(tables, { [two]: { status: 503 } });
    await second.run(about(author, post, {}, [one, two]));

    const last = aDeliverer(tables);
    for (const { message } of [...first.again, ...second.again, ...second.again]) await last.run(message);
    expect(last.sent.map(({ inbox }) => inbox)).toEqual([one, two]);
    expect((await countsOf(post.objectKey)).retrying).toBe(0);
  });
});
