/** What still goes to a server that is blocked, and what does not: at every place that sends. */
import { beforeAll, describe, expect, test } from 'vitest';
import { blocks } from '../../../shared/storage/blocks.ts';
import { inboxes } from '../../../shared/storage/inboxes.ts';
import { parked } from '../../../shared/storage/parked.ts';
import { policies } from '../../../shared/storage/policies.ts';
import type { Tables } from '../../../shared/storage/table.ts';
import { postJob } from '../../../shared/transport/jobs.ts';
import {
  about,
  aChunk,
  aDeliverer,
  anInbox,
  hostOf,
  parkedFor,
  pointerTo,
  sumOf,
  takeDown,
} from '../../support/deliverer.ts';
import { tablesForFunctions } from '../../support/emulated-tables.ts';
import { aProber } from '../../support/prober.ts';
import { anAuthor } from '../../support/receiver.ts';
import { aSpreader, plenty, promised } from '../../support/spreader.ts';
import { following } from '../../support/standings.ts';
import { noon, unique } from '../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

type Author = Awaited<ReturnType<typeof anAuthor>>;
/** The two ways in which a server is blocked for an author. */
const ways = [
  {
    by: 'the deployment',
    block: (_author: Author, inbox: string) =>
      policies(tables).put([{ host: hostOf(inbox), level: 'blocked', category: 'spam', at: noon().toISOString() }]),
  },
  {
    by: 'the member',
    block: async ({ memberId }: Author, inbox: string) => {
      await blocks(tables).add(memberId, { server: hostOf(inbox) }, noon());
    },
  },
] as const;

describe.each(ways)('a server that $by blocks', ({ block }) => {
  const start = async () => {
    const [author, inbox, other] = [await anAuthor(tables), anInbox(), anInbox()];
    await block(author, inbox);
    return { author, inbox, other };
  };

  test('gets no new post, and each removal', async () => {
    const { author, inbox, other } = await start();
    for (const url of [inbox, other]) await inboxes(tables).open(author.memberId, url, noon());
    const post = await author.post(false);
    const worker = aSpreader(tables);
    await worker.run(await promised(tables, postJob('create', post, noon().toISOString())), plenty);
    expect(worker.reached()).toEqual([other]);
    await post.remove();
    const remover = aSpreader(tables);
    await remover.run(await promised(tables, postJob('delete', post, noon().toISOString())), plenty);
    expect(remover.reached()).toEqual([inbox, other].sort());
  });

  test('gets nothing new that is on its way already: that is given up, and counted so', async () => {
    const { author, inbox, other } = await start();
    const post = await author.post();
    const worker = aDeliverer(tables);
    await worker.run(about(author, post, [inbox, other]));
    expect(worker.inboxes()).toEqual([other]);
    expect(await sumOf(tables, post)).toEqual({ asked: 2, accepted: 1, retrying: 0, gaveUp: 1 });
    expect(worker.again).toEqual([]);
    const follow = { id: 'https://far.example/f', actor: 'https://far.example/a' };
    await worker.run(aChunk({ kind: 'accept', memberId: author.memberId, epoch: 1, follow }, [inbox]));
    expect(worker.inboxes()).toEqual([other]);
  });

  test('gets what takes something back: Deletes, withdrawals, Rejects and Blocks', async () => {
    const { author, inbox } = await start();
    const { memberId } = author;
    const [standing, removed] = [await author.post(), await author.post()];
    await removed.remove();
    const actor = `https://${hostOf(inbox)}/users/eve`;
    const since = (await blocks(tables).add(memberId, { actor }, noon())).at;
    const worker = aDeliverer(tables);
    await worker.run(about(author, removed, [inbox], { activity: 'delete' }));
    await worker.run(aChunk({ kind: 'withdrawal', memberId, objectKey: standing.objectKey, epoch: 1 }, [inbox]));
    await worker.run(aChunk({ kind: 'reject', memberId, epoch: 1, follow: { id: `${actor}/f`, actor } }, [inbox]));
    await worker.run(aChunk({ kind: 'block', memberId, epoch: 1, actor, since }, [inbox]));
    expect(worker.types()).toEqual(['Delete', 'Delete', 'Reject', 'Block']);
    expect(worker.sent[1]?.document.object).toMatchObject({ id: standing.id, type: 'Tombstone' });
  });

  test('gets nothing new that waits for it; what takes something back is still tried', async () => {
    const { author, inbox } = await start();
    const [one, two] = [await author.post(), await author.post()];
    await takeDown(tables, inbox);
    const park = parked(tables).add;
    await park(hostOf(inbox), inbox, pointerTo(author, one), noon());
    await park(
      hostOf(inbox),
      inbox,
      { kind: 'withdrawal', memberId: author.memberId, objectKey: two.objectKey, epoch: 1 },
      noon(),
    );
    const worker = aProber(tables);
    await worker.look(inbox);
    expect(worker.sent.map(({ document }) => [document.type, (document.object as { id: string }).id])).toEqual([
      ['Delete', two.id],
    ]);
    expect(await parkedFor(tables, inbox)).toEqual([]);
  });

  test('and a post that waited for it is counted as given up', async () => {
    const { author, inbox } = await start();
    const [dropped, withdrawn] = [await author.post(), await author.post()];
    for (const post of [dropped, withdrawn]) {
      const worker = aDeliverer(tables, {}, { barredFrom: async () => () => false });
      await takeDown(tables, inbox);
      await worker.run(about(author, post, [inbox]));
      expect(await sumOf(tables, post)).toMatchObject({ asked: 1, retrying: 1 });
    }
    const pointer = {
      kind: 'withdrawal' as const,
      memberId: author.memberId,
      objectKey: withdrawn.objectKey,
      epoch: 1,
    };
    await parked(tables).add(hostOf(inbox), inbox, pointer, noon());
    const worker = aProber(tables);
    await worker.look(inbox);
    expect(worker.types()).toEqual(['Delete']);
    for (const post of [dropped, withdrawn])
      expect(await sumOf(tables, post)).toEqual({ asked: 1, accepted: 0, retrying: 0, gaveUp: 1 });
  });
});

describe('a Block and its end', () => {
  const actor = () => `https://far.example/users/${unique('eve')}`;
  const pointer = ({ memberId }: Author, kind: 'block' | 'unblock', whom: string, since = noon().toISOString()) =>
    aChunk({ kind, memberId, epoch: 1, actor: whom, since }, [anInbox()]);

  test('leave as long as they are true, the Undo with its Block embedded', async () => {
    const author = await anAuthor(tables);
    const eve = actor();
    const worker = aDeliverer(tables);
    await worker.run(pointer(author, 'block', eve));
    expect(worker.sent).toEqual([]);
    await blocks(tables).add(author.memberId, { actor: eve }, noon());
    await worker.run(pointer(author, 'unblock', eve));
    await worker.run(pointer(author, 'block', eve, noon(-60).toISOString())); // an earlier one that has ended
    expect(worker.sent).toEqual([]);
    await worker.run(pointer(author, 'block', eve));
    await blocks(tables).remove(author.memberId, { actor: eve });
    await worker.run(pointer(author, 'unblock', eve));
    const [block, undo] = worker.sent.map(({ document }) => document);
    expect(block).toMatchObject({ type: 'Block', actor: author.id, object: eve, to: [eve] });
    const { '@context': _context, ...embedded } = block!;
    expect(undo).toMatchObject({ type: 'Undo', actor: author.id, to: [eve], object: embedded });
    expect(String(undo!.id).startsWith(`${author.id}#`)).toBe(true);
  });

  test('wait in one row, and the later wins', async () => {
    const author = await anAuthor(tables);
    const [inbox, eve] = [anInbox(), actor()];
    const since = noon().toISOString();
    for (const kind of ['block', 'unblock'] as const)
      await parked(tables).add(
        hostOf(inbox),
        inbox,
        { kind, memberId: author.memberId, epoch: 1, actor: eve, since },
        noon(),
      );
    expect((await parkedFor(tables, inbox)).map((row) => row.pointer.kind)).toEqual(['unblock']);
  });
});

test('who follows again after a block ended gets new posts, and nothing old comes back', async () => {
  const [author, inbox] = [await anAuthor(tables), anInbox()];
  const actor = `https://${hostOf(inbox)}/users/ann`;
  await policies(tables).put([{ host: hostOf(inbox), level: 'blocked', category: 'spam', at: noon().toISOString() }]);
  await policies(tables).remove(hostOf(inbox));
  await following(tables).add(author.memberId, { actor, followId: `${actor}/f`, inbox }, noon());
  await inboxes(tables).open(author.memberId, inbox, noon());
  const worker = aSpreader(tables);
  await worker.run(await promised(tables, postJob('create', await author.post(false), noon().toISOString())), plenty);
  expect(worker.reached()).toEqual([inbox]);
});

test('a server that is limited gets what is new', async () => {
  const [author, inbox] = [await anAuthor(tables), anInbox()];
  await policies(tables).put([{ host: hostOf(inbox), level: 'limited', category: 'spam', at: noon().toISOString() }]);
  const worker = aDeliverer(tables);
  await worker.run(about(author, await author.post(), [inbox]));
  expect(worker.inboxes()).toEqual([inbox]);
});
