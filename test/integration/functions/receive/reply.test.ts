import { beforeAll, describe, expect, test } from 'vitest';
import { doings } from '../../../../shared/storage/doings.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../../support/receiver.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const toAll = 'https://www.w3.org/ns/activitystreams#Public';
const start = async () => {
  const author = await anAuthor(tables);
  return { author, post: await author.post(), sender: aSender(), receiver: openReceiver(tables) };
};
const aNote = (sender: { readonly id: string }, inReplyTo: string, more: object = {}) => ({
  id: `${sender.id}/notes/${unique('n')}`,
  type: 'Note',
  attributedTo: sender.id,
  inReplyTo,
  content: '<p>I agree</p>',
  url: `${sender.id}/pages/1`,
  published: noon(100).toISOString(),
  to: [toAll],
  ...more,
});
const create = (sender: { readonly id: string }, note: object) => activityOf(sender, 'Create', note);

describe('a reply', () => {
  test('to everyone is kept, counted and told once', async () => {
    const { author, post, sender, receiver } = await start();
    const note = aNote(sender, post.id);
    for (const _ of [1, 2]) await receiver.from(sender, create(sender, note));
    expect(await post.replies()).toEqual([
      {
        ...{ kind: 'reply', id: note.id, actor: sender.id, url: note.url, content: '<p>I agree</p>', summary: '' },
        ...{ published: note.published, updatedAt: note.published },
      },
    ]);
    expect((await post.numbers()).replies).toBe(1);
    expect(receiver.events).toEqual([
      {
        type: 'reply',
        memberId: author.memberId,
        postId: post.postId,
        actor: sender.id,
        handle: sender.handle,
        name: sender.name,
        replyId: note.id,
        at: noon(120).toISOString(),
      },
    ]);
    expect(await author.inboxes()).toMatchObject([{ url: sender.sharedInbox, active: false }]);
  });

  test.each([
    ['quietly to everyone', { to: ['https://far.example/followers'], cc: toAll }],
    ['with the short name of everyone', { to: ['as:Public'] }],
    ['with its author as an object', { attributedTo: [{ id: 'SENDER', type: 'Person' }] }],
  ])('%s is kept', async (_, more) => {
    const { post, sender, receiver } = await start();
    const note = aNote(sender, post.id, JSON.parse(JSON.stringify(more).replace('SENDER', sender.id)));
    await receiver.from(sender, create(sender, note));
    expect(await post.replies()).toHaveLength(1);
  });

  test.each([
    ['to followers', { to: ['https://far.example/users/1/followers'] }],
    ['to the member alone', { to: ['https://share.example/actors/1'], cc: [] }],
    ['that someone else wrote', { attributedTo: 'https://far.example/users/other' }],
    ['that nobody wrote', { attributedTo: undefined }],
    ['with an id on another host', { id: 'https://elsewhere.example/notes/1' }],
    ['without an id', { id: undefined }],
    ['to nothing', { inReplyTo: undefined }],
    ['to something else', { inReplyTo: 'https://far.example/notes/1' }],
  ])('%s is dropped', async (_, more) => {
    const { author, post, sender, receiver } = await start();
    await receiver.from(sender, create(sender, aNote(sender, post.id, more)));
    expect(await post.replies()).toEqual([]);
    expect((await post.numbers()).replies).toBe(0);
    expect([receiver.told(), await author.inboxes()]).toEqual([[], []]);
  });

  test('is kept without what could do harm', async () => {
    const { post, sender, receiver } = await start();
    const content =
      '<p onclick="x()">Look <a href="javascript:x()">here</a> <script>x()</script><svg onload="x()"></svg>' +
      '<img src="https://far.example/1.png" onerror="x()"> <a href="https://far.example/" rel="me">there</a></p>';
    await receiver.from(sender, create(sender, aNote(sender, post.id, { content })));
    const [reply] = await post.replies();
    expect(reply?.content).not.toMatch(/script|svg|img|onclick|onerror|x\(\)/);
    expect(reply?.content).toContain('<a href="https://far.example/" rel="nofollow noopener noreferrer ugc"');
  });

  test.each(['&', '<a></a>'])('that is nothing but %s is kept as far as a row can hold', async (part) => {
    const { post, sender, receiver } = await start();
    const content = part.repeat(Math.floor(200_000 / Buffer.byteLength(part)));
    await receiver.from(sender, create(sender, aNote(sender, post.id, { content })));
    const [reply] = await post.replies();
    expect(Buffer.byteLength(reply!.content)).toBeLessThan(300_000);
  });

  test.each([
    ['in the future', '9999-01-01T00:00:00Z', noon(120)],
    ['before the post', '1999-01-01T00:00:00Z', noon(30)],
    ['at no time', 'yesterday', noon(120)],
    ['at all', undefined, noon(120)],
  ])('that was not written %s has a time that can be', async (_, published, kept) => {
    const { post, sender, receiver } = await start();
    await receiver.from(sender, create(sender, aNote(sender, post.id, { published })));
    expect((await post.replies())[0]?.published).toBe(kept.toISOString());
  });

  test('to a post that waits or is removed is dropped', async () => {
    const { author, post, sender, receiver } = await start();
    const waiting = await author.post(false);
    await post.remove();
    for (const { id } of [waiting, post]) await receiver.from(sender, create(sender, aNote(sender, id)));
    expect([await waiting.replies(), await post.replies(), receiver.told()]).toEqual([[], [], []]);
  });
});

test('a reply to a post that was left is not kept, but its server is known to have the post', async () => {
  const { author, post, sender, receiver } = await start();
  await author.stop();
  await receiver.from(sender, create(sender, aNote(sender, post.id)));
  expect([await post.replies(), receiver.told()]).toEqual([[], []]);
  expect(await author.inboxes()).toMatchObject([{ url: sender.sharedInbox, active: false }]);
});

describe('Delete', () => {
  test('of a reply removes it if its author says so', async () => {
    const { post, sender, receiver } = await start();
    const note = aNote(sender, post.id);
    await receiver.from(sender, create(sender, note));
    const other = aSender();
    await receiver.from(other, activityOf(other, 'Delete', note.id));
    expect(await post.replies()).toHaveLength(1);
    await receiver.from(sender, activityOf(sender, 'Delete', { id: note.id, type: 'Tombstone' }));
    expect(await post.replies()).toEqual([]);
    expect((await post.numbers()).replies).toBe(0);
  });

  test('that comes before the reply wins', async () => {
    const { post, sender, receiver } = await start();
    const note = aNote(sender, post.id);
    await receiver.from(sender, activityOf(sender, 'Delete', note.id));
    await receiver.from(sender, create(sender, note));
    expect(await post.replies()).toEqual([]);
    expect(receiver.told()).toEqual([]);
  });

  test('of an actor by itself drops its follows and replies everywhere, and nobody else’s', async () => {
    const { author, post, sender, receiver } = await start();
    const second = await anAuthor(tables);
    const other = aSender();
    for (const one of [sender, other]) {
      await receiver.from(one, activityOf(one, 'Follow', author.id));
      await receiver.from(one, create(one, aNote(one, post.id)));
    }
    await receiver.from(sender, activityOf(sender, 'Follow', second.id));
    await receiver.from(other, activityOf(other, 'Delete', sender.id));
    expect([await author.followers(), await second.followers()]).toEqual([2, 1]);

    await receiver.from(sender, activityOf(sender, 'Delete', sender.id));
    expect([await author.followers(), await second.followers()]).toEqual([1, 0]);
    expect((await post.replies()).map(({ actor }) => actor)).toEqual([other.id]);
    expect(await Array.fromAsync(doings(tables).followedBy(sender.id))).toEqual([]);
  });

  test('needs nothing from the sender’s server', async () => {
    const { post, sender, receiver } = await start();
    await receiver.from(sender, create(sender, aNote(sender, post.id)));
    const forgetful = openReceiver(tables, { announce: async () => {} });
    await forgetful.from(sender, activityOf(sender, 'Delete', sender.id));
    expect(await post.replies()).toEqual([]);
  });
});

test('what nobody understands, or comes from an actor that is gone, has no effect', async () => {
  const { author, post, sender } = await start();
  const receiver = openReceiver(tables);
  for (const type of ['Dance', 'Update', 'Move', 'Block', 'Accept', 'QuoteRequest'])
    await receiver.from(sender, activityOf(sender, type, post.id));
  const gone = openReceiver(tables, { senderOf: async () => undefined } as object);
  await gone.from(sender, activityOf(sender, 'Like', post.id));
  await gone.from(sender, activityOf(sender, 'Follow', author.id));
  expect(await post.numbers()).toEqual({ likes: 0, boosts: 0, replies: 0, quotes: 0 });
  expect([...receiver.events, ...gone.events, ...receiver.deliveries, ...gone.deliveries]).toEqual([]);
});
