/** How the inboxes answered to the Delete of one post, as its receipt will say: message by message, whatever order they come in. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { DeliveryAnswer } from '../../../../shared/domain/delivery.ts';
import { sumAsks } from '../../../../shared/domain/removal.ts';
import { type Tables, tablesOf } from '../../../../shared/storage/table.ts';
import { inMemoryTable } from '../../../simulation/stand-ins/table/table.ts';
import { aDeletedPost } from '../../../support/deleted-post.ts';
import {
  about,
  aDeliverer,
  anInbox,
  parkedFor,
  takeDown,
  threeInboxes,
  twoInboxes,
} from '../../../support/deliverer.ts';
import { aProber } from '../../../support/prober.ts';
import { noon } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeEach(() => {
  const table = inMemoryTable();
  tables = tablesOf(table.name, table.client());
});

const deleted = (...inboxes: readonly string[]) => aDeletedPost(tables, ...inboxes);

describe('the receipt of one post', () => {
  test('says who took its Delete, who refused it, and who could not be reached', async () => {
    const [one, two, three] = threeInboxes();
    const { message, states, asks } = await deleted(one, two, three);
    await aDeliverer(tables, { [two]: { status: 403 }, [three]: { status: 503 } }).run(message);
    expect(await states()).toEqual({ [one]: 'done', [two]: 'done', [three]: 'parked' });
    expect((await asks()).find(({ inbox }) => inbox === two)).toMatchObject({ accepted: 0, refused: { 403: 1 } });
    expect((await asks()).find(({ inbox }) => inbox === three)?.failingSince).toBe(noon().toISOString());
  });

  test.each<[string, DeliveryAnswer, string]>([
    ['404', { status: 404 }, 'parked'],
    ['410', { status: 410 }, 'parked'],
    ['401', { status: 401 }, 'asking'],
    ['429', { status: 429 }, 'asking'],
    ['nothing', { unreachable: 'no connection' }, 'parked'],
    ['nothing in time', { unreachable: 'late', timedOut: true }, 'asking'],
  ])('says after %s that it is not over', async (_, answer, state) => {
    const inbox = anInbox();
    const { message, states } = await deleted(inbox);
    await aDeliverer(tables, { [inbox]: answer }).run(message);
    expect(await states()).toEqual({ [inbox]: state });
  });

  test('says of each inbox what it said in the end, once, also when messages come again', async () => {
    const [one, two] = twoInboxes();
    const { message, states, asks } = await deleted(one, two);
    const worker = aDeliverer(tables, { [two]: { status: 500 } });
    await worker.run(message);
    const later = aDeliverer(tables);
    await later.run(worker.again[0]!.message);
    // The first message comes once more, its result having been lost.
    const results = { has: async () => false, put: async () => undefined };
    await aDeliverer(tables, { [two]: { status: 500 } }, { results }).run(message);
    expect(await states()).toEqual({ [one]: 'done', [two]: 'done' });
    expect(sumAsks(await asks())).toMatchObject({ inboxes: 2, asked: 2, accepted: 2, unreachable: 0 });
  });

  test('does not hear of Creates, nor of what takes a post from one server alone', async () => {
    const inbox = anInbox();
    const { author, asks } = await deleted(inbox);
    const other = await author.post();
    await aDeliverer(tables).run(about(author, other, [inbox]));
    await aDeliverer(tables).run({
      ...about(author, other, [inbox]),
      subject: { kind: 'withdrawal', memberId: author.memberId, objectKey: other.objectKey, epoch: 1 },
    });
    expect(await asks()).toEqual([]);
  });
});

describe('a Delete that waits for its server', () => {
  const whileDown = async () => {
    const inbox = anInbox();
    await takeDown(tables, inbox);
    const begun = await deleted(inbox);
    await aDeliverer(tables).run(begun.message);
    expect(await begun.states()).toEqual({ [inbox]: 'parked' });
    return { ...begun, inbox };
  };
  const days = (count: number) => () => noon(count * 24 * 3600 + 60);

  test.each([
    ['taken', { status: 202 }, { state: 'done', accepted: 1 }],
    ['refused', { status: 403 }, { state: 'done', refused: { 403: 1 } }],
  ] as const)('and is %s then', async (_, answer, expected) => {
    const { inbox, asks } = await whileDown();
    await aProber(tables, { [inbox]: answer }).look(inbox);
    expect(await asks()).toMatchObject([expected]);
    expect(await parkedFor(tables, inbox)).toEqual([]);
  });

  test.each([404, 410, 401, 503])('waits on after %i', async (status) => {
    const { inbox, states } = await whileDown();
    await aProber(tables, { [inbox]: { status } }).look(inbox);
    expect(await states()).toEqual({ [inbox]: 'parked' });
    expect(await parkedFor(tables, inbox)).toHaveLength(1);
  });

  test('and is given up after 90 days', async () => {
    const { inbox, states } = await whileDown();
    await aProber(tables, { [inbox]: { status: 410 } }, { now: days(89) }).look(inbox);
    expect(await states()).toEqual({ [inbox]: 'parked' });
    await aProber(tables, {}, { now: days(91) }).look(inbox);
    expect(await states()).toEqual({ [inbox]: 'givenUp' });
    expect(await parkedFor(tables, inbox)).toEqual([]);
  });
});
