/** Where a public note belongs: with a post that it answers or quotes, or with a member whom it mentions. */
import { beforeAll, describe, expect, test } from 'vitest';
import { mostPlaces } from '../../../../shared/domain/answer.ts';
import { defaultLimits } from '../../../../shared/domain/limits.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { aNote, anAudience, create, mentionOf } from '../../../support/received-notes.ts';
import { activityOf, anAuthor, aSender } from '../../../support/receiver.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const start = (sender = aSender()) => anAudience(tables, sender);

describe('a mention', () => {
  test('of a member is kept for that member and told once', async () => {
    const { author, sender, receiver } = await start();
    const note = aNote(sender, { tag: mentionOf(author), summary: '<b>cats</b>\u202e' });
    for (const _ of [1, 2]) await receiver.from(sender, create(sender, note));
    expect(await author.mentions()).toMatchObject([
      { kind: 'mention', id: note.id, actor: sender.id, content: '<p>I agree</p>', summary: 'cats', url: note.id },
    ]);
    expect(receiver.events).toMatchObject([
      { type: 'mention', memberId: author.memberId, actor: sender.id, replyId: note.id },
    ]);
    expect(await author.inboxes()).toEqual([]);
  });

  test('is shown at its own page, or at its id where that page cannot be linked to', async () => {
    const { author, sender, receiver } = await start();
    for (const url of ['https://far.example/@p/1', 'http://far.example/@p/1'])
      await receiver.from(sender, create(sender, aNote(sender, { tag: mentionOf(author), url })));
    const pages = (await author.mentions()).map(({ id, url }) => (url === id ? 'id' : url));
    expect(pages.toSorted()).toEqual(['https://far.example/@p/1', 'id']);
  });

  test('is told at as many places as it is kept, and no more', async () => {
    const { sender, receiver } = await start();
    const all = await Promise.all(Array.from({ length: mostPlaces + 1 }, () => anAuthor(tables)));
    await receiver.from(sender, create(sender, aNote(sender, { tag: all.map(mentionOf) })));
    const kept = (await Promise.all(all.map((author) => author.mentions()))).flat();
    expect([kept.length, receiver.events.length]).toEqual([mostPlaces, mostPlaces]);
  });

  test('of several members is kept for each, and by a Delete for none', async () => {
    const [{ author, sender, receiver }, other] = [await start(), await anAuthor(tables)];
    const note = aNote(sender, { tag: [mentionOf(author), mentionOf(other), mentionOf(author)] });
    await receiver.from(sender, create(sender, note));
    expect([await author.mentions(), await other.mentions()]).toMatchObject([[{ id: note.id }], [{ id: note.id }]]);
    expect(receiver.events.map(({ memberId }) => memberId)).toEqual([author.memberId, other.memberId]);
    await receiver.from(sender, activityOf(sender, 'Delete', note.id));
    expect([await author.mentions(), await other.mentions()]).toEqual([[], []]);
  });

  test('in a reply to our post is a reply; in a reply to a reply it is a mention', async () => {
    const { author, post, sender, receiver } = await start();
    const reply = aNote(sender, { inReplyTo: post.id, tag: mentionOf(author) });
    const deeper = aNote(sender, { inReplyTo: reply.id, tag: mentionOf(author) });
    for (const note of [reply, deeper]) await receiver.from(sender, create(sender, note));
    expect([await post.replies(), await author.mentions()]).toMatchObject([[{ id: reply.id }], [{ id: deeper.id }]]);
    expect(receiver.told()).toEqual(['reply', 'mention']);
  });

  test.each([
    ['who does not share', async (author: Awaited<ReturnType<typeof anAuthor>>) => author.turnOff()],
    ['by another name', async () => 'x'],
  ])('of someone %s is dropped', async (_, make) => {
    const { author, sender, receiver } = await start();
    const end = (await make(author)) ?? '';
    await receiver.from(sender, create(sender, aNote(sender, { tag: mentionOf({ id: `${author.id}${end}` }) })));
    expect([await author.mentions(), receiver.told()]).toEqual([[], []]);
  });

  test.each([
    ['followers', { to: ['https://far.example/users/1/followers'] }],
    ['the member alone', { to: ['https://share.example/actors/1'], cc: [] }],
    ['nobody', { to: undefined }],
  ])('that is for %s is never stored', async (_, audience) => {
    const { author, post, sender, receiver } = await start();
    for (const more of [{ tag: mentionOf(author) }, { inReplyTo: post.id }, { quote: post.id }])
      await receiver.from(sender, create(sender, aNote(sender, { ...more, ...audience })));
    expect([await author.mentions(), await post.replies(), await post.quotes(), receiver.told()]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  test('[T21] bad input 101: of 500 people is dropped, of as many as may be is kept', async () => {
    const { author, post, sender, receiver } = await start();
    const crowd = (size: number) => [
      mentionOf(author),
      ...Array.from({ length: size - 1 }, () => mentionOf({ id: `https://far.example/users/${unique('c')}` })),
    ];
    for (const size of [500, defaultLimits.mentionsPerNote + 1]) {
      await receiver.from(sender, create(sender, aNote(sender, { tag: crowd(size) })));
      await receiver.from(sender, create(sender, aNote(sender, { tag: crowd(size), inReplyTo: post.id })));
    }
    expect([await author.mentions(), await post.replies(), receiver.told()]).toEqual([[], [], []]);
    await receiver.from(sender, create(sender, aNote(sender, { tag: crowd(defaultLimits.mentionsPerNote) })));
    expect(await author.mentions()).toHaveLength(1);
  });

  test('has a time that can be', async () => {
    const { author, sender, receiver } = await start();
    for (const published of ['9999-01-01T00:00:00Z', '1999-01-01T00:00:00Z', 'x'])
      await receiver.from(sender, create(sender, aNote(sender, { tag: mentionOf(author), published })));
    const times = (await author.mentions()).map(({ published }) => published);
    expect(times).toEqual([noon(120), noon(120), noon()].map((time) => time.toISOString()));
  });
});

describe('a quote', () => {
  test.each(['quote', 'quoteUri', 'quoteUrl', '_misskey_quote'])(
    'of our post by %s is kept, counted and told',
    async (name) => {
      const { author, post, sender, receiver } = await start();
      const note = aNote(sender, { [name]: post.id, tag: mentionOf(author) });
      for (const _ of [1, 2]) await receiver.from(sender, create(sender, note));
      expect(await post.quotes()).toMatchObject([{ kind: 'quote', id: note.id }]);
      expect(await post.numbers()).toMatchObject({ quotes: 1, replies: 0 });
      expect(receiver.events).toMatchObject([
        { type: 'quote', memberId: author.memberId, postId: post.postId, replyId: note.id },
      ]);
      expect([await author.mentions(), await post.replies()]).toEqual([[], []]);
      expect(await author.inboxes()).toMatchObject([{ url: sender.sharedInbox }]);
    },
  );

  test('that replies to the same post is a quote; to another it is both', async () => {
    const { author, post, sender, receiver } = await start();
    const other = await author.post();
    const [same, both] = [post, other].map(({ id }) => aNote(sender, { quote: post.id, inReplyTo: id }));
    for (const note of [same!, both!]) await receiver.from(sender, create(sender, note));
    expect((await post.quotes()).map(({ id }) => id).toSorted()).toEqual([same!.id, both!.id].toSorted());
    expect([await post.replies(), await other.replies()]).toMatchObject([[], [{ id: both!.id }]]);
    expect([await post.numbers(), await other.numbers()]).toMatchObject([{ quotes: 2 }, { replies: 1 }]);
  });

  test('of a post that is gone is dropped', async () => {
    const { author, post, sender, receiver } = await start();
    await post.remove();
    await receiver.from(sender, create(sender, aNote(sender, { quote: post.id })));
    expect([await post.quotes(), await author.mentions(), receiver.told()]).toEqual([[], [], []]);
  });
});
