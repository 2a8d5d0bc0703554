/** Whatever happens to a server, in whatever order: nobody is forgotten who must be looked at, nobody is looked at for ever. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  failed,
  hurried,
  isOut,
  isRemarkable,
  leased,
  type PassEnd,
  parkedFor,
  parkedTooLate,
  passed,
  type Server,
  succeeded,
} from '#shared/domain/server';
import { runs } from '../../support/runs.ts';

const delays = [300, 900, 1800, 3600];
const longest = 24 * 3600 * 1000; // what a server may ask for, longer than all delays

/** One thing that happens; `soon` seconds after the one before. */
interface Event {
  readonly name: string;
  readonly soon: number;
  readonly change: (server: Server, now: Date) => Server;
}

const anEnd: fc.Arbitrary<PassEnd> = fc.oneof(
  fc.constant<PassEnd>({ kind: 'serverFailed' }),
  fc.constant<PassEnd>({ kind: 'nothingToSend' }),
  fc.record({
    kind: fc.constant('answered' as const),
    taken: fc.boolean(),
    left: fc.boolean(),
    afterSeconds: fc.option(fc.oneof(fc.nat(90_000), fc.double({ min: 0, noNaN: true })), { nil: undefined }),
  }),
);

const soon = fc.oneof(fc.nat(30), fc.nat(700), fc.nat(20_000));
const named = (name: string, change: fc.Arbitrary<Event['change']>) =>
  fc.record({ name: fc.constant(name), soon, change });
const same = (name: string, change: Event['change']) => named(name, fc.constant(change));

const parkings = [
  same('parked: it fails', (server, now) => parkedFor(server, now, delays, { serverFailed: true })),
  named(
    'parked: it asks for patience',
    fc
      .option(fc.double({ min: 0, noNaN: true }), { nil: undefined })
      .map((afterSeconds) => (server, now) => parkedFor(server, now, delays, { serverFailed: false, afterSeconds })),
  ),
  same('parked: it was out', parkedTooLate),
];
const anEvent = fc.oneof(
  same('failed', (server, now) => failed(server, now, delays)),
  same('succeeded', succeeded),
  ...parkings,
  same('a sign of life', hurried),
  same('an operator asks', (server, now) => hurried(server, now, { always: true })),
  same('a pass begins', leased),
);
const aPass = named(
  'a pass ends',
  anEnd.map((end) => (server, now) => passed(leased(server, now), end, now, delays)),
);
const aLife = fc.array(fc.oneof({ weight: 8, arbitrary: anEvent }, { weight: 3, arbitrary: aPass }), { maxLength: 40 });

interface Step {
  readonly name: string;
  readonly before: Server;
  readonly after: Server;
  readonly now: Date;
}

function live(life: readonly Event[]): readonly Step[] {
  const steps: Step[] = [];
  let after: Server = { host: 'far.example', scheme: 'rfc9421' };
  let now = new Date('2026-11-05T12:00:00Z');
  for (const { name, soon, change } of life) {
    now = new Date(now.getTime() + soon * 1000);
    const before = after;
    after = change(before, now);
    steps.push({ name, before, after, now });
  }
  return steps;
}

const everyStep = (check: (step: Step) => void) =>
  fc.assert(
    fc.property(aLife, (life) => live(life).forEach(check)),
    runs(500, 20_000),
  );

test('a server that is out has a look before it, and is so since some time', () =>
  everyStep(({ after, now }) => {
    if (!isOut(after)) return;
    expect(after.breaker!.probeAt).toBeDefined();
    expect(after.breaker!.since! <= now.toISOString()).toBe(true);
  }));

test('who is on trial has a look before them; who is only counted has none, and fewer than five failures', () =>
  everyStep(({ after: { breaker } }) => {
    if (breaker?.state === 'trial') expect(breaker.probeAt).toBeDefined();
    if (breaker?.state !== 'counting') return;
    expect(breaker.probeAt).toBeUndefined();
    expect(breaker.failures.length).toBeGreaterThan(0);
    expect(breaker.failures.length).toBeLessThan(5);
  }));

test('after something was parked there is a look', () =>
  everyStep(({ name, after }) => {
    if (name.startsWith('parked')) expect(after.breaker?.probeAt).toBeDefined();
  }));

test('only the end of a look lets a server go without another one', () =>
  everyStep(({ name, before, after }) => {
    if (before.breaker?.probeAt && name !== 'a pass ends') expect(after.breaker?.probeAt).toBeDefined();
  }));

test('a look is never planned for the past, nor for the day after tomorrow', () =>
  everyStep(({ before, after, now }) => {
    const { probeAt } = after.breaker ?? {};
    if (!probeAt || probeAt === before.breaker?.probeAt) return;
    expect(Date.parse(probeAt)).toBeGreaterThanOrEqual(now.getTime());
    expect(Date.parse(probeAt)).toBeLessThanOrEqual(now.getTime() + longest);
  }));

test('a look comes at once only where one asks for it', () =>
  everyStep(({ name, before, after, now }) => {
    const { probeAt } = after.breaker ?? {};
    if (probeAt === before.breaker?.probeAt || probeAt !== now.toISOString()) return;
    expect(['parked: it was out', 'a sign of life', 'an operator asks']).toContain(name);
  }));

test('the failures are at most five, in their order', () =>
  everyStep(({ after }) => {
    const failures = after.breaker?.failures ?? [];
    expect(failures.length).toBeLessThanOrEqual(5);
    expect(failures.toSorted()).toEqual(failures);
  }));

test('nothing changes who it is, and what signature it wants', () =>
  everyStep(({ after }) => expect(after).toMatchObject({ host: 'far.example', scheme: 'rfc9421' })));

test('a server that only succeeds from now on is forgotten, whatever it has done', () => {
  fc.assert(
    fc.property(aLife, (life) => {
      let { after: server, now } = live(life).at(-1) ?? {
        after: { host: 'far.example' } as Server,
        now: new Date('2026-11-05T12:00:00Z'),
      };
      for (let look = 0; look < 3 && server.breaker; look++) {
        now = new Date(now.getTime() + longest);
        server = succeeded(server);
        const end = look === 0 ? ({ kind: 'answered', taken: true, left: false } as const) : nothingToSend;
        server = passed(leased(server, now), end, now, delays);
      }
      expect(isRemarkable({ ...server, scheme: undefined })).toBe(false);
    }),
    runs(500, 20_000),
  );
});
const nothingToSend = { kind: 'nothingToSend' } as const;
