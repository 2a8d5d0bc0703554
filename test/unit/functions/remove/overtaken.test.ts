/** Removals that come twice, late, or while something else changes. */
import { describe, expect, test } from 'vitest';
import { jobs } from '../../../../shared/storage/jobs.ts';
import { members } from '../../../../shared/storage/members.ts';
import { posts } from '../../../../shared/storage/posts.ts';
import { beginning } from '../../../../shared/storage/removals.ts';
import { transact } from '../../../../shared/storage/transact.ts';
import { removalJob } from '../../../../shared/transport/jobs.ts';
import type { SharingRemoval } from '../../../../shared/transport/messages.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { aRemover, aTable, promisedIn } from '../../../support/remover.ts';
import { aJob, aPost, aRemoval, noon, unique } from '../../../support/storage-samples.ts';
import { aFollower, memberOf, stateOf, turnedOff } from '../../../support/turned-off.ts';

describe('the end of sharing', () => {
  test('what changes while it is removed is read again', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    const [one, other] = [await author.post(), await author.post()];
    const { message, now } = await turnedOff(tables, author);
    const real = posts(tables);
    let meddled = false;
    const meddling: typeof real = {
      ...real,
      markRemoved: async (some, removal, at) => {
        const first = some[0]!;
        if (!meddled) await real.edit(first, { ...first, text: 'Edited' }, noon(61), undefined);
        meddled = true;
        return real.markRemoved(some, removal, at);
      },
    };
    await aRemover(table, { more: { posts: meddling } }).toTheEnd(message);
    for (const { objectKey } of [one, other])
      expect((await real.find(author.memberId, objectKey))?.state).toBe('deleted');
    expect(await now()).toMatchObject({ posts: 2 });
    expect(await members(tables).tally(author.memberId)).toEqual({ followers: 0, posts: 0 });
  });

  test('who was taken over in the middle hands nothing on', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    await author.post();
    const { message } = await turnedOff(table.tables, author);
    const announce = async () => {
      for await (const _ of jobs(table.tables).takeOverdue(noon(10_000)));
    };
    const post = aPost(author.memberId, { attachments: [{ url: 'https://f.example/1', mediaType: 'image/png' }] });
    expect(post.epoch).toBe(1);
    const real = posts(table.tables);
    const markRemoved: typeof real.markRemoved = async (...all) => {
      await announce();
      return real.markRemoved(...all);
    };
    const worker = aRemover(table, { more: { posts: { ...real, markRemoved } } });
    await worker.run(message);
    expect(worker.queued).toEqual([]);
  });

  test('a message whose job is over, or of a removal that is not there, does nothing', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    await author.post();
    const { message } = await turnedOff(table.tables, author);
    const worker = aRemover(table);
    await worker.run({ ...message, removalId: 'another' });
    expect(await jobs(table.tables).isOpen(message.job)).toBe(false);
    await worker.run(message);
    expect([worker.started, worker.deliveries, worker.queued]).toEqual([[], [], []]);
    expect(await stateOf(table.tables, author)).toBe('removing');
  });

  test('a late copy of its last message leaves the sharing that began since alone', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    await author.post();
    await aFollower(tables, author);
    const { message, now } = await turnedOff(tables, author);
    await aRemover(table, { asked: (ask) => ({ ...ask, state: 'parked' }) }).toTheEnd(message);
    const off = await memberOf(tables, author);
    const consent = { textVersion: '1', at: noon(200).toISOString() };
    await members(tables).turnOn(off, { actorKey: author.actorKey, consent, now: noon(200) });
    const follower = await aFollower(tables, author, 'https://new.example/inbox');
    const again = { ...message, step: 'followers' as const, job: { ...message.job, id: 'again' } };
    await jobs(tables).open(
      aJob(noon(), { ...removalJob(aRemoval(off), 'followers', noon().toISOString()), id: 'again' }),
    );
    const [promised] = promisedIn(table);
    await aRemover(table).toTheEnd({ ...again, job: promised!.job } as SharingRemoval);
    expect(await author.followers()).toBe(1);
    expect(follower.inbox).toBe('https://new.example/inbox');
    expect(await now()).toMatchObject({ state: 'asked', parked: 1 });
    expect(promisedIn(table)).toEqual([]);
  });
});

test('a removal that begins twice under one id begins once', async () => {
  const { tables } = await aTable();
  const removal = aRemoval({ memberId: unique('m-'), epoch: 1 });
  expect((await transact(beginning(tables, removal, noon()))).kind).toBe('done');
  expect((await transact(beginning(tables, removal, noon()))).kind).toBe('refused');
});
