/** The platform is told of the attachments of what is removed. */
import { describe, expect, test } from 'vitest';
import { posts } from '../../../../shared/storage/posts.ts';
import { removals } from '../../../../shared/storage/removals.ts';
import { removalJob } from '../../../../shared/transport/jobs.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { aRemover, aTable, promisedIn } from '../../../support/remover.ts';
import { aJob, aPost, aPostRemoval, noon } from '../../../support/storage-samples.ts';
import { turnedOff } from '../../../support/turned-off.ts';

describe('the end of sharing', () => {
  test('names the attachments of removed posts to the platform, and not those of posts that waited', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    const { memberId } = author;
    const files = Array.from({ length: 105 }, (_, n) => `https://files.example/${n}`);
    for (let n = 0; n < 8; n++) {
      const urls = n < 7 ? files.slice(n * 15, n * 15 + 15) : ['https://files.example/waits'];
      const post = aPost(memberId, { attachments: urls.map((url) => ({ url, mediaType: 'image/png' })) });
      await posts(table.tables).add(post, undefined, aJob());
      if (n < 7) await posts(table.tables).markShared(post, noon(30));
    }
    const { message, removal, now } = await turnedOff(table.tables, author);
    const worker = aRemover(table);
    await worker.toTheEnd(message);
    expect(worker.events.map(({ type, memberId: whose, removalId }) => [type, whose, removalId])).toEqual(
      Array(3).fill(['attachments', memberId, removal.id]),
    );
    expect(worker.events.map(({ attachments = [] }) => attachments.length)).toEqual([40, 40, 25]);
    expect(worker.events.flatMap(({ attachments = [] }) => attachments).sort()).toEqual(files.sort());
    expect(await now()).toMatchObject({ posts: 7, attachments: 105 });
  });
});

describe('the removal of one post', () => {
  test('names its attachments', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    const post = aPost(author.memberId, { attachments: [{ url: 'https://f.example/1', mediaType: 'image/png' }] });
    await posts(tables).add(post, undefined, aJob());
    await posts(tables).markShared(post, noon(30));
    const present = (await posts(tables).find(author.memberId, post.objectKey))!;
    const removal = aPostRemoval(present, noon(60));
    const naming = removalJob(removal, 'attachments', removal.at);
    expect(await posts(tables).markDeleted(present, noon(60), aJob(), removal, naming)).toBe(true);
    const worker = aRemover(table);
    await worker.toTheEnd(...promisedIn(table).filter((message) => 'step' in message));
    expect(worker.events).toEqual([
      {
        type: 'attachments',
        memberId: author.memberId,
        postId: post.postId,
        removalId: removal.id,
        attachments: ['https://f.example/1'],
        at: removal.at,
      },
    ]);
    expect(await removals(tables).find(author.memberId, removal.id, noon(100))).toEqual(removal);
    expect(promisedIn(table)).toEqual([]);
  });
});
