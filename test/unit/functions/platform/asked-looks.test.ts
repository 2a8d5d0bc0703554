/** Looks that somebody asks for. */
import { beforeEach, describe, expect, test } from 'vitest';
import { jobs } from '#shared/storage/jobs';
import { members } from '#shared/storage/members';
import { anAsk, anAskedRemoval, putPostRemoval, putRemoval } from '../../../support/receipts.ts';
import { type RemovalsApi, removalsApi } from '../../../support/removals-api.ts';
import { aJob, aRemoval, noon } from '../../../support/storage-samples.ts';

let all: RemovalsApi['all'];
let call: RemovalsApi['call'];
let ann: RemovalsApi['ann'];
let path: RemovalsApi['path'];
let own: RemovalsApi['own'];
let started: RemovalsApi['started'];
let setTime: RemovalsApi['setTime'];
beforeEach(async () => {
  ({ all, call, ann, path, own, started, setTime } = await removalsApi());
});
const now = noon(3600);

describe('a look that is asked for', () => {
  const asked = (more: Parameters<typeof anAskedRemoval>[1] = {}) =>
    putRemoval(
      all,
      anAskedRemoval(ann.memberId, more),
      [anAsk('a.example'), anAsk('b.example', { accepted: 0, refused: { 403: 3 } })],
      [anAsk('c.example', { accepted: 0, state: 'givenUp' })],
      [anAsk('d.example')],
    );

  test('is planned for every sheet on which something was accepted', async () => {
    const removal = await asked();
    expect(await call(`POST ${path(removal.id, '/look')}`, own())).toMatchObject({
      status: 202,
      body: { removalId: removal.id, servers: 2 },
    });
    expect(started.map(({ queue, message }) => [queue, message])).toEqual(
      [0, 2].map((slice) => [
        'slices',
        { memberId: ann.memberId, removalId: removal.id, slice, look: true, again: true },
      ]),
    );
    const promised = await Array.fromAsync(jobs(all).takeOverdue(noon(7200)));
    expect(promised.filter(({ queue }) => queue === 'slices')).toHaveLength(2);
  });

  test('comes once an hour', async () => {
    const removal = await asked();
    const look = () => call(`POST ${path(removal.id, '/look')}`);
    expect((await look()).status).toBe(202);
    setTime(noon(3600 + 3500));
    expect(await look()).toMatchObject({ status: 429, headers: { 'retry-after': '100' } });
    setTime(noon(3600 + 3600));
    expect((await look()).status).toBe(202);
    expect(new Set(started.map(({ id }) => id)).size).toBe(4);
  });

  test('does not overwrite what was seen once the name is forgotten with which one could ask', async () => {
    const removal = await asked();
    const present = (await members(all).find(ann.memberId, now, { consistent: true }))!;
    const ending = aRemoval(present, now, { kind: 'forEver' });
    await members(all).deleteForEver(present, { removal: ending, job: aJob(), now });
    await members(all).bury(ann.memberId);
    expect((await call(`POST ${path(removal.id, '/look')}`)).status).toBe(409);
    expect(started).toEqual([]);
  });

  test('waits until everyone was asked', async () => {
    const underWay = await asked({ state: 'underWay' });
    expect((await call(`POST ${path(underWay.id, '/look')}`)).status).toBe(409);
    expect(started).toEqual([]);
  });

  test('is there for a single post as well: all servers that accepted, however many', async () => {
    const inboxes = Array.from({ length: 450 }, (_, index) => [`https://s${index}.example/inbox`, 202] as const);
    const post = await putPostRemoval(all, anAskedRemoval(ann.memberId, { kind: 'post' }), inboxes);
    expect((await call(`POST ${path(post.id, '/look')}`)).body).toMatchObject({ servers: 450 });
    expect(started.map(({ message }) => message.slice).sort()).toEqual([0, 1, 2, 3, 4]);
  });
});
