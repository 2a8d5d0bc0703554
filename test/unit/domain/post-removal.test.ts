/** The removal of a single post: when its answers are gone through, what counts as asked, and what is looked at. */
import { describe, expect, test } from 'vitest';
import { isToLookAt, unanswered } from '#shared/domain/asking';
import { nextReading, sampleOf } from '#shared/domain/post-removal';
import { asksOf, type PartAnswer } from '#shared/domain/receipt';
import { sumAsks } from '#shared/domain/removal';
import { anAsk } from '../../support/receipts.ts';

const at = '2026-11-05T12:00:00.000Z';
const later = (seconds: number) => new Date(Date.parse(at) + seconds * 1000);
const day = 24 * 3600;

describe('its answers', () => {
  const readings = () => {
    const seconds: number[] = [];
    for (let now = later(0); ; ) {
      const next = nextReading({ at }, 120, now);
      if (next === undefined) return seconds;
      seconds.push((Date.parse(next) - Date.parse(at)) / 1000);
      now = new Date(next);
    }
  };

  test('are gone through ever more rarely, each week at least, and last when nothing can wait any more', () => {
    const all = readings();
    expect(all.slice(0, 5)).toEqual([120, 240, 480, 960, 1920]);
    const waits = all.map((one, index) => one - (all[index - 1] ?? 0));
    expect(Math.max(...waits)).toBe(7 * day);
    expect(all.at(-1)).toBe(91 * day);
    expect(all.length).toBeLessThan(30);
  });

  test('are gone through at the same times, whenever that is planned', () => {
    for (const [early, late] of [[0, 119] as const, [130, 239] as const, [8 * day, 13 * day] as const])
      expect(nextReading({ at }, 120, later(early))).toBe(nextReading({ at }, 120, later(late)));
  });
});

describe('a request counts as asked', () => {
  const inbox = 'https://a.example/inbox';
  const asked = (...answers: readonly PartAnswer[]) =>
    sumAsks(asksOf({ at }, [...answers.map((answer) => ({ at, answers: [{ inbox, answer }] }))])).asked;

  test.each<[readonly PartAnswer[], number]>([
    [[202], 1],
    [[403], 1],
    [['asked'], 1],
    [['unreachable'], 1],
    [['waiting'], 1],
    [['notAsked'], 0],
    [['out'], 0],
    [['givenUp'], 0],
    [['out', 'unreachable', 'givenUp'], 1],
    [['out', 'givenUp'], 0],
    [['unreachable', 'unreachable', 202], 1],
  ])('once it has left, and once only: %j', (answers, count) => expect(asked(...answers)).toBe(count));

  test('in a removal of everything in the same way', () => {
    const first = anAsk('a.example', { asked: 2, accepted: 2 });
    expect(unanswered(first)).toMatchObject({ asked: 3, unanswered: true });
    expect(unanswered(unanswered(first))).toEqual(unanswered(first));
  });
});

test.each<[PartAnswer, object]>([
  ['notAsked', { state: 'asking' }],
  ['asked', { state: 'asking' }],
  ['out', { state: 'parked', failingSince: at }],
  ['unreachable', { state: 'parked', failingSince: at }],
  ['waiting', { state: 'parked', failingSince: undefined }],
])('who is %s is %j', (answer, expected) =>
  expect(asksOf({ at }, [{ at, answers: [{ inbox: 'https://a.example/inbox', answer }] }])).toMatchObject([expected]),
);

describe('looked at is', () => {
  const look = { at, outcome: 'noneFound', found: 0 } as const;

  test('who accepted something, and has accepted nothing more since', () => {
    expect(isToLookAt(anAsk('a.example'))).toBe(true);
    expect(isToLookAt(anAsk('a.example', { accepted: 0 }))).toBe(false);
    expect(isToLookAt(anAsk('a.example', { look, lastAt: at }))).toBe(false);
    expect(isToLookAt(anAsk('a.example', { look, lastAt: later(1).toISOString() }))).toBe(true);
  });

  test('everyone of some hundred servers, of more a sample, another one each time', () => {
    expect(sampleOf({ id: 'r1' }, 0)).toEqual([]);
    for (const sheets of [1, 2, 3])
      expect([...sampleOf({ id: 'r1' }, sheets)].sort()).toEqual(Array.from({ length: sheets }, (_, n) => n));
    const samples = Array.from({ length: 100 }, (_, n) => sampleOf({ id: `r${n}` }, 300));
    for (const sample of samples) expect(new Set(sample).size).toBe(3);
    expect(new Set(samples.flat()).size).toBeGreaterThan(100);
    expect(sampleOf({ id: 'r1' }, 300)).toEqual(sampleOf({ id: 'r1' }, 300));
  });
});
