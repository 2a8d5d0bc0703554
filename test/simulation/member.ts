/** The member, who uses the platform's own operations, and a platform that asks again when it got no answer. */

import { encodeTime } from 'ulid';
import { deleteForEver } from '../../functions/platform/delete-for-ever.ts';
import { deletePost } from '../../functions/platform/delete-post.ts';
import { putMember } from '../../functions/platform/members.ts';
import type { Operation } from '../../functions/platform/operation.ts';
import { editPost, shareNow, sharePost } from '../../functions/platform/posts.ts';
import { putSharing } from '../../functions/platform/sharing.ts';
import { HttpProblem } from '../../shared/runtime/errors.ts';
import { reactions } from '../../shared/storage/reactions.ts';
import { results } from '../../shared/storage/results.ts';
import type { Chance } from './stand-ins/chance.ts';
import type { VirtualClock } from './stand-ins/clock.ts';
import type { InMemoryTable } from './stand-ins/table/table.ts';
import type { Item } from './stand-ins/table/values.ts';
import type { Life } from './stand-ins/wire.ts';
import type { System } from './system.ts';

export const memberId = 'm1';

/** What the platform asked for, and how it ended. `failed`: nobody knows whether it was done. */
export interface Asked {
  readonly what: string;
  readonly postId?: string | undefined;
  readonly body?: object | undefined;
  readonly at: number;
  endedAt?: number;
  end?: 'done' | 'refused' | 'failed';
  answer?: Readonly<Record<string, unknown>>;
  /** What the table held at the moment of the answer. */
  rows?: readonly Item[];
}

const consent = { textVersion: '1' };
const tries = 3;

/** Someone who shares. */
export function member(
  system: System,
  { clock, table, luck }: { clock: VirtualClock; table: InMemoryTable; luck: Chance },
) {
  const asked: Asked[] = [];
  const postIds: string[] = [];
  let content = 0;
  let keys = 0;
  let running = 0;

  const operations = (life: Life) => {
    const { tables, ...rows } = system.processOf(life);
    const deps = {
      ...rows,
      ...system.settings,
      site: system.site,
      reactions: reactions(tables),
      results: results(tables),
      announce: async () => {},
      limits: { take: async () => ({ taken: true as const }) },
      postsPerMemberPerHour: 60,
      shareDelaySeconds: 300,
      newKey: () => `${encodeTime(Math.floor(clock.now())).toLowerCase()}${String(++keys).padStart(16, '0')}`,
      pause: clock.pause,
    };
    return {
      share: sharePost(deps),
      edit: editPost(deps),
      delete: deletePost(deps),
      'share now': shareNow(deps),
      sharing: putSharing(deps),
      'delete for ever': deleteForEver(deps),
      profile: putMember(deps),
    };
  };
  type Name = keyof ReturnType<typeof operations>;

  const ask = async (name: Name, what: string, { postId, body = {} }: { postId?: string; body?: object } = {}) => {
    running++;
    for (let attempt = 1; ; attempt++) {
      const one: Asked = { what, postId, body, at: clock.now() };
      asked.push(one);
      try {
        const { body: answer } = await system.callPlatform((life) => {
          const operation: Operation = operations(life)[name];
          return operation.run({ memberId, postId, caller: 'platform', body, query: {} } as never);
        });
        Object.assign(one, {
          end: 'done',
          answer,
          rows: table.items().filter(({ pk }) => pk === `MEMBER#${memberId}`),
        });
      } catch (error) {
        one.end = error instanceof HttpProblem ? 'refused' : 'failed';
        if (!(error instanceof HttpProblem) && !passing(error)) throw error;
      }
      one.endedAt = clock.now();
      if (one.end !== 'failed' || attempt === tries || luck.happens(0.3)) break;
      await clock.pause(luck.between(0, 5000));
    }
    running--;
  };
  const text = () => `text ${++content}`;
  const profile = (name: string) => ({
    username: 'ann',
    displayName: name,
    bio: '',
    fields: [],
    publicProfile: true,
    country: 'US',
    adult: true,
  });
  const anyPost = (back: number) => postIds.at(-1 - (back % Math.max(1, postIds.length)));

  return {
    asked,
    isWaiting: () => running > 0,
    post: (delaySeconds: number, again: number | undefined) => {
      const known = again === undefined ? undefined : anyPost(again);
      const postId = known ?? `p${postIds.length}`;
      if (!known) postIds.push(postId);
      return ask('share', 'post', { body: { postId, text: text(), attachments: [], sensitive: false, delaySeconds } });
    },
    edit: async (which: number) => {
      const postId = anyPost(which);
      if (postId) await ask('edit', 'edit', { postId, body: { text: text(), attachments: [], sensitive: false } });
    },
    change: async (what: 'delete' | 'share now', which: number) => {
      const postId = anyPost(which);
      if (postId) await ask(what, what, { postId });
    },
    turn: (state: 'on' | 'off') => ask('sharing', `turn ${state}`, { body: { state, consent } }),
    /** Until it goes on by itself, if it does. */
    pause: (forMs?: number) =>
      ask('sharing', 'turn paused', {
        body: { state: 'paused', ...(forMs ? { until: new Date(clock.now() + forMs).toISOString() } : {}) },
      }),
    /** What is out there is left. */
    stop: () => ask('sharing', 'stop', { body: { state: 'off', remove: false } }),
    deleteForEver: () => ask('delete for ever', 'delete for ever', { body: { handle: 'ann@example.com' } }),
    tell: () => ask('profile', 'profile', { body: profile(`name ${++content}`) }),
  };
}

/** The member as the simulation uses one. */
export type SharingMember = ReturnType<typeof member>;

/** What AWS does to its callers; anything else that is thrown is a mistake in the code. */
const passing = (error: unknown) =>
  error instanceof Error &&
  (/died|not taken/.test(error.message) || /Timeout|Throttl|Transaction|Provisioned|RequestThrottled/.test(error.name));
