/** What follows when sharing is turned off, page by page, on a table of its own. */
import { beforeAll, expect, test } from 'vitest';
import { remove } from '../../../functions/remove/remove.ts';
import { followers } from '../../../shared/storage/followers.ts';
import { inboxes } from '../../../shared/storage/inboxes.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { members } from '../../../shared/storage/members.ts';
import { posts } from '../../../shared/storage/posts.ts';
import type { Tables } from '../../../shared/storage/table.ts';
import { removalJob } from '../../../shared/transport/jobs.ts';
import type { DeliveryMessage, SharingRemoval } from '../../../shared/transport/messages.ts';
import { databaseClient, newTables } from '../../support/emulated-tables.ts';
import { anAuthor } from '../../support/receiver.ts';
import { following } from '../../support/standings.ts';
import { anActor, noon, unique } from '../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await newTables(databaseClient());
});

function aWorker(more: object = {}) {
  const started: { readonly id: string; readonly startsAt: string }[] = [];
  const deliveries: DeliveryMessage[] = [];
  const delays: number[] = [];
  const further: SharingRemoval[] = [];
  const run = remove({
    members: members(tables),
    posts: posts(tables),
    followers: followers(tables),
    inboxes: inboxes(tables),
    jobs: jobs(tables),
    starter: { start: async ({ id, startsAt }) => void started.push({ id, startsAt }) },
    deliveries: {
      sendAll: async (messages, { delayOf = () => 0 } = {}) => {
        deliveries.push(...messages);
        delays.push(...messages.map(delayOf));
      },
    },
    removals: { send: async (message) => void further.push(message) },
    removalDelaySeconds: 60,
    editDelaySeconds: 25,
    now: () => noon(100),
    ...more,
  });
  /** Follows the chain of messages to its end, and tells its steps. */
  const toTheEnd = async (message: SharingRemoval) => {
    const steps: string[] = [];
    for (let next: SharingRemoval | undefined = message; next; next = further.shift()) {
      steps.push(next.step);
      await run(next);
      if (steps.length > 50) throw new Error('the removal does not end');
    }
    return steps;
  };
  return { run, toTheEnd, started, deliveries, delays, further };
}

type Author = Awaited<ReturnType<typeof anAuthor>>;
async function turnedOff({ memberId, turnOff }: Author): Promise<SharingRemoval> {
  await turnOff();
  const job = removalJob(memberId, 2, noon().toISOString());
  await jobs(tables).open(job);
  return { ...(job.message as Omit<SharingRemoval, 'job'>), job: jobKey(job) };
}
const aFollower = async ({ memberId }: Author, inbox = 'https://far.example/inbox') => {
  const follow = { actor: anActor(), followId: `https://far.example/${unique('f')}`, inbox };
  await following(tables).add(memberId, follow, noon());
  await inboxes(tables).open(memberId, inbox, noon());
  return follow;
};
const stateOf = async ({ memberId }: Author) => (await members(tables).find(memberId, noon()))?.sharing;

test('posts go first, then the profile, the followers and the inboxes, and then it is over', async () => {
  const author = await anAuthor(tables);
  const [shared, waiting] = [await author.post(), await author.post(false)];
  const follow = await aFollower(author);
  const message = await turnedOff(author);
  const worker = aWorker();
  expect(await worker.toTheEnd(message)).toEqual(['posts', 'profile', 'followers', 'inboxes']);

  const state = async (objectKey: string) => (await posts(tables).find(author.memberId, objectKey))?.state;
  expect([await state(shared.objectKey), await state(waiting.objectKey)]).toEqual(['deleted', 'cancelled']);
  expect(worker.started).toEqual([
    { id: `delete#${shared.objectKey}`, startsAt: noon(100 + 60).toISOString() },
    { id: expect.stringMatching(/^profile#/), startsAt: noon(60 + 25).toISOString() }, // sharing ended at 60
  ]);
  expect(worker.delays).toEqual([25]);
  const { memberId } = author;
  expect(worker.deliveries).toEqual([
    {
      subject: { kind: 'reject', memberId, epoch: 2, follow: { id: follow.followId, actor: follow.actor } },
      chunk: follow.followId,
      inboxes: [follow.inbox],
      attempt: 0,
      lane: 'fast',
    },
  ]);
  expect(await author.followers()).toBe(0);
  expect(await author.inboxes()).toMatchObject([{ active: false, until: noon(100).toISOString() }]);
  expect(await stateOf(author)).toBe('off');
  expect(await jobs(tables).isOpen(message.job)).toBe(false);
});

test('many posts and followers are done page by page, each once', async () => {
  const author = await anAuthor(tables);
  const many = Array.from({ length: 35 }, (_, index) => index);
  const keys = await Promise.all(many.map(async () => (await author.post()).objectKey));
  const follows = await Promise.all(many.map((index) => aFollower(author, `https://s${index % 30}.example/inbox`)));
  const worker = aWorker();
  const steps = await worker.toTheEnd(await turnedOff(author));
  expect(steps.filter((step) => step === 'posts').length).toBeGreaterThan(1);
  const deleted = worker.started.map(({ id }) => id).filter((id) => id.startsWith('delete#'));
  expect(deleted.sort()).toEqual(keys.map((key) => `delete#${key}`).sort());
  const rejected = worker.deliveries.map(({ chunk }) => chunk);
  expect(rejected.sort()).toEqual(follows.map(({ followId }) => followId).sort());
  expect((await author.inboxes()).filter(({ active }) => active)).toEqual([]);
  expect(await members(tables).tally(author.memberId)).toEqual({ followers: 0, posts: 0 });
});

test('each promise is kept in the table before its message is sent', async () => {
  const author = await anAuthor(tables);
  const post = await author.post();
  const message = await turnedOff(author);
  const broken = aWorker({ starter: { start: () => Promise.reject(new Error('no queue')) } });
  await expect(broken.run(message)).rejects.toThrow('no queue');
  expect(await posts(tables).find(author.memberId, post.objectKey)).toMatchObject({ state: 'deleted' });
  const later = noon(100 + 60 + 301);
  const overdue: string[] = [];
  for await (const { key } of jobs(tables).takeOverdue(later)) overdue.push(key.id);
  expect(overdue).toContain(`delete#${post.objectKey}`);
});

test('a page that broke off is repeated without loss', async () => {
  const author = await anAuthor(tables);
  const [one, two] = [await aFollower(author), await aFollower(author)];
  const message = await turnedOff(author);
  const broken = aWorker({ followers: { ...followers(tables), count: () => Promise.reject(new Error('stopped')) } });
  let last = message;
  for (
    let next: SharingRemoval | undefined = message;
    next && next.step !== 'followers';
    next = broken.further.shift()
  ) {
    await broken.run(next);
    last = broken.further[0]!;
  }
  await expect(broken.run(last)).rejects.toThrow('stopped');
  const worker = aWorker();
  expect(await worker.toTheEnd(last)).toEqual(['followers', 'inboxes']);
  const rejected = [...broken.deliveries, ...worker.deliveries].map(({ chunk }) => chunk);
  expect(new Set(rejected)).toEqual(new Set([one.followId, two.followId]));
  expect(await author.followers()).toBe(0);
});

test('what broke off goes on from its page when its lease ends, and the message that was lost does nothing', async () => {
  const author = await anAuthor(tables);
  await aFollower(author);
  const message = await turnedOff(author);
  const broken = aWorker({ removals: { send: () => Promise.reject(new Error('no queue')) } });
  await expect(broken.run(message)).rejects.toThrow('no queue');
  await broken.run(message);
  expect(broken.started).toEqual([]);
  const found: SharingRemoval[] = [];
  for await (const { key, message: body } of jobs(tables).takeOverdue(noon(100 + 301)))
    if (key.id === message.job.id) found.push({ ...(body as Omit<SharingRemoval, 'job'>), job: key });
  expect(found).toMatchObject([{ memberId: author.memberId, epoch: 2, step: 'profile' }]);
  expect(await aWorker().toTheEnd(found[0]!)).toEqual(['profile', 'followers', 'inboxes']);
  expect(await stateOf(author)).toBe('off');
});

test('who was taken over in the middle hands nothing on', async () => {
  const author = await anAuthor(tables);
  await author.post();
  const message = await turnedOff(author);
  const start = async () => {
    for await (const _ of jobs(tables).takeOverdue(noon(10_000)));
  };
  const worker = aWorker({ starter: { start } });
  await worker.run(message);
  expect(worker.further).toEqual([]);
});

test('a message whose job is over, or of an older epoch, does nothing', async () => {
  const author = await anAuthor(tables);
  await author.post();
  const message = await turnedOff(author);
  const worker = aWorker();
  await worker.run({ ...message, epoch: 1 });
  expect(await jobs(tables).isOpen(message.job)).toBe(false);
  await worker.run(message);
  expect([worker.started, worker.deliveries, worker.further]).toEqual([[], [], []]);
  expect(await stateOf(author)).toBe('removing');
});

test('what is read to be removed is read strongly', async () => {
  const author = await anAuthor(tables);
  const message = await turnedOff(author);
  const strongly: unknown[] = [];
  const noting = <T extends { page: (...all: never[]) => unknown }>(storage: T): T => ({
    ...storage,
    page: (owner: never, options: { readonly consistent?: boolean }) => {
      strongly.push(options.consistent);
      return storage.page(owner, options as never);
    },
  });
  const worker = aWorker({ posts: noting(posts(tables)), followers: noting(followers(tables)) });
  await worker.toTheEnd(message);
  expect(strongly).toEqual([true, true]);
});
