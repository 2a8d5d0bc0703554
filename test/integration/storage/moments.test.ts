/** Two moments that are rare and must do no harm: something else in between two requests, and an answer that is lost for good. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { answers } from '../../../shared/storage/answers.ts';
import { inboxes } from '../../../shared/storage/inboxes.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { hashOf } from '../../../shared/storage/keys.ts';
import { members } from '../../../shared/storage/members.ts';
import { posts } from '../../../shared/storage/posts.ts';
import { reactions } from '../../../shared/storage/reactions.ts';
import { type Tables, tables } from '../../../shared/storage/table.ts';
import { anAnswer, aPlace } from '../../support/answers.ts';
import { databaseClient, newTables } from '../../support/emulated-tables.ts';
import { following, reacting } from '../../support/standings.ts';
import {
  aJob,
  aMember,
  anActor,
  aPost,
  aPostRemoval,
  aSharer,
  noon,
  stopAndRemove,
  unique,
} from '../../support/storage-samples.ts';
import { failWith, interrupt } from '../../support/unreliable.ts';

let client: DynamoDBClient;
let other: DynamoDBClient;
/** The same table through two clients: only `mine` is disturbed. */
let mine: Tables;
let calm: Tables;
beforeAll(async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  client = databaseClient();
  other = databaseClient();
  calm = await newTables(other);
  mine = tables(calm.table.getName(), client);
});
afterEach(() => client.middlewareStack.remove('unreliable'));
afterAll(() => {
  client.destroy();
  other.destroy();
});

const aLike = () => ({ objectKey: unique('o'), reaction: 'like' as const, actor: anActor(), activityId: unique('a') });
const aFollow = () => ({ actor: anActor(), followId: unique('f'), inbox: 'https://far.example/inbox' });
const numbers = (objectKey: string) => reactions(calm).tally(objectKey);

describe('between the two steps of an Undo, what it undoes arrives', () => {
  test('a like does not stay', async () => {
    const like = aLike();
    interrupt(client, 'TransactWriteItemsCommand', () => reacting(calm).add(like, noon()));
    expect(await reacting(mine).undo(like, noon())).toBe(true);
    expect((await numbers(like.objectKey)).likes).toBe(0);
  });

  test('a follow does not stay', async () => {
    const memberId = unique('m-');
    const follow = aFollow();
    interrupt(client, 'TransactWriteItemsCommand', () => following(calm).add(memberId, follow, noon()));
    expect(await following(mine).undo(memberId, follow.actor, follow.followId, noon())).toBe(true);
    expect((await members(calm).tally(memberId)).followers).toBe(0);
  });

  test('a reply does not stay', async () => {
    const [reply, place] = [anAnswer(), aPlace('reply')];
    interrupt(client, 'PutItemCommand', () => answers(calm).add(reply, [place], noon()));
    expect(await answers(mine).remove(reply.actor, reply.id, noon())).toBe(true);
    expect((await numbers(place.about)).replies).toBe(0);
  });
});

describe('between reading an inbox row and writing it', () => {
  const rowsOf = async (memberId: string) => (await inboxes(calm).page(memberId, { limit: 9 })).items;
  const url = 'https://far.example/inbox';

  test('someone else opens it: it stays open', async () => {
    for (const step of ['PutItemCommand', 'UpdateItemCommand']) {
      const memberId = unique('m-');
      if (step === 'UpdateItemCommand') await inboxes(calm).witness(memberId, url, noon(-9000));
      interrupt(client, step, () => inboxes(calm).open(memberId, url, noon()));
      await inboxes(mine).witness(memberId, url, noon(1));
      expect(await rowsOf(memberId)).toMatchObject([{ active: true }]);
      expect((await rowsOf(memberId))[0]?.until).toBeUndefined();
    }
  });

  test('a witness is written: it is opened all the same', async () => {
    const memberId = unique('m-');
    interrupt(client, 'PutItemCommand', () => inboxes(calm).witness(memberId, url, noon()));
    await inboxes(mine).open(memberId, url, noon(1));
    expect(await rowsOf(memberId)).toMatchObject([{ active: true, since: noon().toISOString() }]);
  });
});

describe('between reading an inbox row and its end, someone follows', () => {
  const url = 'https://far.example/inbox';
  const follows = async (memberId: string) => inboxes(calm).open(memberId, url, noon(999));
  const isOpen = async (memberId: string) => {
    const [row] = (await inboxes(calm).page(memberId, { limit: 9 })).items;
    expect(row).toMatchObject({ active: true, since: noon().toISOString() });
    expect([row?.closingAt, row?.gone, row?.until]).toEqual([undefined, undefined, undefined]);
  };

  test('the seventh day on which it is not there does not count', async () => {
    const memberId = unique('m-');
    await inboxes(calm).open(memberId, url, noon());
    const day = 86_400;
    for (const days of [0, 1, 2, 3, 4, 5]) await inboxes(calm).missing(memberId, url, noon(days * day));
    interrupt(client, 'UpdateItemCommand', () => follows(memberId));
    await inboxes(mine).missing(memberId, url, noon(6 * day));
    await isOpen(memberId);
  });

  test('it is not closed', async () => {
    const memberId = unique('m-');
    await inboxes(calm).open(memberId, url, noon());
    await inboxes(calm).beginClosing(memberId, hashOf(url), noon(10));
    interrupt(client, 'UpdateItemCommand', () => follows(memberId));
    await inboxes(mine).close(memberId, hashOf(url), noon(3700), noon(10).toISOString());
    await isOpen(memberId);
  });
});

describe('every answer is lost, and the same is asked again', () => {
  const lost = () => failWith(client, Array(9).fill('lost'));
  const again = async <T>(run: () => Promise<T>): Promise<T> => {
    lost();
    await expect(run()).rejects.toThrow('the answer was lost');
    client.middlewareStack.remove('unreliable');
    return run();
  };

  test('a like counts once, and is taken back once', async () => {
    const like = aLike();
    await again(() => reacting(mine).add(like, noon()));
    expect((await numbers(like.objectKey)).likes).toBe(1);
    await again(() => reacting(mine).undo(like, noon()));
    expect((await numbers(like.objectKey)).likes).toBe(0);
  });

  test('a follow counts once, and is taken back once', async () => {
    const memberId = unique('m-');
    const follow = aFollow();
    expect(await again(() => following(mine).add(memberId, follow, noon()))).toBe('known');
    expect((await members(calm).tally(memberId)).followers).toBe(1);
    await again(() => following(mine).undo(memberId, follow.actor, follow.followId, noon()));
    expect((await members(calm).tally(memberId)).followers).toBe(0);
    expect(await following(calm).add(memberId, follow, noon(1))).toBe('undone');
  });

  test('a reply counts once, and is removed once', async () => {
    const [reply, place] = [anAnswer(), aPlace('reply')];
    await again(() => answers(mine).add(reply, [place], noon()));
    expect((await numbers(place.about)).replies).toBe(1);
    await answers(calm).remove(reply.actor, reply.id, noon());
    expect((await numbers(place.about)).replies).toBe(0);
  });

  test('sharing is turned on and off once', async () => {
    const member = await aMember(calm);
    const actorKey = unique('k');
    const consent = { textVersion: '1', at: noon().toISOString() };
    await again(() => members(mine).turnOn(member, { actorKey, consent, now: noon(1) }));
    const on = await members(calm).find(member.memberId, noon(1));
    expect(on).toMatchObject({ sharing: 'on', epoch: 1, actorKey });
    const job = aJob();
    await again(() => stopAndRemove(mine, on!, noon(2), job));
    expect(await members(calm).find(member.memberId, noon(2))).toMatchObject({ sharing: 'removing', epoch: 2 });
    expect(await jobs(calm).isOpen(jobKey(job))).toBe(true);
  });

  test('a post is stored, leaves and is deleted once', async () => {
    const { memberId } = await aSharer(calm);
    const post = aPost(memberId);
    await again(() => posts(mine).add(post, undefined, aJob()));
    expect(await posts(calm).findByPostId(memberId, post.postId)).toEqual(post);
    await again(() => posts(mine).markShared(post, noon()));
    expect((await members(calm).tally(memberId)).posts).toBe(1);
    const shared = await posts(calm).find(memberId, post.objectKey);
    const removal = aPostRemoval(shared!);
    await again(() => posts(mine).markDeleted(shared!, noon(), aJob(), removal));
    expect((await members(calm).tally(memberId)).posts).toBe(0);
  });

  test('a job that was leased to nobody is leased again when that lease is over', async () => {
    const start = -86_400;
    const job = aJob(noon(start));
    await jobs(calm).open(job);
    const taken = async (seconds: number) => {
      const found: string[] = [];
      for await (const { key } of jobs(mine).takeOverdue(noon(start + seconds))) found.push(key.id);
      return found;
    };
    lost();
    await expect(taken(301)).rejects.toThrow('the answer was lost');
    client.middlewareStack.remove('unreliable');
    expect(await taken(302)).toEqual([]);
    expect(await taken(2000)).toEqual([job.id]);
  });
});
