/** How far a member is parted from an inbox in the time that there is. */
import { expect, test } from 'vitest';
import { type ReleaseDeps, release } from '../../../../functions/remove/release.ts';
import type { Follower } from '../../../../shared/storage/followers.ts';

const followers = Array.from({ length: 200 }, (_, n): Follower => {
  const actor = `https://far.example/users/${n}`;
  return { actor, followId: `${actor}/f`, inbox: 'https://far.example/inbox', at: '2026-11-05T12:00:00.000Z' };
});

test('many follows end ninety at a time, and no more than there is time for', async () => {
  const [ended, delays]: [number[], number[]] = [[], []];
  const deps = {
    members: { find: async () => ({ epoch: 1 }) },
    followers: {
      behind: async function* () {
        yield* followers;
      },
      count: async (_memberId: string, deeds: readonly object[]) => void ended.push(deeds.length),
    },
    deliveries: {
      sendAll: async (_messages: object, { delayOf }: { readonly delayOf: () => number }) =>
        void delays.push(delayOf()),
    },
    editDelaySeconds: 0,
    removalDelaySeconds: 60,
    now: () => new Date('2026-11-05T12:00:00.000Z'),
  } as unknown as ReleaseDeps;
  const reached = { host: 'far.example', memberId: 'm1', url: 'https://far.example/inbox', key: 'k' };
  for (const [times, parts] of [
    [0, [90]],
    [1, [90, 90]],
    [2, [90, 90, 20]],
  ] as const) {
    let left = times;
    ended.length = 0;
    const pace = { from: undefined, hasTime: () => left-- > 0 };
    expect(await release(deps, reached, '2026-11-05T12:00:00.000Z', async () => true, pace)).toEqual({});
    expect(ended).toEqual(parts);
  }
  expect(new Set(delays)).toEqual(new Set([2])); // until then the follows have ended
});
