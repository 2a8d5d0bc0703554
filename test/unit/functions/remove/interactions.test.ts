/** What others did to posts goes with the posts. */
import { describe, expect, test } from 'vitest';
import { answers } from '../../../../shared/storage/answers.ts';
import { members } from '../../../../shared/storage/members.ts';
import { posts } from '../../../../shared/storage/posts.ts';
import { reactions } from '../../../../shared/storage/reactions.ts';
import { removalJob } from '../../../../shared/transport/jobs.ts';
import { anAnswer, aPlace } from '../../../support/answers.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { aRemover, aTable, promisedIn, type RemoverTable } from '../../../support/remover.ts';
import { aPostRemoval, noon } from '../../../support/storage-samples.ts';
import { memberOf, turnedOff } from '../../../support/turned-off.ts';

const actor = 'https://far.example/users/ann';
/** A post that was liked and answered. */
async function aLovedPost({ tables }: RemoverTable, author: Awaited<ReturnType<typeof anAuthor>>) {
  const post = await author.post();
  const { objectKey } = post;
  const like = { kind: 'did' as const, activityId: `${actor}/like`, signedAt: noon(50).toISOString() };
  await reactions(tables).count(objectKey, [{ ...like, reaction: 'like', actor }], noon(50));
  const place = { ...aPlace('reply'), about: objectKey, memberId: author.memberId };
  await answers(tables).add(anAnswer(), [place], noon(50));
  return post;
}
const kinds = ['Answer', 'AnswerOf', 'Reaction', 'Reactors', 'Tally'];
const left = (table: RemoverTable) => kinds.filter((kind) => table.of(kind).length > 0);

describe('what others did', () => {
  test('is gone when the removal of everything is over, and the post can be shared again', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    for (let n = 0; n < 30; n++) await aLovedPost(table, author);
    expect(left(table)).toEqual(kinds);
    const { message } = await turnedOff(table.tables, author);
    const worker = aRemover(table, { looks: 20 });
    await worker.toTheEnd(message);
    expect(left(table)).toEqual([]);
    expect(worker.done.filter((step) => step === 'interactions').length).toBeGreaterThan(1);
    expect(await memberOf(table.tables, author)).toMatchObject({ sharing: 'off' });
    expect((await posts(table.tables).page(author, { states: ['deleted'], limit: 99 })).items).toHaveLength(30);
  });

  test('stays with posts that were left behind, until those are removed', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    await aLovedPost(table, author);
    await members(table.tables).stop(await memberOf(table.tables, author), noon(55));
    expect(left(table)).toEqual(kinds);
    const { message } = await turnedOff(table.tables, author);
    await aRemover(table).toTheEnd(message);
    expect(left(table)).toEqual([]);
  });

  test('is held by a legal order, which does not hold sharing', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    await aLovedPost(table, author);
    const hold = { order: 'AZ 1/26', since: noon(55).toISOString() };
    await members(table.tables).hold(await memberOf(table.tables, author), hold);
    const { message } = await turnedOff(table.tables, author);
    await aRemover(table).toTheEnd(message);
    expect(left(table)).toEqual(kinds);
    expect(await memberOf(table.tables, author)).toMatchObject({ sharing: 'off' });
  });

  test('goes with a single post, and what others did to another stays', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    const [gone, stays] = [await aLovedPost(table, author), await aLovedPost(table, author)];
    const post = (await posts(tables).find(author.memberId, gone.objectKey))!;
    const removal = aPostRemoval(post, noon(60));
    await posts(tables).markDeleted(post, noon(60), removalJob(removal, 'answers', removal.at), removal);
    await aRemover(table, { looks: 4 }).toTheEnd(...promisedIn(table));
    expect((await reactions(tables).tally(gone.objectKey)).likes).toBe(0);
    expect(table.of('Answer')).toHaveLength(1);
    expect((await reactions(tables).tally(stays.objectKey)).likes).toBe(1);
  });
});
