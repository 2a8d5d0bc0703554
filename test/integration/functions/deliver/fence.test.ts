/** What is sent: what stands at this moment, or nothing. */
import { beforeAll, describe, expect, test } from 'vitest';
import { addresses } from '../../../../shared/protocol/site.ts';
import { followers } from '../../../../shared/storage/followers.ts';
import { members } from '../../../../shared/storage/members.ts';
import { posts } from '../../../../shared/storage/posts.ts';
import { results } from '../../../../shared/storage/results.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { about, aChunk, aDeliverer, one, privateKey, site, two } from '../../../support/deliverer.ts';
import { databaseClient, newTables } from '../../../support/emulated-tables.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { aJob, anActor, noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await newTables(databaseClient());
});

type Author = Awaited<ReturnType<typeof anAuthor>>;
const askedFor = async (objectKey: string) => (await results(tables).sum(objectKey, 'create')).asked;
const edit = async (author: Author, { objectKey }: { readonly objectKey: string }, text: string) => {
  const before = await posts(tables).find(author.memberId, objectKey);
  await posts(tables).edit(before!, { text, attachments: [], sensitive: false }, noon(60), aJob());
};

describe('what is sent', () => {
  test('is the post as it stands now, signed by its author, once to each inbox', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    await edit(author, post, 'Better words');
    const worker = aDeliverer(tables);
    await worker.run(about(author, post, {}, [one, two]));
    expect(worker.sent.map(({ inbox }) => inbox)).toEqual([one, two]);
    const [{ document, signer }] = worker.sent as [(typeof worker.sent)[number]];
    expect(document).toMatchObject({ type: 'Create', object: { id: post.id, content: '<p>Better words</p>' } });
    expect(signer).toEqual({ keyId: addresses(site).key(author.actorKey), privateKey });
  });

  test('is an Update of the newest version only', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    await edit(author, post, 'Two');
    await edit(author, post, 'Three');
    const worker = aDeliverer(tables);
    for (const version of [2, 3]) await worker.run(about(author, post, { activity: 'update', version }));
    expect(worker.sent.map(({ document }) => document.id)).toEqual([`${post.id}#update-3`]);
  });

  test('is nothing about a post that waits, or that is not there', async () => {
    const author = await anAuthor(tables);
    const post = await author.post(false);
    const worker = aDeliverer(tables);
    for (const activity of ['create', 'update', 'delete'] as const) {
      await worker.run(about(author, post, { activity }));
      await worker.run(about(author, { objectKey: 'none' }, { activity }));
    }
    expect(worker.sent).toEqual([]);
    expect(await askedFor(post.objectKey)).toBe(0);
  });

  test('is only the Delete, with its Tombstone, once a post is removed', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    await post.remove();
    const worker = aDeliverer(tables);
    for (const activity of ['create', 'update', 'delete'] as const) await worker.run(about(author, post, { activity }));
    expect(worker.sent.map(({ document }) => document)).toMatchObject([
      { type: 'Delete', actor: author.id, object: { id: post.id, type: 'Tombstone', deleted: '2026-11-05T12:01:30Z' } },
    ]);
  });

  test('is only the Delete once sharing was turned off, also when it is on again', async () => {
    const author = await anAuthor(tables);
    const [kept, removed] = [await author.post(), await author.post()];
    await author.turnOff();
    await removed.remove();
    const worker = aDeliverer(tables);
    const tryAll = async () => {
      for (const { objectKey } of [kept, removed])
        for (const activity of ['create', 'update', 'delete'] as const)
          await worker.run({ ...about(author, { objectKey }, { activity }), chunk: unique('c') });
    };
    await tryAll();
    await members(tables).finishRemoval(author.memberId, 2);
    const off = await members(tables).find(author.memberId, noon());
    const consent = { textVersion: '1', at: noon().toISOString() };
    const { actorKey } = author;
    await members(tables).turnOn(off!, { actorKey, consent, now: noon(99), job: undefined });
    await tryAll();
    expect(worker.types()).toEqual(['Delete', 'Delete']);
  });

  test('is the profile of this epoch: blank once sharing is off', async () => {
    const author = await anAuthor(tables);
    const profile = (epoch: number) =>
      ({ kind: 'profile', memberId: author.memberId, epoch, revision: unique('r') }) as const;
    const worker = aDeliverer(tables);
    await worker.run(aChunk(profile(1)));
    await author.turnOff();
    await worker.run(aChunk(profile(1)));
    await worker.run(aChunk(profile(2)));
    const shown = worker.sent.map(({ document }) => document);
    expect(shown).toMatchObject([
      { type: 'Update', object: { id: author.id, discoverable: true } },
      { type: 'Update', object: { id: author.id, discoverable: false, name: '', summary: '' } },
    ]);
  });

  test('is an Accept while that very Follow stands, and a Reject in its epoch', async () => {
    const author = await anAuthor(tables);
    const { memberId } = author;
    const actor = anActor();
    const follow = (kind: 'accept' | 'reject', id: string, epoch = 1) =>
      aChunk({ kind, memberId, epoch, follow: { id: `https://far.example/${id}`, actor } });
    const worker = aDeliverer(tables);
    await worker.run(follow('accept', '1'));
    const inbox = one;
    await followers(tables).add(memberId, { actor, followId: 'https://far.example/1', inbox }, noon());
    await worker.run(follow('accept', '2'));
    await worker.run(follow('accept', '1', 2));
    await worker.run(follow('reject', '1', 2));
    expect(worker.sent).toEqual([]);
    await worker.run(follow('accept', '1'));
    await worker.run(follow('reject', '1'));
    expect(worker.types()).toEqual(['Accept', 'Reject']);
    await followers(tables).undo(memberId, actor, 'https://far.example/1', noon());
    await worker.run(follow('accept', '1'));
    expect(worker.sent).toHaveLength(2);
  });

  test('waits while the key is not there', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const worker = aDeliverer(tables, {}, { signingKeys: { privateKey: async () => undefined } });
    await expect(worker.run(about(author, post))).rejects.toThrow('has no key yet');
    expect(await askedFor(post.objectKey)).toBe(0);
  });
});
