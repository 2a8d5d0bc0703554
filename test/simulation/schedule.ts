/** What happens in one run: by whom, when, and in what weather. */
import fc from 'fast-check';
import type { Mood, ServerPlan } from './fediverse.ts';
import type { Climate } from './weather.ts';

/** Names someone or something by a number: which of those that there are. */
type Which = number;

/** Something that happens. */
export type Happening =
  | { readonly is: 'post'; readonly delaySeconds: number; readonly again?: Which | undefined }
  | { readonly is: 'edit' | 'delete' | 'share now'; readonly post: Which }
  | { readonly is: 'turn on' | 'turn off' | 'stop' | 'delete for ever' | 'profile' }
  | { readonly is: 'pause'; readonly forMs?: number | undefined }
  | { readonly is: 'follow' | 'unfollow'; readonly person: Which }
  | { readonly is: 'like'; readonly person: Which; readonly post: Which }
  | { readonly is: 'mood'; readonly server: Which; readonly mood: Mood; readonly forMs: number }
  | { readonly is: 'return'; readonly server: Which; readonly signed: boolean }
  | { readonly is: 'expire' };

/** So many milliseconds after the step before. */
export type Step = Happening & { readonly after: number };

/** A whole run: the same again whenever it is run. */
export interface Schedule {
  /** Decides all luck. */
  readonly seed: number;
  readonly climate: Climate;
  readonly servers: readonly ServerPlan[];
  readonly pageSize: number;
  readonly hurried: boolean;
  /** By how much clocks are wrong, at most. */
  readonly skewMs: number;
  /** Who follows from the beginning. */
  readonly followers: readonly Which[];
  readonly steps: readonly Step[];
}

/** Milliseconds by which the clocks of well-kept machines are wrong. */
export const wellSet = 2000;

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const between = (least: number, most: number) => fc.integer({ min: least, max: most });

const pause = fc.oneof(
  { weight: 6, arbitrary: between(0, 50) },
  { weight: 16, arbitrary: between(100, 5 * second) },
  { weight: 20, arbitrary: between(5 * second, 90 * second) },
  { weight: 14, arbitrary: between(90 * second, 40 * minute) },
  { weight: 5, arbitrary: between(hour, 30 * hour) },
  { weight: 1, arbitrary: between(day, 6 * day) },
);
const outage = fc.oneof(
  { weight: 300, arbitrary: between(second, minute) },
  { weight: 600, arbitrary: between(minute, 40 * minute) },
  { weight: 400, arbitrary: between(hour, 20 * hour) },
  { weight: 200, arbitrary: between(day, 6 * day) },
  { weight: 30, arbitrary: between(7 * day, 12 * day) },
  { weight: 3, arbitrary: between(91 * day, 100 * day) },
);
const which = fc.nat(30);
/** Counted back from the latest: what is done to a post is mostly done to a new one. */
const latest = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3);
const mood = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Mood>('down', 'hangs', 'fails', 'flaky') },
  { weight: 4, arbitrary: fc.constantFrom<Mood>('slow', 'very slow', 'resets', 'busy', 'very busy', 'doubts') },
  { weight: 1, arbitrary: fc.constantFrom<Mood>('gone', 'refuses') },
);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 50,
    arbitrary: fc.record({
      is: fc.constant('post' as const),
      delaySeconds: fc.constantFrom(0, 0, 1, 30, 300),
      again: fc.option(latest, { freq: 8, nil: undefined }),
    }),
  },
  { weight: 60, arbitrary: fc.record({ is: fc.constantFrom('edit' as const, 'delete' as const), post: latest }) },
  { weight: 10, arbitrary: fc.record({ is: fc.constant('share now' as const), post: latest }) },
  {
    weight: 30,
    arbitrary: fc.record({
      is: fc.constantFrom(
        ...Array<'turn on'>(6).fill('turn on'),
        'turn off' as const,
        'turn off' as const,
        'stop' as const,
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ is: fc.constant('pause' as const), forMs: fc.option(outage, { freq: 2, nil: undefined }) }),
  },
  { weight: 5, arbitrary: fc.record({ is: fc.constant('profile' as const) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('delete for ever' as const) }) },
  {
    weight: 40,
    arbitrary: fc.record({
      is: fc.constantFrom('follow' as const, 'follow' as const, 'unfollow' as const),
      person: which,
    }),
  },
  { weight: 10, arbitrary: fc.record({ is: fc.constant('like' as const), person: which, post: latest }) },
  { weight: 70, arbitrary: fc.record({ is: fc.constant('mood' as const), server: which, mood, forMs: outage }) },
  { weight: 10, arbitrary: fc.record({ is: fc.constant('return' as const), server: which, signed: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('expire' as const) }) },
);

const server: fc.Arbitrary<ServerPlan> = fc.record({
  people: between(1, 3),
  sharedInbox: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  takes: fc.constantFrom('both' as const, 'both' as const, 'cavage' as const, 'rfc9421' as const),
  sameFollowId: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  ignoresReject: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  neverReturns: fc.oneof({ weight: 150, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

/** Any run. */
export const aSchedule: fc.Arbitrary<Schedule> = fc.noBias(
  fc.record({
    seed: fc.nat(),
    climate: fc.constantFrom('calm' as const, 'usual' as const, 'usual' as const, 'rough' as const),
    servers: fc.array(server, { minLength: 2, maxLength: 6 }),
    pageSize: fc.constantFrom(1000, 1000, 1000, 1, 2),
    hurried: fc.constantFrom(false, false, false, true),
    skewMs: fc.constantFrom(...Array(9).fill(wellSet), 20_000),
    followers: fc.array(which, { minLength: 2, maxLength: 8, size: 'max' }),
    steps: fc.array(
      fc.tuple(pause, happening).map(([after, what]): Step => ({ after, ...what })),
      { minLength: 1, maxLength: 30, size: 'max' },
    ),
  }),
);
