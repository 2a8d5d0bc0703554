import { expect, test } from 'vitest';
import { answers } from '../../../shared/storage/answers.ts';
import { blocks } from '../../../shared/storage/blocks.ts';
import { heldFollows } from '../../../shared/storage/held-follows.ts';
import { inboxes } from '../../../shared/storage/inboxes.ts';
import { memberErasure } from '../../../shared/storage/member-erasure.ts';
import { members } from '../../../shared/storage/members.ts';
import { posts } from '../../../shared/storage/posts.ts';
import { reach } from '../../../shared/storage/reach.ts';
import { reactions } from '../../../shared/storage/reactions.ts';
import { reports } from '../../../shared/storage/reports.ts';
import { results } from '../../../shared/storage/results.ts';
import { anAnswer, aPlace, listedAt } from '../../support/answers.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { aFullMember } from '../../support/erased-member.ts';
import { aHeldFollow } from '../../support/remover.ts';
import { noon, unique } from '../../support/storage-samples.ts';

const always = () => true;

describeStorage('the erasure of a member', (table) => {
  const all = () => memberErasure(table().tables);

  test('ends all that the member has, and nothing of anyone else', async () => {
    const { tables, reliable } = table();
    const [member, other] = [await aFullMember(reliable), await aFullMember(reliable, { shared: 1 })];
    const both = { ...anAnswer(), content: '<p>To both</p>' };
    const [about, kept] = [member.posts[0]!.objectKey, other.posts[0]!.objectKey];
    await answers(tables).add(
      both,
      [
        { ...aPlace('reply'), about, memberId: member.memberId },
        { ...aPlace('reply'), about: kept, memberId: other.memberId },
      ],
      noon(),
    );
    const { memberId } = member;
    let times = 0;
    while (!(await all().eraseContent(memberId, noon(100), () => false))) times++;
    expect(times).toBeGreaterThan(5);
    while (!(await all().eraseMeans(memberId, () => false))) times++;

    expect((await posts(tables).page(member, { states: ['shared', 'waiting'], limit: 9 })).items).toEqual([]);
    for (const { objectKey, postId } of member.posts) {
      expect(await reactions(tables).tally(objectKey)).toEqual({ likes: 0, boosts: 0, replies: 0, quotes: 0 });
      for (const kind of ['reply', 'quote'] as const)
        expect(await listedAt(tables, { kind, about: objectKey })).toEqual([]);
      expect((await results(tables).sum(objectKey, 'create')).asked).toBe(0);
      expect(await posts(tables).findByPostId(memberId, postId)).toBeUndefined();
    }
    expect(await listedAt(tables, { kind: 'mention', about: memberId })).toEqual([]);
    expect(await members(tables).tally(memberId)).toEqual({ followers: 0, posts: 0 });
    expect((await inboxes(tables).page(memberId, { limit: 9 })).items).toEqual([]);
    expect((await heldFollows(tables).page(memberId, { limit: 9, now: noon(50) })).items).toEqual([]);
    expect((await blocks(tables).page(memberId, { limit: 9 })).items).toEqual([]);
    for (const host of ['far.example', 'relay.example', 'behind.example'])
      expect((await reach(tables).page(host, { limit: 99 })).items.map((one) => one.memberId)).not.toContain(memberId);
    const named = (await reports(tables).page({ limit: 99, now: noon(100) })).items.flatMap(
      ({ memberIds }) => memberIds,
    );
    expect(named.filter((id) => id !== 'other')).toEqual([other.memberId, other.memberId]);

    expect(await reactions(tables).tally(kept)).toEqual({ likes: 2, boosts: 2, replies: 2, quotes: 1 });
    expect(await answers(tables).remove(both.actor, both.id, noon(101))).toBe(true);
    expect((await reactions(tables).tally(kept)).replies).toBe(1);
    expect((await members(tables).tally(other.memberId)).followers).toBe(2);
    expect(await all().eraseContent(memberId, noon(100), always)).toBe(true);
    expect(await all().eraseMeans(unique('m-'), always)).toBe(true);
    await all().eraseContent(other.memberId, noon(100), always);
    await all().eraseMeans(other.memberId, always);
  });

  test('leaves no follow that was held, whatever number of others has expired but is still there', async () => {
    const held = heldFollows(table().tables);
    const memberId = unique('m-');
    const follow = (n: number) => aHeldFollow('far.example', { actor: `https://far.example/users/${n}` });
    for (let n = 0; n < 60; n++) await held.hold(memberId, follow(n), n === 59 ? noon() : noon(-200 * 24 * 3600));
    await all().eraseContent(memberId, noon(), always);
    expect((await held.page(memberId, { limit: 99, now: new Date(0) })).items).toEqual([]);
  });
});
