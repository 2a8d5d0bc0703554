import { expect, test } from 'vitest';
import type { Post } from '../../../shared/domain/post.ts';
import { BadCursor, toCursor } from '../../../shared/storage/cursor.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { members } from '../../../shared/storage/members.ts';
import { posts } from '../../../shared/storage/posts.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { aJob, aPost, aPostRemoval, aSharer, noon, stopAndRemove, unique } from '../../support/storage-samples.ts';

describeStorage('posts', (table) => {
  const all = () => posts(table().tables);
  const isPromised = (job: Parameters<typeof jobKey>[0]) => jobs(table().reliable).isOpen(jobKey(job));
  const tallyOf = async (memberId: string) => (await members(table().reliable).tally(memberId)).posts;
  const stored = async (post: Post) => {
    expect(await all().add(post, undefined, aJob())).toBe(true);
    return post;
  };
  const shared = async (memberId: string) => {
    const post = await stored(aPost(memberId));
    expect(await all().markShared(post, noon(60))).toBe(true);
    return (await all().find(memberId, post.objectKey))!;
  };

  test('a post is found as it was written, by its key and by the id of the platform', async () => {
    const post = aPost(unique('m-'), {
      language: 'en',
      contentWarning: 'Birds',
      attachments: [{ url: 'https://media.example.com/1.png', mediaType: 'image/png', altText: 'A bird', width: 3 }],
    });
    const job = aJob();
    expect(await all().add(post, undefined, job)).toBe(true);
    expect(await all().find(post.memberId, post.objectKey, { consistent: true })).toEqual(post);
    expect(await all().findByPostId(post.memberId, post.postId)).toEqual(post);
    expect(await isPromised(job)).toBe(true);
    expect(await all().find(post.memberId, unique('o'))).toBeUndefined();
    expect(await all().findByPostId(post.memberId, unique('p-'))).toBeUndefined();
  });

  test('of many who share the same post at once, one does, with one job', async () => {
    const memberId = unique('m-');
    const postId = unique('p-');
    const attempts = Array.from({ length: 5 }, () => ({ post: aPost(memberId, { postId }), job: aJob() }));
    const done = await Promise.all(attempts.map(({ post, job }) => all().add(post, undefined, job)));
    expect(done.filter(Boolean)).toHaveLength(1);
    for (const [index, { job }] of attempts.entries()) expect(await isPromised(job)).toBe(done[index]);
    const winner = attempts[done.indexOf(true)]!.post;
    expect(await all().findByPostId(memberId, postId)).toEqual(winner);
  });

  test('a post is shared anew only in place of the sharing that was looked at', async () => {
    const first = await stored(aPost(unique('m-')));
    const { memberId, postId } = first;
    const second = aPost(memberId, { postId });
    expect(await all().add(second, undefined, aJob())).toBe(false);
    expect(await all().add(second, first, aJob())).toBe(true);
    expect(await all().add(aPost(memberId, { postId }), first, aJob())).toBe(false);
    expect(await all().findByPostId(memberId, postId)).toEqual(second);
    expect(await all().find(memberId, first.objectKey)).toEqual(first);
  });

  test('a waiting post that is moved has one job, the new one', async () => {
    const post = aPost(unique('m-'));
    const [before, after] = [aJob(), aJob(noon(5))];
    await all().add(post, undefined, before);
    expect(await all().reschedule(post, noon(5).toISOString(), before, after)).toBe(true);
    expect([await isPromised(before), await isPromised(after)]).toEqual([false, true]);
    expect((await all().find(post.memberId, post.objectKey))?.sharesAt).toBe(noon(5).toISOString());
  });

  test('an edit makes the next version, once, and promises its job', async () => {
    const post = await stored(aPost(unique('m-'), { language: 'en', contentWarning: 'Birds' }));
    const edits = ['One', 'Two', 'Three'].map((text) => ({ text, job: aJob() }));
    const done = await Promise.all(
      edits.map(({ text, job }) => all().edit(post, { text, attachments: [], sensitive: true }, noon(9), job)),
    );
    expect(done.filter(Boolean)).toHaveLength(1);
    for (const [index, { job }] of edits.entries()) expect(await isPromised(job)).toBe(done[index]);
    const after = await all().find(post.memberId, post.objectKey);
    expect(after).toMatchObject({ version: 2, sensitive: true, editedAt: noon(9).toISOString() });
    expect(after?.text).toBe(edits[done.indexOf(true)]!.text);
    expect(after).not.toHaveProperty('language');
    expect(after).not.toHaveProperty('contentWarning');
  });

  test('an edit that needs no job is silent', async () => {
    const post = await stored(aPost(unique('m-')));
    expect(await all().edit(post, { text: 'Two', attachments: [], sensitive: false }, noon(9), undefined)).toBe(true);
    expect(await all().find(post.memberId, post.objectKey)).toMatchObject({ text: 'Two', version: 2 });
    expect(await all().find(post.memberId, post.objectKey)).not.toHaveProperty('editedAt');
  });

  test('a post leaves once, and counts once', async () => {
    const { memberId } = await aSharer(table().tables);
    const post = await stored(aPost(memberId));
    const done = await Promise.all([1, 2, 3].map((seconds) => all().markShared(post, noon(seconds))));
    expect(done.filter(Boolean)).toHaveLength(1);
    expect(await tallyOf(memberId)).toBe(1);
    const after = await all().find(memberId, post.objectKey);
    expect(after).toMatchObject({ state: 'shared', firstSentAt: noon(done.indexOf(true) + 1).toISOString() });
  });

  test('a post does not leave once sharing was turned off, also when it is on again', async () => {
    const member = await aSharer(table().tables);
    const { memberId } = member;
    const post = await stored(aPost(memberId));
    await stopAndRemove(table().tables, member, noon(20));
    expect(await all().markShared(post, noon(30))).toBe(false);

    await members(table().tables).finishRemoval(memberId, 2);
    const off = await members(table().tables).find(memberId, noon(30));
    const consent = { textVersion: '1', at: noon().toISOString() };
    const { actorKey } = member;
    await members(table().tables).turnOn(off!, { actorKey, consent, now: noon(40) });
    expect(await all().markShared(post, noon(50))).toBe(false);
    expect((await all().find(memberId, post.objectKey))?.state).toBe('waiting');
    expect(await tallyOf(memberId)).toBe(0);
  });

  test('a post does not leave while sharing is paused', async () => {
    const member = await aSharer(table().tables);
    const post = await stored(aPost(member.memberId));
    await members(table().tables).pause(member, { now: noon(20) });
    expect(await all().markShared(post, noon(30))).toBe(false);
    const paused = await members(table().tables).find(member.memberId, noon(30), { consistent: true });
    await members(table().tables).resume(paused!, { now: noon(40) });
    expect(await all().markShared(post, noon(50))).toBe(true);
  });

  test('a post that was edited or cancelled meanwhile does not leave as it was read', async () => {
    const { memberId } = await aSharer(table().tables);
    const edited = await stored(aPost(memberId));
    await all().edit(edited, { text: 'Two', attachments: [], sensitive: false }, noon(9), undefined);
    const cancelled = await stored(aPost(memberId));
    expect(await all().cancel(cancelled, noon(9))).toBe(true);
    for (const post of [edited, cancelled]) expect(await all().markShared(post, noon(10))).toBe(false);
    expect(await all().find(memberId, cancelled.objectKey)).toMatchObject({
      state: 'cancelled',
      deletedAt: noon(9).toISOString(),
    });
  });

  test('a post is deleted once, with one job, and is counted no more', async () => {
    const { memberId } = await aSharer(table().tables);
    const post = await shared(memberId);
    await shared(memberId);
    const attempts = [aJob(), aJob(), aJob()];
    const done = await Promise.all(
      attempts.map((job, index) => all().markDeleted(post, noon(70 + index), job, aPostRemoval(post))),
    );
    expect(done.filter(Boolean)).toHaveLength(1);
    for (const [index, job] of attempts.entries()) expect(await isPromised(job)).toBe(done[index]);
    const after = await all().find(memberId, post.objectKey);
    expect(after).toMatchObject({ state: 'deleted', deletedAt: noon(70 + done.indexOf(true)).toISOString() });
    expect(await tallyOf(memberId)).toBe(1);
    expect(await all().edit(post, { text: 'Two', attachments: [], sensitive: false }, noon(80), aJob())).toBe(false);
    expect(await all().cancel(post, noon(80))).toBe(false);
  });

  test('pages hold the newest first, in the wanted states, each once', async () => {
    const memberId = unique('m-');
    const states = ['waiting', 'shared', 'deleted', 'cancelled'] as const;
    const written = Array.from({ length: 11 }, (_, index) =>
      aPost(memberId, { objectKey: `o${String(index).padStart(3, '0')}`, state: states[index % 4]! }),
    );
    for (const post of written) await stored(post);
    const found: Post[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await all().page({ memberId }, { states: ['waiting', 'shared'], cursor, limit: 3 });
      expect(page.items.length).toBeLessThanOrEqual(3);
      found.push(...page.items);
      cursor = page.next;
      pages++;
    } while (cursor);
    expect(pages).toBeGreaterThan(3);
    expect(found).toEqual(written.filter(({ state }) => ['waiting', 'shared'].includes(state)).reverse());
  });

  test.each(['', 'x', 'bm9uc2Vuc2U', toCursor([]), toCursor([7]), toCursor(['']), toCursor(['MEMBER'])])(
    'the cursor %j is refused',
    async (cursor) => {
      const page = all().page({ memberId: unique('m-') }, { states: ['shared'], cursor: cursor || ' ', limit: 3 });
      await expect(page).rejects.toThrow(BadCursor);
    },
  );

  test('a cursor that is longer than any key is refused', async () => {
    const cursor = toCursor([`POST#${'x'.repeat(2000)}`]);
    const page = all().page({ memberId: unique('m-') }, { states: ['shared'], cursor, limit: 3 });
    await expect(page).rejects.toThrow(BadCursor);
  });
});
