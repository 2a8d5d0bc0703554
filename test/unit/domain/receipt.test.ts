import { describe, expect, test } from 'vitest';
import { addTotals, asksOf, noTotals, type ReceiptPart, serverReceipts } from '#shared/domain/receipt';
import type { Look } from '#shared/domain/removal';
import type { Server } from '#shared/domain/server';
import { sayServer } from '#shared/domain/wording/receipt';
import { wordingFor } from '#shared/domain/wording/wording';
import { anAsk } from '../../support/receipts.ts';

const at = (minute: number) => `2026-11-05T12:${String(minute).padStart(2, '0')}:00.000Z`;
const look = (outcome: Look['outcome'], found = 0): Look => ({ at: at(30), outcome, found });

describe('what the inboxes of a server say together', () => {
  test('is one receipt for each server, by name', () => {
    const receipts = serverReceipts([
      anAsk('b.example'),
      anAsk('a.example', { inbox: 'https://a.example/1', asked: 2, accepted: 1, refused: { 403: 1 } }),
      anAsk('a.example', { inbox: 'https://a.example/2', asked: 4, accepted: 1, refused: { 422: 1, 403: 2 } }),
    ]);
    expect(receipts.map(({ server }) => server)).toEqual(['a.example', 'b.example']);
    expect(receipts[0]).toMatchObject({
      inboxes: 2,
      asked: 6,
      accepted: 2,
      refused: [
        { status: 403, count: 3 },
        { status: 422, count: 1 },
      ],
    });
  });

  test.each([
    [['done', 'asking', 'parked'], 'asking'],
    [['done', 'parked', 'givenUp'], 'parked'],
    [['done', 'givenUp'], 'givenUp'],
    [['done', 'done'], 'done'],
  ] as const)('%j is %s', (states, state) => {
    const asks = states.map((one, index) => anAsk('a.example', { inbox: `https://a.example/${index}`, state: one }));
    expect(serverReceipts(asks)).toMatchObject([{ state }]);
  });

  test('tells since when it waits, when it is tried next, and when it is given up', () => {
    const server: Server = {
      host: 'a.example',
      breaker: { state: 'open', failures: [], probes: 2, probeAt: at(45) },
    };
    const waiting = anAsk('a.example', { state: 'parked', failingSince: at(10) });
    expect(serverReceipts([waiting], new Map([[server.host, server]]))).toMatchObject([
      { unreachableSince: at(10), nextTryAt: at(45), givenUpAt: '2027-02-03T12:10:00.000Z' },
    ]);
    const [ofAll] = serverReceipts([waiting], new Map(), { kind: 'sharing', at: at(0) });
    expect(ofAll?.givenUpAt).toBe('2027-02-03T12:00:00.000Z');
    const [asked] = serverReceipts([anAsk('a.example')], new Map([[server.host, server]]));
    expect([asked?.nextTryAt, asked?.givenUpAt, asked?.unreachableSince]).toEqual([undefined, undefined, undefined]);
  });

  test('tells when a server that asked for patience is asked again', () => {
    const patient = anAsk('a.example', { state: 'asking', notBefore: at(50) });
    expect(serverReceipts([patient])).toMatchObject([{ nextTryAt: at(50), givenUpAt: undefined }]);
  });

  test('of looks it tells the worst', () => {
    const found = (...looks: readonly Look[]) =>
      serverReceipts(looks.map((one, index) => anAsk('a.example', { inbox: `https://a.example/${index}`, look: one })));
    expect(found(look('noneFound'), look('stillThere', 2))).toMatchObject([{ look: look('stillThere', 2) }]);
    expect(found(look('noneFound'), look('unreadable'))).toMatchObject([{ look: look('unreadable') }]);
    expect(found(look('noneFound'))).toMatchObject([{ look: look('noneFound') }]);
  });
});

test('sums count servers by state and by what was found', () => {
  const receipts = serverReceipts([
    anAsk('a.example', { look: look('noneFound') }),
    anAsk('b.example', { state: 'parked', asked: 1, accepted: 0, failingSince: at(1) }),
    anAsk('c.example', { accepted: 1, refused: { 403: 2 }, look: look('stillThere', 1) }),
  ]);
  expect(addTotals(noTotals, receipts)).toEqual({
    servers: 3,
    inboxes: 3,
    asked: 7,
    accepted: 4,
    refused: 2,
    unreachable: 1,
    states: { asking: 0, parked: 1, done: 2, givenUp: 0 },
    looks: { noneFound: 1, stillThere: 1, unreadable: 0 },
  });
});

describe('parts about one inbox', () => {
  const inbox = 'https://a.example/inbox';
  const part = (minute: number, answer: ReceiptPart['answers'][number]['answer']): ReceiptPart => ({
    at: at(minute),
    answers: [{ inbox, answer }],
  });
  const said = (...parts: readonly ReceiptPart[]) => asksOf({ at: at(0) }, parts)[0];

  test.each([
    [[202, 403, 'givenUp', 'unreachable', 'asked'], { state: 'done', accepted: 1, refused: {} }],
    [[403, 'givenUp', 'unreachable', 'asked'], { state: 'done', accepted: 0, refused: { 403: 1 } }],
    [['givenUp', 'unreachable', 'asked'], { state: 'givenUp', accepted: 0, refused: {} }],
    [['unreachable', 'asked'], { state: 'parked', accepted: 0, refused: {} }],
    [['asked'], { state: 'asking', accepted: 0, refused: {} }],
  ] as const)('%j: the first of these counts, whichever came first', (answers, expected) => {
    const parts = answers.map((answer, index) => part(index, answer));
    for (const some of [parts, parts.toReversed()]) expect(said(...some)).toMatchObject({ ...expected, asked: 1 });
  });

  test('say since when it could not be reached, and when it answered last', () => {
    expect(said(part(1, 'asked'), part(9, 'unreachable'), part(5, 'unreachable'))).toMatchObject({
      failingSince: at(5),
      lastAt: at(9),
    });
    expect(said(part(5, 'unreachable'), part(9, 202))?.failingSince).toBeUndefined();
  });

  test('the later of two refusals counts', () => {
    expect(said(part(5, 403), part(1, 422))?.refused).toEqual({ 403: 1 });
  });
});

describe('in words', () => {
  const says = (more: Parameters<typeof anAsk>[1]) =>
    sayServer(wordingFor('en'), serverReceipts([anAsk('a.example', more)])[0]!);

  test('a server was asked to remove, and no more, until a look has found nothing', () => {
    expect(says({})).toBe('Asked to remove: 3 of 3 requests were accepted.');
    expect(says({ look: look('noneFound') })).toContain('2026-11-05: no copy was found');
    expect(says({ look: look('stillThere', 2) })).toContain('it still showed 2');
    expect(says({ look: look('unreadable') })).toContain('it shows nobody what it holds');
  });

  test('one that cannot be reached is asked again', () =>
    expect(says({ state: 'parked', failingSince: at(1) })).toContain(
      'The rest waits since 2026-11-05: it could not be reached',
    ));

  test('refusals are told', () => expect(says({ accepted: 1, refused: { 403: 2 } })).toContain('It refused 2'));
});
