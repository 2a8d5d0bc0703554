/** What the answers of servers lead to while they are asked for a removal. */
import { describe, expect, test } from 'vitest';
import type { DeliveryAnswer } from '../../../../shared/domain/delivery.ts';
import type { Ask } from '../../../../shared/domain/removal.ts';
import { isOut } from '../../../../shared/domain/server.ts';
import { servers } from '../../../../shared/storage/servers.ts';
import { aRemovalOf, askedOnce, inboxesOfOne, took } from '../../../support/asker.ts';
import { anInbox, hostOf, parkedFor, serverOf, takeDown, twoInboxes } from '../../../support/deliverer.ts';
import { memoryTables } from '../../../support/memory-tables.ts';
import { askAt, removalAt } from '../../../support/removals.ts';
import { noon } from '../../../support/storage-samples.ts';

const tables = memoryTables();

describe('an answer', () => {
  const outcomes: [string, DeliveryAnswer, Partial<Ask>][] = [
    ['202', { status: 202, scheme: 'cavage' }, { state: 'done', asked: 2, accepted: 2, refused: {} }],
    ['400', { status: 400 }, { state: 'done', asked: 2, accepted: 0, refused: { 400: 2 } }],
    ['403', { status: 403 }, { state: 'done', asked: 2, accepted: 0, refused: { 403: 2 } }],
    ['401', { status: 401 }, { state: 'parked', asked: 1 }],
    ['404', { status: 404 }, { state: 'parked', asked: 1, failingSince: noon(120).toISOString() }],
    ['410', { status: 410 }, { state: 'parked', asked: 1, failingSince: noon(120).toISOString() }],
    ['408', { status: 408 }, { state: 'parked', asked: 1, failingSince: noon(120).toISOString() }],
    ['500', { status: 500 }, { state: 'parked', asked: 1, failingSince: noon(120).toISOString() }],
    ['nothing', { unreachable: 'no connection' }, { state: 'parked', asked: 1, failingSince: noon(120).toISOString() }],
    [
      'nothing in time',
      { unreachable: 'late', timedOut: true },
      { state: 'parked', failingSince: noon(120).toISOString() },
    ],
    ['429', { status: 429 }, { state: 'asking', asked: 1, notBefore: noon(180).toISOString() }],
    ['429 for an hour', { status: 429, retryAfterSeconds: 3600 }, { state: 'parked', asked: 1 }],
  ];
  test.each(outcomes)('%s', async (_, answer, expected) => {
    const [inbox, other] = twoInboxes();
    const { removal } = await aRemovalOf(tables, 2, [[inbox, other]]);
    await askedOnce(tables, removal, { [inbox]: answer });
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
    await askedOnce(tables, removal, { [inbox]: { status: 503 } });
    const server = await serverOf(tables, inbox);
    expect(isOut(server)).toBe(false);
    expect(server.breaker).toMatchObject({ state: 'trial', probeAt: noon(120 + 300).toISOString() });
  });

  test('that asks for patience gets it once, then the server is left to its probes', async () => {
    const inbox = anInbox();
    const { removal, deletes } = await aRemovalOf(tables, 3, [[inbox]]);
    const busy = { status: 429, retryAfterSeconds: 100 };
    const worker = await askedOnce(tables, removal, { [inbox]: [busy, took, busy, busy] });
    expect(worker.again).toMatchObject([{ delaySeconds: 100 }]);
    worker.clock.forward(50);
    await worker.run(worker.again[0]!.message); // too early
    expect(worker.sent).toHaveLength(1);
    worker.clock.forward(50);
    await worker.run(worker.again[1]!.message);
    expect(worker.sentTo(inbox)).toEqual([deletes[0], deletes[0], deletes[1]]);
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'asking', asked: 2 });
    worker.clock.forward(100);
    await worker.run(worker.again[2]!.message);
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'parked', asked: 2 });
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'asked', parked: 1 });
  });

  test('keeps its server from nothing else when the poster itself fails', async () => {
    const [broken, other] = twoInboxes();
    const { removal } = await aRemovalOf(tables, 1, [[broken, other]]);
    await askedOnce(tables, removal, { [broken]: new TypeError('an invalid header') });
    expect(await askAt(tables, removal, broken)).toMatchObject({ state: 'parked' });
    expect(await askAt(tables, removal, other)).toMatchObject({ state: 'done' });
  });

  test('tells how the server wants requests to be signed', async () => {
    const inbox = anInbox();
    const { removal } = await aRemovalOf(tables, 2, [[inbox]]);
    const worker = await askedOnce(tables, removal, { [inbox]: { status: 202, scheme: 'rfc9421' } });
    expect(worker.sent.map(({ how }) => how.scheme)).toEqual(['cavage', 'rfc9421']);
    expect(await servers(tables).find(hostOf(inbox))).toMatchObject({ scheme: 'rfc9421' });
  });
});

describe('a server that is out', () => {
  test('is not asked; all of its inboxes wait for it', async () => {
    const inboxes = inboxesOfOne();
    await takeDown(tables, inboxes[0]);
    const { removal } = await aRemovalOf(tables, 2, [inboxes]);
    const worker = await askedOnce(tables, removal);
    expect(worker.sent).toEqual([]);
    for (const inbox of inboxes) expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'parked' });
    expect(await parkedFor(tables, inboxes[0])).toHaveLength(2);
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'asked', open: 0, parked: 2 });
    expect(worker.started.map(({ message }) => message.step)).toEqual(['profile']);
  });

  test('while it is asked, is asked no more', async () => {
    const inboxes = inboxesOfOne();
    const { removal, deletes } = await aRemovalOf(tables, 3, [inboxes]);
    const worker = await askedOnce(tables, removal, {
      [inboxes[0]]: [took, { unreachable: 'reset' }],
      [inboxes[1]]: { unreachable: 'reset' },
    });
    expect(worker.sent.length).toBeLessThanOrEqual(2);
    const asks = await Promise.all(inboxes.map((inbox) => askAt(tables, removal, inbox)));
    expect(asks.map(({ state }) => state)).toEqual(['parked', 'parked']);
    expect(deletes).toHaveLength(3);
  });
});
