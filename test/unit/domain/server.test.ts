import { describe, expect, test } from 'vitest';
import {
  type Breaker,
  failed,
  hurried,
  isGivenUp,
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

const start = Date.UTC(2026, 10, 5, 12);
/** So many minutes after a certain noon. */
const at = (minutes: number) => new Date(start + minutes * 60_000);
const time = (minutes: number) => at(minutes).toISOString();
const delays = [300, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200];
const hours = (count: number) => count * 60;
const days = (count: number) => hours(24 * count);

const well: Server = { host: 'far.example' };
const failedAt = (server: Server, ...minutes: number[]) =>
  minutes.reduce((before, minute) => failed(before, at(minute), delays), server);
const ended = (server: Server, end: PassEnd, minute: number) => passed(server, end, at(minute), delays);
const serverFailed = { kind: 'serverFailed' } as const;
const nothingToSend = { kind: 'nothingToSend' } as const;
const answered = { kind: 'answered', taken: true, left: false } as const;
const someLeft = { kind: 'answered', taken: false, left: true } as const;
const patience = { serverFailed: false } as const;
const stateOf = ({ breaker }: Server) => breaker?.state ?? 'well';
const probeOf = ({ breaker }: Server) =>
  breaker?.probeAt === undefined ? undefined : (Date.parse(breaker.probeAt) - start) / 60_000;

const out = failedAt(well, 0, 1, 2, 3, 4);
const onTrial = ended(out, answered, 9);

test('a server that is as all others need not be remembered', () => {
  expect(isRemarkable(well)).toBe(false);
  expect(isRemarkable({ ...well, scheme: 'rfc9421' })).toBe(true);
  expect(isRemarkable(failed(well, at(0), delays))).toBe(true);
});

describe('failures', () => {
  test('five in ten minutes open the breaker', () => {
    expect(stateOf(failedAt(well, 0, 2, 4, 6))).toBe('counting');
    expect(stateOf(failedAt(well, 0, 2, 4, 6, 9.99))).toBe('open');
  });

  test('that are sparse do not, however many they are', () => {
    expect(stateOf(failedAt(well, ...Array.from({ length: 50 }, (_, count) => count * 2.5)))).toBe('counting');
    expect(stateOf(failedAt(well, 0, 2, 4, 6, 10))).toBe('counting');
  });

  test('count from the last success on', () => {
    const again = succeeded(failedAt(well, 0, 1, 2, 3));
    expect(again).toEqual(well);
    expect(stateOf(failedAt(again, 4, 5, 6, 7))).toBe('counting');
  });

  test('open a breaker that is on trial at once', () => {
    expect(stateOf(onTrial)).toBe('trial');
    expect(failedAt(onTrial, 9.5).breaker).toMatchObject({ state: 'open', since: time(9.5), probeAt: time(14.5) });
  });

  test('change nothing while it is open', () => expect(failed(out, at(5), delays)).toBe(out));
});

describe('a server that is out', () => {
  test('is known as such, with its first look five minutes later, and since when it fails', () => {
    expect(isOut(out)).toBe(true);
    expect(out.breaker).toMatchObject({ since: time(0), probeAt: time(9), probes: 0 });
    for (const server of [undefined, well, failedAt(well, 0), onTrial]) expect(isOut(server)).toBe(false);
  });

  test('is looked at after 5 minutes, 15, 30, and so on up to every 12 hours', () => {
    let server = out;
    const waits: number[] = [];
    for (let round = 0; round < 11; round++) {
      const before = probeOf(server)!;
      server = ended(server, serverFailed, before);
      waits.push(probeOf(server)! - before);
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 480, 720, 720, 720, 720, 720]);
    expect(server.breaker).toMatchObject({ state: 'open', since: time(0), probes: 11 });
  });

  test('is not changed by what is parked for it, nor by a success that was on its way', () => {
    expect(parkedFor(out, at(5), delays, { serverFailed: true })).toBe(out);
    expect(parkedFor(out, at(5), delays, patience)).toBe(out);
    expect(parkedTooLate(out, at(5))).toBe(out);
    expect(succeeded(out)).toBe(out);
  });

  test('is on trial once it answers: sent to again, with a second look a minute later', () => {
    expect(onTrial.breaker).toMatchObject({ state: 'trial', failures: [], probes: 0, probeAt: time(10) });
    expect(onTrial.breaker!.since).toBeUndefined();
  });

  test('is forgotten when the second look finds nothing more', () =>
    expect(ended(onTrial, nothingToSend, 10)).toEqual(well));

  test('keeps its kind of signature when the rest is forgotten', () =>
    expect(ended({ ...onTrial, scheme: 'rfc9421' }, nothingToSend, 10)).toEqual({ ...well, scheme: 'rfc9421' }));

  test('is out again when the second look finds it failing', () =>
    expect(ended(onTrial, serverFailed, 10).breaker).toMatchObject({ state: 'open', since: time(10), probes: 1 }));
});

describe('when all that was parked has been given up', () => {
  const halfOpen = ended(out, nothingToSend, 9);

  test('only a live try can tell: it is sent to again, and not forgotten', () => {
    expect(halfOpen.breaker).toMatchObject({ state: 'trial', since: time(0), probes: 1, probeAt: time(24) });
    expect(ended(halfOpen, nothingToSend, 24).breaker).toMatchObject({ state: 'trial', since: time(0), probes: 2 });
  });

  test('a failure opens it at once, and it is looked at as seldom as before', () => {
    const again = failedAt(ended(halfOpen, nothingToSend, 24), 30);
    expect(again.breaker).toMatchObject({ state: 'open', since: time(0), probes: 2, probeAt: time(60) });
  });

  test('a success makes it well: two looks that find nothing forget it, a minute apart', () => {
    const alive = succeeded(halfOpen);
    expect(alive.breaker).toMatchObject({ state: 'trial', failures: [], probes: 0, probeAt: time(24) });
    const quiet = ended(alive, nothingToSend, 24);
    expect(quiet.breaker).toMatchObject({ state: 'trial', quiet: true, probeAt: time(25) });
    expect(ended(quiet, nothingToSend, 25)).toEqual(well);
    expect(succeeded(alive)).toBe(alive);
  });

  test('what was parked between the two looks asks for two more; a sign of life does not bring the second forward', () => {
    const quiet = ended(succeeded(halfOpen), nothingToSend, 24);
    expect(hurried(quiet, at(24.5), { always: true })).toBe(quiet);
    const parkedBetween = parkedTooLate(quiet, at(24.5));
    expect(parkedBetween.breaker!.quiet).toBeUndefined();
    expect(ended(parkedBetween, nothingToSend, 25).breaker).toMatchObject({ quiet: true, probeAt: time(26) });
  });
});

describe('a server that answers, but does not take everything', () => {
  test('is looked at again later and later', () => {
    const [first, second] = [ended(out, someLeft, 9), ended(ended(out, someLeft, 9), someLeft, 24)];
    expect(first.breaker).toMatchObject({ state: 'trial', probes: 1, probeAt: time(24) });
    expect(second.breaker).toMatchObject({ state: 'trial', probes: 2, probeAt: time(54) });
    expect(second.breaker!.since).toBeUndefined();
  });

  test('is looked at soon again as long as it takes some', () => {
    const slow = ended(ended(out, { ...someLeft, taken: true }, 9), { ...someLeft, taken: true }, 14);
    expect(slow.breaker).toMatchObject({ state: 'trial', probes: 0, probeAt: time(19) });
  });

  test('is left alone for as long as it asks for, up to a day', () => {
    expect(probeOf(ended(out, { ...someLeft, afterSeconds: 7200 }, 9))).toBe(9 + 120);
    expect(probeOf(ended(out, { ...someLeft, afterSeconds: 30 }, 9))).toBe(9 + 15);
    for (const afterSeconds of [1e9, 1e15, Number.MAX_VALUE])
      expect(probeOf(ended(out, { ...someLeft, afterSeconds }, 9))).toBe(9 + days(1));
  });
});

describe('after something was parked', () => {
  test('a server that fails is out, on the first failure', () =>
    expect(parkedFor(well, at(0), delays, { serverFailed: true }).breaker).toMatchObject({
      state: 'open',
      since: time(0),
      probeAt: time(5),
    }));

  test('a server that failed before is out since its first failure', () =>
    expect(parkedFor(failedAt(well, 0, 2), at(3), delays, { serverFailed: true }).breaker!.since).toBe(time(0)));

  test('a server that wants patience is sent to, and looked at when it asked for that', () => {
    const busy = (afterSeconds?: number) => parkedFor(well, at(0), delays, { ...patience, afterSeconds });
    expect(busy().breaker).toEqual({ state: 'trial', failures: [], probes: 0, probeAt: time(5) });
    expect(probeOf(busy(30))).toBe(5);
    expect(probeOf(busy(3600))).toBe(60);
    for (const afterSeconds of [1e9, 1e15, Number.MAX_VALUE]) expect(probeOf(busy(afterSeconds))).toBe(days(1));
  });

  test('more that is parked does not put the look off for ever', () => {
    const busy = parkedFor(well, at(0), delays, patience);
    const busier = parkedFor(busy, at(4), delays, { ...patience, afterSeconds: 3600 });
    expect(probeOf(busier)).toBe(5);
  });

  test.each<[string, (server: Server) => Server]>([
    ['patience', (server) => parkedFor(server, at(9.5), delays, patience)],
    ['a server that is no longer out', (server) => parkedTooLate(server, at(9.5))],
  ])('the row of a server on trial changes: %s', (_, park) => {
    expect(park(onTrial)).not.toBe(onTrial);
    const underWay = leased(onTrial, at(9.4));
    expect(park(underWay)).not.toBe(underWay);
  });

  test('a look that is due, and has not begun, sees it anyway', () => {
    expect(parkedTooLate(onTrial, at(10))).toBe(onTrial);
    expect(parkedFor(onTrial, at(10), delays, patience)).toBe(onTrial);
  });

  test.each<[string, Server]>([
    ['well', well],
    ['counting', failedAt(well, 0, 1)],
    ['on trial', onTrial],
  ])('too late, for a server that is %s, it is looked for at once', (_, server) => {
    const { breaker } = parkedTooLate(server, at(5));
    expect(breaker).toMatchObject({ state: 'trial', probeAt: time(5) });
  });
});

describe('a pass', () => {
  test('has a lease of five minutes', () => {
    expect(probeOf(leased(out, at(9)))).toBe(14);
    expect(leased(out, at(9)).breaker).toMatchObject({ state: 'open', since: time(0), probes: 0 });
  });

  test('does not begin where nothing is to be looked at', () => {
    expect(leased(well, at(9))).toBe(well);
    const counting = failedAt(well, 0);
    expect(leased(counting, at(9))).toBe(counting);
  });

  test('that ends when its server was forgotten changes nothing', () => {
    for (const end of [serverFailed, nothingToSend, answered]) expect(ended(well, end, 9)).toBe(well);
  });
});

describe('a sign of life', () => {
  const dead = ended(ended(out, serverFailed, 9), serverFailed, 24); // next look at minute 54

  test('has the server looked at now', () => {
    expect(probeOf(hurried(dead, at(30)))).toBe(30);
    expect(hurried(dead, at(30)).breaker).toMatchObject({ state: 'open', since: time(0), probes: 2 });
  });

  test('does so at most every five minutes', () => {
    const failing = ended(hurried(dead, at(30)), serverFailed, 30);
    expect(hurried(failing, at(34.9))).toBe(failing);
    expect(probeOf(hurried(failing, at(35)))).toBe(35);
  });

  test('does not interrupt a look that is under way, or that ended just now', () => {
    const underWay = leased(dead, at(54));
    expect(hurried(underWay, at(55))).toBe(underWay);
    const ending = ended(underWay, serverFailed, 55);
    expect(hurried(ending, at(58))).toBe(ending);
    expect(probeOf(hurried(ending, at(59)))).toBe(59);
  });

  test('may be had at any time by an operator', () => {
    const failing = ended(hurried(dead, at(30)), serverFailed, 30);
    expect(probeOf(hurried(failing, at(31), { always: true }))).toBe(31);
  });

  test.each<[string, Server]>([
    ['is well', well],
    ['is only counted', failedAt(well, 0, 1)],
    ['is due anyway', dead],
  ])('changes nothing for a server that %s', (_, server) => {
    for (const always of [false, true]) expect(hurried(server, at(54), { always })).toBe(server);
  });
});

describe('giving up', () => {
  const since = (minutes: number): Pick<Breaker, 'since'> => ({ since: time(minutes) });
  const now = at(days(7));

  test('comes after seven days without any success', () => {
    expect(isGivenUp(false, since(0), now)).toBe(true);
    expect(isGivenUp(false, since(0.1), now)).toBe(false);
    expect(isGivenUp(false, since(0), now, time(days(6)))).toBe(true);
  });

  test('comes after seven days of waiting for a server that answers', () => {
    expect(isGivenUp(false, { since: undefined }, now, time(0))).toBe(true);
    expect(isGivenUp(false, undefined, now, time(0.1))).toBe(false);
  });

  test('of what takes something back comes after ninety days of waiting, however long the server is out', () => {
    expect(isGivenUp(true, since(0), at(days(200)))).toBe(false);
    expect(isGivenUp(true, since(0), at(days(200)), time(days(110.1)))).toBe(false);
    expect(isGivenUp(true, since(0), at(days(90)), time(0))).toBe(true);
  });
});
