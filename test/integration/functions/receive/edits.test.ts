/** Edits of notes that are kept. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tables } from '../../../../shared/storage/table.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { aNote, anAudience, create, mentionOf } from '../../../support/received-notes.ts';
import { activityOf, aSender } from '../../../support/receiver.ts';
import { noon } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const start = (sender = aSender()) => anAudience(tables, sender);

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
