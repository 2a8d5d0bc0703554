import { expect, test } from 'vitest';
import type { Post } from '../../../shared/domain/post.ts';
import type { Removal } from '../../../shared/domain/removal.ts';
import { members } from '../../../shared/storage/members.ts';
import { posts } from '../../../shared/storage/posts.ts';
import { beginning, removals } from '../../../shared/storage/removals.ts';
import { transact } from '../../../shared/storage/transact.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { aJob, aPost, aPostRemoval, aRemoval, aSharer, noon } from '../../support/storage-samples.ts';

describeStorage('removed posts', (table) => {
  const all = () => posts(table().tables);
  const aSharerWith = async (shared: number, waiting = 0) => {
    const { memberId } = await aSharer(table().tables);
    const keys = Array.from({ length: shared + waiting }, (_, n) => `o${String(n).padStart(3, '0')}`);
    const attachments = [{ url: 'https://files.example/1', mediaType: 'image/png' }];
    for (const [n, objectKey] of keys.entries()) {
      const post = aPost(memberId, { objectKey, attachments });
      await all().add(post, undefined, aJob());
      if (n < shared) await all().markShared(post, noon(30));
    }
    const removal = aRemoval({ memberId, epoch: 1 });
    await transact(beginning(table().tables, removal, noon()));
    const some = await Promise.all(keys.map((key) => all().find(memberId, key, { consistent: true })));
    return { memberId, removal, posts: some as Post[] };
  };
  const present = async ({ memberId, id }: Removal) => (await removals(table().tables).find(memberId, id, noon()))!;
  const tally = async (memberId: string) => (await members(table().tables).tally(memberId)).posts;

  test('bear the tombstone of their removal, and are counted with it; what waited is cancelled', async () => {
    const { memberId, removal, posts: some } = await aSharerWith(3, 1);
    const outcome = await all().markRemoved(some.slice(1), removal, noon(70));
    const counted = { ...removal, posts: 2, attachments: 2, range: { oldest: 'o001', newest: 'o002' } };
    expect(outcome).toEqual({ kind: 'done', removal: counted });
    expect(await present(removal)).toEqual(counted);
    const now = await Promise.all(some.map(({ objectKey }) => all().find(memberId, objectKey, { consistent: true })));
    expect(now.map((post) => post?.state)).toEqual(['shared', 'deleted', 'deleted', 'cancelled']);
    expect(now[1]).toMatchObject({ deletedAt: removal.at, removalId: removal.id });
    expect(now[3]).toMatchObject({ deletedAt: noon(70).toISOString() });
    expect(now[3]).not.toHaveProperty('removalId');
    expect(await tally(memberId)).toBe(1);
    await all().markRemoved(some.slice(0, 1), counted, noon(71));
    expect(await present(removal)).toMatchObject({ posts: 3, range: { oldest: 'o000', newest: 'o002' } });
  });

  test('that changed meanwhile are told, and nothing is written; nor is it by who read the removal earlier', async () => {
    const { memberId, removal, posts: some } = await aSharerWith(3);
    const [first, second, third] = some as [Post, Post, Post];
    await all().edit(second, { ...second, text: 'Edited' }, noon(60), undefined);
    const changed = await all().markRemoved([first, second], removal, noon(70));
    expect(changed).toEqual({ kind: 'changed', posts: [second], removal: false });
    expect([await present(removal), await tally(memberId)]).toEqual([removal, 3]);
    await all().markRemoved([first], removal, noon(70));
    expect(await all().markRemoved([third], removal, noon(70))).toEqual({ kind: 'changed', posts: [], removal: true });
  });

  test('as many as go into one transaction', async () => {
    const { removal, posts: some } = await aSharerWith(45);
    expect((await all().markRemoved(some, removal, noon(70))).kind).toBe('done');
    expect(await present(removal)).toMatchObject({ posts: 45 });
  });

  test('are paged newest first, after any object key', async () => {
    const { removal: first, posts: some } = await aSharerWith(7);
    const outcome = await all().markRemoved(some.slice(1, 6), first, noon(70));
    const removal = outcome.kind === 'done' ? outcome.removal : first;
    const keys: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await all().removedBy(removal, { cursor, limit: 2 });
      keys.push(...page.items.map(({ objectKey }) => objectKey));
      cursor = page.next;
    } while (cursor);
    expect(keys).toEqual(['o005', 'o004', 'o003', 'o002', 'o001']);
    const after = async (key: string) =>
      (await all().removedBy(removal, { cursor: key, limit: 9 })).items.map(({ objectKey }) => objectKey);
    expect(await after('o003')).toEqual(['o002', 'o001']);
    expect(await after('o0035')).toEqual(['o003', 'o002', 'o001']);
    expect(await after('o006')).toEqual(keys);
    expect([await after('o001'), await after('o000'), await after('a')]).toEqual([[], [], []]);
    expect((await all().removedBy(first, { limit: 9 })).items).toEqual([]);
    expect((await all().removedBy({ ...removal, id: 'another' }, { limit: 9 })).items).toEqual([]);
  });

  test('one alone begins its removal, with all that is promised, or nothing happens', async () => {
    const { memberId, posts: some } = await aSharerWith(2);
    const [post, other] = some as [Post, Post];
    const removal = aPostRemoval(post, noon(60));
    expect(await all().markDeleted(post, noon(60), aJob(), removal, aJob())).toBe(true);
    expect(await present(removal)).toEqual(removal);
    expect(await all().find(memberId, post.objectKey, { consistent: true })).toMatchObject({ removalId: removal.id });
    expect(await all().markDeleted({ ...other, version: 9 }, noon(60), aJob(), aPostRemoval(other))).toBe(false);
    expect((await removals(table().tables).page(memberId, { limit: 9, now: noon() })).items).toHaveLength(2);
  });
});
