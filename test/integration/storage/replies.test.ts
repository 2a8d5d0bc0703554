import { expect, test } from 'vitest';
import { type Reply, rememberedSeconds } from '../../../shared/domain/interaction.ts';
import { BadCursor, toCursor } from '../../../shared/storage/cursor.ts';
import { reactions } from '../../../shared/storage/reactions.ts';
import { replies } from '../../../shared/storage/replies.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anActor, noon, unique } from '../../support/storage-samples.ts';

const aReply = (seconds = 0, actor = anActor()): Reply => {
  const id = `${actor}/notes/${unique('n')}`;
  return { id, actor, url: `${id}.html`, content: '<p>Hello</p>', published: noon(seconds).toISOString() };
};

describeStorage('replies', (table) => {
  const all = () => replies(table().tables);
  const countOf = async (objectKey: string) => (await reactions(table().reliable).tally(objectKey)).replies;
  const listed = async (objectKey: string) => (await all().page(objectKey, { limit: 50 })).items;

  test('a reply is kept once, however often it comes', async () => {
    const objectKey = unique('o');
    const reply = aReply();
    const later = { ...reply, content: '<p>Other</p>', published: noon(5).toISOString() };
    const added = await Promise.all([reply, reply, reply].map((one) => all().add(objectKey, one, noon())));
    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await all().add(objectKey, later, noon(5))).toBe(false);
    expect(await listed(objectKey)).toEqual([reply]);
    expect(await countOf(objectKey)).toBe(1);
  });

  test('a reply is removed by its author only, and once', async () => {
    const objectKey = unique('o');
    const reply = aReply();
    await all().add(objectKey, reply, noon());
    expect(await all().remove(anActor(), reply.id, noon(1))).toBe(false);
    expect(await listed(objectKey)).toEqual([reply]);
    const removed = await Promise.all([1, 2, 3].map((seconds) => all().remove(reply.actor, reply.id, noon(seconds))));
    expect(removed.filter(Boolean)).toHaveLength(1);
    expect(await listed(objectKey)).toEqual([]);
    expect(await countOf(objectKey)).toBe(0);
  });

  test('a removed reply does not come back for 14 hours', async () => {
    const objectKey = unique('o');
    const reply = aReply();
    await all().add(objectKey, reply, noon());
    await all().remove(reply.actor, reply.id, noon());
    expect(await all().add(objectKey, reply, noon(rememberedSeconds - 1))).toBe(false);
    expect(await all().add(objectKey, reply, noon(rememberedSeconds + 2))).toBe(true);
    expect(await countOf(objectKey)).toBe(1);
  });

  test('a Delete that comes before the reply is remembered', async () => {
    const objectKey = unique('o');
    const reply = aReply();
    expect(await all().remove(reply.actor, reply.id, noon())).toBe(false);
    expect(await all().add(objectKey, reply, noon(1))).toBe(false);
    expect(await listed(objectKey)).toEqual([]);
    expect(await countOf(objectKey)).toBe(0);
  });

  test('a Delete by someone else leaves no trace on the reply to come', async () => {
    const objectKey = unique('o');
    const reply = aReply();
    await all().remove(anActor(), reply.id, noon());
    expect(await all().add(objectKey, reply, noon(1))).toBe(true);
  });

  test('a reply and its Delete at the very same moment end in none', async () => {
    for (let round = 0; round < 8; round++) {
      const objectKey = unique('o');
      const reply = aReply();
      const [added, removed] = await Promise.all([
        all().add(objectKey, reply, noon()),
        all().remove(reply.actor, reply.id, noon()),
      ]);
      expect(added).toBe(removed);
      expect(await listed(objectKey)).toEqual([]);
      expect(await countOf(objectKey)).toBe(0);
    }
  });

  test('an actor’s replies are found, to remove them all', async () => {
    const actor = anActor();
    const written = [aReply(1, actor), aReply(2, actor), aReply(3, actor)];
    for (const reply of written) await all().add(unique('o'), reply, noon());
    await all().add(unique('o'), aReply(), noon());
    await all().remove(actor, written[1]!.id, noon(9));
    expect((await all().writtenBy(actor)).toSorted()).toEqual([written[0]!.id, written[2]!.id].sort());
    expect(await all().writtenBy(anActor())).toEqual([]);
  });

  test('pages hold the oldest first, each once', async () => {
    const objectKey = unique('o');
    const written = [5, 3, 1, 4, 2].map((seconds) => aReply(seconds));
    for (const reply of written) await all().add(objectKey, reply, noon());
    const found: Reply[] = [];
    let cursor: string | undefined;
    do {
      const page = await all().page(objectKey, { cursor, limit: 2 });
      found.push(...page.items);
      cursor = page.next;
    } while (cursor);
    expect(found).toEqual([written[2], written[4], written[1], written[3], written[0]]);
  });

  test.each(['x', toCursor(['like#https://far.example/']), toCursor([`reply#${'x'.repeat(2000)}`])])(
    'the cursor %j is refused',
    async (cursor) => {
      await expect(all().page(unique('o'), { cursor, limit: 2 })).rejects.toThrow(BadCursor);
    },
  );
});
