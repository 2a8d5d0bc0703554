/** How much of one member goes out in an hour. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Operation } from '../../../functions/platform/operation.ts';
import { editPost, sharePost } from '../../../functions/platform/posts.ts';
import { limits } from '../../../shared/storage/limits.ts';
import { members } from '../../../shared/storage/members.ts';
import { posts } from '../../../shared/storage/posts.ts';
import { reactions } from '../../../shared/storage/reactions.ts';
import { removals } from '../../../shared/storage/removals.ts';
import { results } from '../../../shared/storage/results.ts';
import type { Tables } from '../../../shared/storage/table.ts';
import { databaseClient, newTables } from '../../support/emulated-tables.ts';
import { site } from '../../support/members.ts';
import { aSharer, noon, unique } from '../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await newTables(databaseClient());
});

/** A member who may share two posts and edits in an hour. */
async function aMemberWithPace() {
  const { memberId } = await aSharer(tables);
  let at = noon(60);
  const deps = {
    site,
    members: members(tables),
    posts: posts(tables),
    reactions: reactions(tables),
    results: results(tables),
    removals: removals(tables),
    limits: limits(tables),
    starter: { start: async () => {} },
    postsPerMemberPerHour: 2,
    eligibleCountries: ['US'],
    shareDelaySeconds: 0,
    removalDelaySeconds: 60,
    editDelaySeconds: 25,
    newKey: () => unique('o'),
    now: () => at,
  };
  const call = ({ run }: Operation, request: object) =>
    run({ memberId, caller: 'platform', query: {}, ...request } as never);
  const content = (text: string) => ({ text, attachments: [], sensitive: false });
  return {
    share: (postId: string, text = 'Hello') => call(sharePost(deps), { body: { postId, ...content(text) } }),
    edit: (postId: string, text: string) => call(editPost(deps), { postId, body: content(text) }),
    leave: async (postId: string) => {
      const post = await posts(tables).findByPostId(memberId, postId);
      await posts(tables).markShared(post!, at);
    },
    wait: (seconds: number) => {
      at = new Date(at.getTime() + seconds * 1000);
    },
  };
}

const tooMuchFor = (seconds: string) => ({ statusCode: 429, extras: { headers: { 'retry-after': seconds } } });
const tooMuch = tooMuchFor(expect.stringMatching(/^\d+$/));

describe('what a member shares within an hour', () => {
  test('[T26] beyond the limit is answered 429 with the seconds to wait, after which it is taken', async () => {
    const member = await aMemberWithPace();
    await member.share('p1');
    await member.share('p2');
    await expect(member.share('p3')).rejects.toMatchObject(tooMuchFor('1800'));
    member.wait(1700);
    await expect(member.share('p3')).rejects.toMatchObject(tooMuchFor('100'));
    member.wait(101);
    await member.share('p3');
  });

  test('is counted once, however often it is asked for', async () => {
    const member = await aMemberWithPace();
    for (let round = 0; round < 5; round++) await member.share('p1');
    await member.share('p2');
  });

  test('holds edits of what is out, and not those of what waits', async () => {
    const member = await aMemberWithPace();
    await member.share('p1');
    await member.edit('p1', 'Still here');
    await member.edit('p1', 'Still waiting');
    await member.leave('p1');
    await member.edit('p1', 'Edited');
    await expect(member.edit('p1', 'Edited again')).rejects.toMatchObject(tooMuch);
  });

  test('of one member is nothing to another', async () => {
    const [one, other] = [await aMemberWithPace(), await aMemberWithPace()];
    for (const postId of ['p1', 'p2']) await one.share(postId);
    await expect(one.share('p3')).rejects.toMatchObject(tooMuch);
    await other.share('p1');
  });
});
