/** Nothing leaves after the deadline of what it was read for, and what was cut off has another chance. */
import { once } from 'node:events';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { deadline, type Lane } from '../../../../shared/domain/delivery.ts';
import { posts } from '../../../../shared/storage/posts.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { type Deadline, startDeadline } from '../../../../shared/transport/deadline.ts';
import type { PostToInbox } from '../../../../shared/transport/inbox-post.ts';
import { about, aDeliverer, anInbox, parkedFor, serverOf, sumOf, twoInboxes } from '../../../support/deliverer.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { anAuthor } from '../../../support/receiver.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const over: Deadline = { signal: AbortSignal.abort(), isOver: () => true };
/** What has to follow, in each lane: another message with all its time, that is in the slow lane one of the tries. */
const nextTry: readonly [Lane, number, number | undefined][] = [
  ['fast', 0, 0],
  ['slow', 1, 60],
];

describe.each(nextTry)('in the %s lane', (lane, attempt, delaySeconds) => {
  test('nothing is sent when reading took all the time', async () => {
    const [author, inbox] = [await anAuthor(tables), anInbox()];
    const post = await author.post();
    const worker = aDeliverer(tables, {}, { startDeadline: () => over });
    await worker.run({ ...about(author, post, [inbox]), lane });
    expect(worker.sent).toEqual([]);
    expect(worker.again).toMatchObject([{ message: { inboxes: [inbox], lane: 'slow', attempt }, delaySeconds }]);
    expect((await serverOf(tables, inbox)).breaker).toBeUndefined();
  });

  test('what still hangs at the deadline is cut off, without blame, before the work ends', async () => {
    const [author, [quick, hanging]] = [await anAuthor(tables), twoInboxes()];
    const post = await author.post();
    const time = new AbortController();
    const ended: string[] = [];
    const hang: PostToInbox = async (inbox, _body, _signer, { signal }) => {
      if (inbox === quick) return { status: 202 };
      setImmediate(() => time.abort());
      await once(signal, 'abort');
      ended.push(inbox);
      return { unreachable: 'cut off' };
    };
    const limit = { signal: time.signal, isOver: () => time.signal.aborted };
    const worker = aDeliverer(tables, {}, { post: hang, startDeadline: () => limit });
    await worker.run({ ...about(author, post, [quick, hanging]), lane });
    expect(ended).toEqual([hanging]);
    expect(worker.again).toMatchObject([{ message: { inboxes: [hanging], lane: 'slow', attempt }, delaySeconds }]);
    expect((await serverOf(tables, hanging)).breaker).toBeUndefined();
    if (lane === 'fast') expect(await sumOf(tables, post)).toMatchObject({ asked: 2, accepted: 1, retrying: 1 });
  });
});

test('what is cut off at every try is parked in the end, without blame', async () => {
  const [author, inbox] = [await anAuthor(tables), anInbox()];
  const worker = aDeliverer(tables, {}, { startDeadline: () => over });
  await worker.run({ ...about(author, await author.post(), [inbox]), lane: 'slow', attempt: 3 });
  expect(worker.again).toEqual([]);
  expect(await parkedFor(tables, inbox)).toHaveLength(1);
  expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial', failures: [] });
});

test('the time runs from before the look at what stands, and is the one that Deletes wait for', async () => {
  const author = await anAuthor(tables);
  const post = await author.post();
  const steps: string[] = [];
  const worker = aDeliverer(
    tables,
    {},
    {
      startDeadline: (milliseconds) => {
        steps.push(`${milliseconds} ms`);
        return startDeadline(milliseconds);
      },
      posts: {
        find: (...how) => {
          steps.push('read');
          return posts(tables).find(...how);
        },
      },
    },
  );
  await worker.run(about(author, post, [anInbox()]));
  expect(steps).toEqual([`${deadline} ms`, 'read']);
  expect(worker.sent[0]!.how.signal.aborted).toBe(false);
});

test('a deadline is over by the clock that never jumps, also before its timer had its turn', () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
  const limit = startDeadline(60_000);
  clock.mockReturnValue(60_999);
  expect(limit.isOver()).toBe(false);
  clock.mockReturnValue(61_000);
  expect(limit.signal.aborted).toBe(false);
  expect(limit.isOver()).toBe(true);
  clock.mockRestore();
});
