/** Whose notes are kept hidden, or not at all. */
import { beforeAll, describe, expect, test } from 'vitest';
import { blocks } from '../../../../shared/storage/blocks.ts';
import { policies } from '../../../../shared/storage/policies.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { aNote, anAudience, create, mentionOf } from '../../../support/received-notes.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../../support/receiver.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const start = (sender = aSender()) => anAudience(tables, sender);

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
