/** `ask` on a table of its own and a clock that only moves while it waits: what it sends and promises is kept. */
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { encodeTime } from 'ulid';
import { ask } from '../../functions/ask/ask.ts';
import type { Job, JobKey } from '../../shared/domain/job.ts';
import type { Ask, Removal } from '../../shared/domain/removal.ts';
import { addresses } from '../../shared/protocol/site.ts';
import { jobKey } from '../../shared/storage/jobs.ts';
import { beginning, removals } from '../../shared/storage/removals.ts';
import { slices } from '../../shared/storage/slices.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { transact } from '../../shared/storage/transact.ts';
import { startDeadline } from '../../shared/transport/deadline.ts';
import { sliceJob } from '../../shared/transport/jobs.ts';
import type { SliceMessage } from '../../shared/transport/messages.ts';
import { type Answers, anInbox, aPoster, privateKey, site } from './deliverer.ts';
import { anAuthor } from './receiver.ts';
import { anAsk, byName } from './removals.ts';
import { storageOf } from './storage.ts';
import { aPost, aRemoval, noon, unique } from './storage-samples.ts';

type AskDeps = Parameters<typeof ask>[0];

/** A clock that stands still but for those who wait by it. */
export function aClock(start = noon(120)) {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    seconds: () => (now - start.getTime()) / 1000,
    forward: (seconds: number) => {
      now += seconds * 1000;
    },
    /** Several may wait at the same time: nobody moves it back, or twice. */
    pause: async (milliseconds: number) => {
      const until = now + milliseconds;
      await new Promise((resolve) => setImmediate(resolve));
      now = Math.max(now, until);
    },
  };
}

/** A worker; `more` replaces what it works with. */
export function anAsker(tables: Tables, answers: Answers = {}, more: Partial<AskDeps> = {}, clock = aClock()) {
  const storage = storageOf(tables);
  const poster = aPoster(answers);
  const times: number[] = [];
  const again: { readonly message: SliceMessage; readonly delaySeconds: number | undefined }[] = [];
  const started: Job[] = [];
  const run = ask({
    site,
    ...storage,
    directory: () => storage.servers.all(),
    signingKeys: { privateKey: async () => privateKey },
    softwareOf: async () => undefined,
    post: (...how) => {
      times.push(clock.seconds());
      return poster.post(...how);
    },
    startDeadline,
    queue: { send: async (message, options) => void again.push({ message, delaySeconds: options?.delaySeconds }) },
    starter: { start: async (job) => void started.push(job) },
    probeDelays: [300, 900, 1800],
    perSecond: 3,
    pause: clock.pause,
    lookAfterSeconds: 600,
    receiptDays: 180,
    now: clock.now,
    ...more,
  });
  return {
    ...poster,
    run,
    clock,
    times,
    again,
    started,
    /** The ids of what an inbox was sent. */
    sentTo: (inbox: string) => poster.sent.filter((one) => one.inbox === inbox).map(({ document }) => document.id),
    /** Works on what the sweep finds overdue, until nothing of this removal is promised any more. */
    sweep: async ({ id }: Removal) => {
      for (let round = 0; round < 12; round++) {
        let taken = 0;
        for await (const { queue, message, key } of storage.jobs.takeOverdue(clock.now())) {
          if (queue !== 'slices' || message.removalId !== id || message.look) continue;
          taken++;
          await run({ ...message, job: key } as SliceMessage);
        }
        if (taken === 0) return;
        clock.forward(3600);
      }
      throw new Error('there is no end');
    },
  };
}

/** A worker that has done the first run of a removal's first slice. */
export async function askedOnce(tables: Tables, removal: Removal, ...how: [Answers?, Partial<AskDeps>?]) {
  const worker = anAsker(tables, ...how);
  await worker.run(firstRun(removal));
  return worker;
}

/** What a server answers that takes what it is sent. */
export const took = { status: 202, scheme: 'cavage' } as const;

/** Two inboxes of one server. */
export const inboxesOfOne = () => {
  const { origin } = new URL(anInbox());
  return [`${origin}/users/one/inbox`, `${origin}/users/two/inbox`] as const;
};

/** The message of a slice's first run. */
export const firstRun = (removal: Removal, slice = 0): SliceMessage => messageOf(sliceJob(removal, slice, begun));

/** The message of a promised run. */
export const messageOf = (job: Job, key: JobKey = jobKey(job)): SliceMessage =>
  ({ ...job.message, job: key }) as SliceMessage;

const begun = noon(90).toISOString();

/** A member who has removed so many posts, the last of them the newest; its servers are cut into these slices. */
export async function aRemovalOf(
  tables: Tables,
  count: number,
  cut: readonly (readonly (string | Ask)[])[],
  more: Partial<Removal> = {},
) {
  const author = await anAuthor(tables);
  const run = unique('o');
  const shared = Array.from({ length: count }, (_, index) =>
    aPost(author.memberId, {
      objectKey: `${encodeTime(noon(index).getTime()).toLowerCase()}${run}`,
      firstSentAt: noon(index).toISOString(),
    }),
  );
  const range = { oldest: shared[0]!.objectKey, newest: shared.at(-1)!.objectKey };
  const removal = aRemoval(author, noon(60), { posts: count, range, ...more });
  await transact(beginning(tables, removal, noon(60)));
  const tombstone = { state: 'deleted', deletedAt: removal.at, removalId: removal.id } as const;
  for (let from = 0; from < shared.length; from += 50)
    await transact(
      ...shared
        .slice(from, from + 50)
        .map((post) => tables.Post.build(PutTransaction).item({ ...post, attachments: [], ...tombstone })),
    );
  for (const [slice, inboxes] of cut.entries())
    await slices(tables).begin(
      {
        removalId: removal.id,
        slice,
        asks: byName(inboxes.map((one) => (typeof one === 'string' ? anAsk(one) : one))),
      },
      removal,
      sliceJob(removal, slice, begun),
      noon(60),
    );
  await removals(tables).noteCut(removal, cut.length);
  return {
    author,
    removal,
    /** The ids of the Deletes, newest first. */
    deletes: shared.map(({ objectKey }) => `${addresses(site).post(author.actorKey, objectKey)}#delete`).toReversed(),
  };
}
