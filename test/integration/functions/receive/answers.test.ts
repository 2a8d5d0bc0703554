/** Where a public note belongs: with a post that it answers or quotes, or with a member whom it mentions; and who is not heard. */
import { beforeAll, describe, expect, test } from 'vitest';
import { mostPlaces } from '../../../../shared/domain/answer.ts';
import { defaultLimits } from '../../../../shared/domain/limits.ts';
import { blocks } from '../../../../shared/storage/blocks.ts';
import { policies } from '../../../../shared/storage/policies.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { aNote, create, mentionOf } from '../../../support/received-notes.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../../support/receiver.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const start = async (sender = aSender()) => {
  const author = await anAuthor(tables);
  return { author, post: await author.post(), sender, receiver: openReceiver(tables) };
};

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

describe('who is not heard', () => {
  const everything = async ({ author, post, sender, receiver }: Awaited<ReturnType<typeof start>>) => {
    for (const more of [{ tag: mentionOf(author) }, { inReplyTo: post.id }, { quote: post.id }])
      await receiver.from(sender, create(sender, aNote(sender, more)));
    return [await author.mentions(), await post.replies(), await post.quotes()];
  };

  test.each(['account', 'server'])(
    'a blocked %s writes nothing to the member who blocks it, and to others',
    async (kind) => {
      const ground = await start(aSender(`${unique('s')}.example`));
      const { author, sender, receiver } = ground;
      const whom = kind === 'account' ? { actor: sender.id } : { server: sender.server };
      await blocks(tables).add(author.memberId, whom, noon());
      expect(await everything(ground)).toEqual([[], [], []]);
      expect(receiver.told()).toEqual([]);
      const other = await anAuthor(tables);
      await receiver.from(sender, create(sender, aNote(sender, { tag: [mentionOf(author), mentionOf(other)] })));
      expect([await author.mentions(), (await other.mentions()).length]).toEqual([[], 1]);
    },
  );

  test('who is blocked while a note is being kept is not heard either', async () => {
    const ground = await start();
    const { author, sender } = ground;
    const own = blocks(tables);
    const late = {
      ...own,
      blocks: async (...asked: Parameters<typeof own.blocks>) => {
        const found = await own.blocks(...asked);
        await own.add(author.memberId, { actor: sender.id }, noon());
        return found;
      },
    };
    const receiver = openReceiver(tables, { blocks: late });
    await receiver.from(sender, create(sender, aNote(sender, { inReplyTo: ground.post.id })));
    expect(await ground.post.replies()).toMatchObject([{ hidden: 'member' }]);
    expect([await ground.post.numbers(), receiver.told()]).toMatchObject([{ replies: 0 }, []]);
  });

  test('what a limited server sends is kept hidden, not counted and not told', async () => {
    const ground = await start(aSender(`${unique('s')}.example`));
    const level = { host: ground.sender.server, level: 'limited', category: 'spam', at: noon().toISOString() } as const;
    await policies(tables).put([level]);
    const hidden = [{ hidden: 'policy' }];
    expect(await everything(ground)).toMatchObject([hidden, hidden, hidden]);
    expect(await ground.post.numbers()).toMatchObject({ replies: 0, quotes: 0 });
    expect(ground.receiver.told()).toEqual([]);
  });

  test('[T15] as is what comes from someone whose inbox is on one', async () => {
    const mail = `${unique('s')}.example`;
    const { sharedInbox: _shared, ...sender } = aSender(`${unique('s')}.example`);
    const ground = await start({ ...sender, inbox: `https://${mail}/inbox` });
    await policies(tables).put([{ host: mail, level: 'limited', category: 'spam', at: noon().toISOString() }]);
    expect(await everything(ground)).toMatchObject(
      [{ hidden: 'policy' }, { hidden: 'policy' }, { hidden: 'policy' }].map((one) => [one]),
    );
    expect(ground.receiver.told()).toEqual([]);
  });

  test('what a blocked server had sent before has no effect any more', async () => {
    const ground = await start(aSender(`sub.${unique('s')}.example`));
    const host = ground.sender.server.replace('sub.', '');
    await policies(tables).put([{ host, level: 'blocked', category: 'spam', at: noon().toISOString() }]);
    expect(await everything(ground)).toEqual([[], [], []]);
    expect(ground.receiver.told()).toEqual([]);
  });

  test('what a blocked server takes back goes all the same', async () => {
    const { post, sender, receiver } = await start(aSender(`${unique('s')}.example`));
    const note = aNote(sender, { inReplyTo: post.id });
    await receiver.from(sender, create(sender, note));
    expect(await post.replies()).toHaveLength(1);
    await policies(tables).put([{ host: sender.server, level: 'blocked', category: 'spam', at: noon().toISOString() }]);
    await receiver.from(sender, activityOf(sender, 'Delete', note.id));
    expect(await post.replies()).toEqual([]);
  });

  test('nobody of whom their own server says nothing is heard; whose server was heard is alive', async () => {
    const { author, sender, receiver } = await start();
    const note = create(sender, aNote(sender, { tag: mentionOf(author) }));
    await openReceiver(tables, { senderOf: async () => undefined }).from(sender, note);
    expect(await author.mentions()).toEqual([]);
    await receiver.from(sender, note);
    expect([(await author.mentions()).length, receiver.alive]).toEqual([1, [sender.server]]);
  });

  test('[T21] one person is heard so often in an hour, and others go on', async () => {
    const { author, post, sender, receiver } = await start();
    for (let count = 0; count < 62; count++)
      await receiver.from(
        sender,
        create(sender, aNote(sender, { inReplyTo: post.id, published: noon(40 + count).toISOString() })),
      );
    expect((await post.numbers()).replies).toBe(60);
    const other = aSender();
    await receiver.from(other, create(other, aNote(other, { tag: mentionOf(author) })));
    expect(await author.mentions()).toHaveLength(1);
  });
});

describe('an Update', () => {
  const update = (sender: { readonly id: string }, note: object) => activityOf(sender, 'Update', note);
  const kept = async (more: object = {}) => {
    const ground = await start();
    const note = aNote(ground.sender, { inReplyTo: ground.post.id, ...more });
    await ground.receiver.from(ground.sender, create(ground.sender, note));
    return { ...ground, note };
  };
  const text = async ({ replies }: { replies(): Promise<readonly { content: string; summary: string }[]> }) =>
    (await replies()).map(({ content, summary }) => [content, summary]);

  test('replaces what its author wrote, made harmless, and is not told', async () => {
    const { post, sender, receiver, note } = await kept();
    const edited = {
      ...note,
      content: '<p>No<script>x()</script></p>',
      summary: 'cats',
      updated: noon(110).toISOString(),
    };
    for (const _ of [1, 2]) await receiver.from(sender, update(sender, edited));
    expect(await text(post)).toEqual([['<p>No</p>', 'cats']]);
    expect([await post.numbers(), receiver.told()]).toMatchObject([{ replies: 1 }, ['reply']]);
  });

  test('bad input 109: an older one after a newer one has no effect', async () => {
    const { post, sender, receiver, note } = await kept();
    for (const [content, seconds] of [
      ['<p>3</p>', 115],
      ['<p>2</p>', 110],
      ['<p>1</p>', 99],
    ] as const)
      await receiver.from(sender, update(sender, { ...note, content, updated: noon(seconds).toISOString() }));
    expect(await text(post)).toEqual([['<p>3</p>', '']]);
  });

  test('from the future counts as of now, so that the next one still counts', async () => {
    const { post, sender, receiver, note } = await kept();
    await receiver.from(sender, update(sender, { ...note, content: '<p>1</p>', updated: '9999-01-01T00:00:00Z' }));
    await receiver.from(sender, update(sender, { ...note, content: '<p>2</p>', updated: noon(120).toISOString() }));
    expect(await text(post)).toEqual([['<p>2</p>', '']]);
  });

  test('without a time of its own counts', async () => {
    const { post, sender, receiver, note } = await kept();
    await receiver.from(sender, update(sender, { ...note, content: '<p>2</p>' }));
    expect(await text(post)).toEqual([['<p>2</p>', '']]);
  });

  test.each([
    ['for followers', { to: ['https://far.example/users/1/followers'] }],
    [
      'for a crowd',
      { tag: Array.from({ length: 21 }, (_, index) => mentionOf({ id: `https://far.example/${index}` })) },
    ],
  ])('that makes it one %s removes it', async (_, more) => {
    const { post, sender, receiver, note } = await kept();
    await receiver.from(sender, update(sender, { ...note, ...more }));
    expect([await post.replies(), (await post.numbers()).replies]).toEqual([[], 0]);
  });

  test('bad input 108: of someone else’s note, or one that is not kept, has no effect', async () => {
    const { post, receiver, note } = await kept();
    const other = aSender();
    for (const attributedTo of [other.id, note.attributedTo])
      await receiver.from(other, update(other, { ...note, attributedTo, content: 'x', to: [] }));
    await receiver.from(other, update(other, aNote(other, { inReplyTo: post.id })));
    expect(await text(post)).toEqual([[note.content, '']]);
  });

  test('that comes after the Delete does not bring it back', async () => {
    const { post, sender, receiver, note } = await kept();
    await receiver.from(sender, activityOf(sender, 'Delete', note.id));
    await receiver.from(sender, update(sender, { ...note, updated: noon(119).toISOString() }));
    expect(await post.replies()).toEqual([]);
  });
});
