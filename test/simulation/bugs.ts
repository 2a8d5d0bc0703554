/** Bugs that the system does not have: each is planted by what a function works with. */
import type { Post } from '../../shared/domain/post.ts';
import type { AllDeps, Plant } from './ground.ts';
import {
  amongTheSlow,
  inHaste,
  inStorms,
  withManyPosts,
  withNothingRemoved,
  withPostsAtEveryReturn,
  withStops,
} from './likelier.ts';
import type { Schedule } from './schedule.ts';

/** A bug, the rule that breaks, and what makes it likely enough to be seen soon. */
export interface Bug {
  readonly plant: Plant;
  readonly breaks: string;
  /** One with which it is found soon. */
  readonly seed: number;
  readonly likelier?: (schedule: Schedule) => Schedule;
}

/** A post, as if nobody had ever taken it back. */
const asShared = (post: Post | undefined): Post | undefined =>
  post?.firstSentAt && post.state === 'deleted' ? { ...post, state: 'shared' } : post;

const blind = <D extends Pick<AllDeps['deliver'], 'posts'>>(deps: D): D => ({
  ...deps,
  posts: { find: async (...which) => asShared(await deps.posts.find(...which)) } satisfies D['posts'],
});

const beforeSending: Readonly<Record<string, Bug>> = {
  'nothing is looked at right before it is sent': {
    plant: { deliver: blind },
    seed: 21,
    breaks: 'nothingFollowsADelete',
  },
  'parked activities leave without a look': { plant: { probe: blind }, seed: 97, breaks: 'nothingFollowsADelete' },
  'a Delete leaves at once': {
    plant: { settings: { removalDelaySeconds: 0 } },
    seed: 3,
    breaks: 'nothingFollowsADelete',
    likelier: inHaste,
  },
  'an edit leaves at once': {
    plant: { settings: { editDelaySeconds: 0 } },
    seed: 147,
    breaks: 'sharedPostsAreHeld',
    likelier: (schedule) => amongTheSlow(inHaste(schedule)),
  },
};

const promises: Readonly<Record<string, Bug>> = {
  'a promise is taken back before its messages are sent': {
    plant: {
      fanOut: (deps) => ({
        ...deps,
        jobs: {
          ...deps.jobs,
          isOpen: async (key) => {
            const isOpen = await deps.jobs.isOpen(key);
            if (isOpen) await deps.jobs.close(key);
            return isOpen;
          },
        },
      }),
    },
    seed: 12,
    breaks: 'deletesReachEveryone',
    likelier: inStorms,
  },
  'nobody looks after promises': {
    plant: { sweep: (deps) => ({ ...deps, starter: { restart: async () => {} } }) },
    seed: 57,
    breaks: 'never quiet',
  },
  'what fails is not tried again': {
    plant: { deliver: (deps) => ({ ...deps, stragglers: { send: async () => {} } }) },
    seed: 24,
    breaks: 'sharedPostsAreHeld',
  },
};

const parking: Readonly<Record<string, Bug>> = {
  'a parked row goes before its results are recorded': {
    plant: {
      probe: (deps) => {
        const late: (() => Promise<void>)[] = [];
        return {
          ...deps,
          results: { put: async (...result) => void late.push(() => deps.results.put(...result)) },
          parked: {
            ...deps.parked,
            remove: async (item) => {
              const puts = late.splice(0);
              const removed = await deps.parked.remove(item);
              for (const put of puts) await put();
              return removed;
            },
          },
        };
      },
    },
    seed: 4,
    breaks: 'resultsAddUp',
    likelier: withNothingRemoved,
  },
  'a server is forgotten without a second look': {
    plant: {
      probe: (deps) => ({
        ...deps,
        servers: {
          change: (host, decide, how) =>
            deps.servers.change(
              host,
              (server) => {
                const after = decide(server);
                const isDrained = after.breaker?.state === 'trial' && !after.breaker.since && !after.breaker.probes;
                return how?.since !== undefined && isDrained ? { ...after, breaker: undefined } : after;
              },
              how,
            ),
        },
      }),
    },
    seed: 39,
    breaks: 'never quiet',
    likelier: withPostsAtEveryReturn,
  },
  'of a post that was edited while it was parked only the Update is sent': {
    plant: {
      probe: (deps) => ({
        ...deps,
        parked: {
          ...deps.parked,
          page: async (...which) => {
            const page = await deps.parked.page(...which);
            const items = page.items.map((item) => {
              const isEdited = item.owed.some((name) => name.startsWith('update'));
              return isEdited ? { ...item, owed: item.owed.filter((name) => name !== 'create') } : item;
            });
            return { ...page, items };
          },
        },
      }),
    },
    seed: 31,
    breaks: 'sharedPostsAreHeld',
  },
};

const audience: Readonly<Record<string, Bug>> = {
  'a Delete goes to those only who get new posts': {
    plant: {
      fanOut: (deps) => ({
        ...deps,
        inboxes: {
          page: async (...which) => {
            const page = await deps.inboxes.page(...which);
            return { ...page, items: page.items.filter(({ active }) => active) };
          },
        },
      }),
    },
    seed: 35,
    breaks: 'removedPostsAreGone',
  },
  'an inbox is not opened for a follower': {
    plant: { count: (deps) => ({ ...deps, inboxes: { ...deps.inboxes, open: async () => {} } }) },
    seed: 1,
    breaks: 'sharedPostsAreHeld',
  },
  'an inbox is closed though someone is behind it': {
    plant: { sweep: (deps) => ({ ...deps, followers: { areBehind: async () => false } }) },
    seed: 26,
    breaks: 'sharedPostsAreHeld',
  },
  'who likes a post is not remembered as a witness': {
    plant: { count: (deps) => ({ ...deps, inboxes: { ...deps.inboxes, witness: async () => {} } }) },
    seed: 14,
    breaks: 'removedPostsAreGone',
  },
  'nobody is told that a Follow was accepted': {
    plant: { count: (deps) => ({ ...deps, deliveries: { sendAll: async () => {} } }) },
    seed: 1,
    breaks: 'followersAddUp',
  },
  'followers are not told that sharing was turned off': {
    plant: { remove: (deps) => ({ ...deps, deliveries: { sendAll: async () => {} } }) },
    seed: 2,
    breaks: 'followersAddUp',
  },
};

const removals: Readonly<Record<string, Bug>> = {
  'a slice goes on one post too late': {
    plant: {
      ask: (deps) => ({
        ...deps,
        removed: {
          removedBy: async (removal, how) => {
            const page = await deps.removed.removedBy(removal, how);
            return how.cursor === undefined ? page : { ...page, items: page.items.slice(1) };
          },
        },
      }),
    },
    seed: 5,
    breaks: 'removedPostsAreGone',
    likelier: withManyPosts,
  },
  'what waits for a server is taken for done': {
    plant: {
      ask: (deps) => ({
        ...deps,
        slices: {
          ...deps.slices,
          advance: (before, removal, asks, now) => {
            const ends = Object.entries(asks).map(([name, one]) => {
              return [name, one.state === 'parked' ? { ...one, state: 'done' as const } : one] as const;
            });
            return deps.slices.advance(before, removal, Object.fromEntries(ends), now);
          },
        },
      }),
    },
    seed: 34,
    breaks: 'removedPostsAreGone',
  },
  'what was left when sharing ended is not removed later': {
    plant: {
      remove: (deps) => ({
        ...deps,
        posts: {
          ...deps.posts,
          markRemoved: async (posts, removal, now) => {
            const own = posts.filter(({ epoch }) => epoch === removal.epoch - 1);
            return own.length > 0 ? deps.posts.markRemoved(own, removal, now) : { kind: 'done', removal };
          },
        },
      }),
    },
    seed: 4,
    breaks: 'deletesReachEveryone',
    likelier: withStops,
  },
};

/** All of them, by name. */
export const bugs: Readonly<Record<string, Bug>> = {
  ...beforeSending,
  ...promises,
  ...parking,
  ...audience,
  ...removals,
};
