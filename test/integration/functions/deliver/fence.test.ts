/** What is sent: what stands at this moment, or nothing. */
import { beforeAll, describe, expect, test } from 'vitest';
import { addresses } from '../../../../shared/protocol/site.ts';
import { members } from '../../../../shared/storage/members.ts';
import { results } from '../../../../shared/storage/results.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { about, aChunk, aDeliverer, anInbox, edit, privateKey, site, twoInboxes } from '../../../support/deliverer.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { following } from '../../../support/standings.ts';
import { anActor, noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const askedFor = async (objectKey: string) => (await results(tables).sum(objectKey, 'create')).asked;
/** The first try, the second look of a straggler, and a later try. */
const everywhere = [
  { lane: 'fast', attempt: 0 },
  { lane: 'slow', attempt: 0 },
  { lane: 'slow', attempt: 2 },
] as const;

describe('what is sent', () => {
  test('is the post as it stands now, signed by its author, once to each inbox', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    await edit(tables, author, post, 'Better words');
    const worker = aDeliverer(tables);
    const [one, two] = twoInboxes();
    await worker.run(about(author, post, [one, two]));
    expect(worker.inboxes()).toEqual([one, two]);
    const [{ document, signer }] = worker.sent as [(typeof worker.sent)[number]];
    expect(document).toMatchObject({ type: 'Create', object: { id: post.id, content: '<p>Better words</p>' } });
    expect(signer).toEqual({ keyId: addresses(site).key(author.actorKey), privateKey });
  });

  test('is an Update of the newest version only', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    await edit(tables, author, post, 'Two');
    await edit(tables, author, post, 'Three');
    const worker = aDeliverer(tables);
    for (const version of [2, 3])
      for (const more of everywhere)
        await worker.run({ ...about(author, post, [anInbox()], { activity: 'update', version }), ...more });
    expect(worker.ids()).toEqual(Array(3).fill(`${post.id}#update-3`));
  });

  test('is nothing about a post that waits, or that is not there', async () => {
    const author = await anAuthor(tables);
    const post = await author.post(false);
    const worker = aDeliverer(tables);
    for (const activity of ['create', 'update', 'delete'] as const) {
      await worker.run(about(author, post, [anInbox()], { activity }));
      await worker.run(about(author, { objectKey: 'none' }, [anInbox()], { activity }));
    }
    expect(worker.sent).toEqual([]);
    expect(await askedFor(post.objectKey)).toBe(0);
  });

  test('is only the Delete, with its Tombstone, once a post is removed', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    await post.remove();
    const worker = aDeliverer(tables);
    for (const activity of ['create', 'update', 'delete'] as const)
      for (const more of everywhere) await worker.run({ ...about(author, post, [anInbox()], { activity }), ...more });
    expect(worker.types()).toEqual(['Delete', 'Delete', 'Delete']);
    expect(worker.sent.map(({ document }) => document).slice(0, 1)).toMatchObject([
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
          for (const more of everywhere)
            await worker.run({ ...about(author, { objectKey }, [anInbox()], { activity }), ...more });
    };
    await tryAll();
    await members(tables).finishRemoval(author.memberId, 2);
    const off = await members(tables).find(author.memberId, noon());
    const consent = { textVersion: '1', at: noon().toISOString() };
    const { actorKey } = author;
    await members(tables).turnOn(off!, { actorKey, consent, now: noon(99) });
    await tryAll();
    expect(worker.types()).toEqual(Array(6).fill('Delete'));
  });

  test('is the profile of this epoch: blank once sharing is off', async () => {
    const author = await anAuthor(tables);
    const profile = (epoch: number) =>
      ({ kind: 'profile', memberId: author.memberId, epoch, revision: unique('r') }) as const;
    const worker = aDeliverer(tables);
    await worker.run(aChunk(profile(1), [anInbox()]));
    await author.turnOff();
    for (const more of everywhere) await worker.run({ ...aChunk(profile(1), [anInbox()]), ...more });
    await worker.run(aChunk(profile(2), [anInbox()]));
    const shown = worker.sent.map(({ document }) => document);
    expect(shown).toMatchObject([
      { type: 'Update', object: { id: author.id, discoverable: true } },
      { type: 'Update', object: { id: author.id, discoverable: false, name: '', summary: '' } },
    ]);
  });

  test('is an Accept while that very Follow stands, and a Reject when none does', async () => {
    const author = await anAuthor(tables);
    const { memberId } = author;
    const [actor, inbox] = [anActor(), anInbox()];
    const follow = (kind: 'accept' | 'reject', id: string, epoch = 1) =>
      aChunk({ kind, memberId, epoch, follow: { id: `https://far.example/${id}`, actor } }, [inbox]);
    const worker = aDeliverer(tables);
    await worker.run(follow('accept', '1'));
    await following(tables).add(memberId, { actor, followId: 'https://far.example/1', inbox }, noon());
    await worker.run(follow('accept', '2'));
    for (const epoch of [0, 1]) await worker.run(follow('reject', '1', epoch));
    expect(worker.sent).toEqual([]);
    for (const epoch of [0, 1]) await worker.run(follow('accept', '1', epoch));
    await following(tables).undo(memberId, actor, 'https://far.example/1', noon());
    await worker.run(follow('accept', '1'));
    expect(worker.types()).toEqual(['Accept', 'Accept']);
    for (const epoch of [0, 1]) await worker.run(follow('reject', '1', epoch));
    expect(worker.types()).toEqual(['Accept', 'Accept', 'Reject', 'Reject']);
  });

  test('that is outdated is counted as given up, if its inboxes were counted as asked', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const [one, two] = twoInboxes();
    const worker = aDeliverer(tables, { [one]: { status: 503 }, [two]: { status: 503 } });
    await worker.run(about(author, post, [one, two]));
    await post.remove();
    await worker.run(worker.again[0]!.message);
    expect(worker.sent).toHaveLength(2);
    const counts = await results(tables).sum(post.objectKey, 'create');
    expect(counts).toEqual({ asked: 2, accepted: 0, retrying: 0, gaveUp: 2 });
  });

  test('waits while the key is not there', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const worker = aDeliverer(tables, {}, { signingKeys: { privateKey: async () => undefined } });
    await expect(worker.run(about(author, post, [anInbox()]))).rejects.toThrow('has no key yet');
    expect(await askedFor(post.objectKey)).toBe(0);
  });
});
