/** `remove` on a table in memory, with everything that it sends kept; it can be killed after any of its effects. */
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { conclude } from '../../functions/remove/conclude.ts';
import { goOnWithHeld } from '../../functions/remove/held-follows.ts';
import { endPause } from '../../functions/remove/pause-end.ts';
import { remove } from '../../functions/remove/remove.ts';
import { beginReported } from '../../functions/remove/reported.ts';
import type { Job, JobKey } from '../../shared/domain/job.ts';
import type { Ask } from '../../shared/domain/removal.ts';
import { blocks } from '../../shared/storage/blocks.ts';
import { followers } from '../../shared/storage/followers.ts';
import { type HeldFollow, heldFollows } from '../../shared/storage/held-follows.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import { jobs } from '../../shared/storage/jobs.ts';
import { memberErasure } from '../../shared/storage/member-erasure.ts';
import { members } from '../../shared/storage/members.ts';
import { posts } from '../../shared/storage/posts.ts';
import { receipts } from '../../shared/storage/receipts.ts';
import { removalReports } from '../../shared/storage/removal-reports.ts';
import { removals } from '../../shared/storage/removals.ts';
import { removed } from '../../shared/storage/removed.ts';
import { slices } from '../../shared/storage/slices.ts';
import { type Tables, tablesOf } from '../../shared/storage/table.ts';
import type {
  DeliveryMessage,
  HeldFollows,
  InteractionEvent,
  PauseEnd,
  ReportedRemovals,
  SharingRemoval,
  SliceMessage,
} from '../../shared/transport/messages.ts';
import { inMemoryTable } from '../simulation/stand-ins/table/table.ts';
import { presentPolicies } from './policies.ts';
import { anActor, noon } from './storage-samples.ts';

type Row = Readonly<Record<string, unknown>>;
type Message = SharingRemoval | HeldFollows | PauseEnd | ReportedRemovals | SliceMessage;

/** A follow that waits. */
export function aHeldFollow(server = 'far.example', more: Partial<HeldFollow> = {}): HeldFollow {
  const actor = anActor(server);
  const inbox = `https://${server}/inbox`;
  return { actor, followId: `${actor}/follow`, inbox, held: 'paused', at: noon(40).toISOString(), ...more };
}

/** A table in memory, empty or with these rows. */
export async function aTable(rows: readonly Row[] = []) {
  const table = inMemoryTable();
  const client = table.client();
  let own: Tables | undefined;
  for (const Item of rows) await client.send(new PutCommand({ TableName: table.name, Item: { ...Item } }));
  const byKey = (one: Row, other: Row) => (`${one.pk} ${one.sk}` < `${other.pk} ${other.sk}` ? -1 : 1);
  return {
    client,
    /** For one who never ends. */
    get tables(): Tables {
      own ??= tablesOf(table.name, client);
      return own;
    },
    /** All rows, in the order of their keys. */
    rows: (): readonly Row[] => table.items().toSorted(byKey),
    /** The rows of one kind. */
    of: (kind: string): readonly Row[] =>
      table
        .items()
        .filter(({ _et }) => _et === kind)
        .toSorted(byKey),
  };
}

/** A table with its rows. */
export type RemoverTable = Awaited<ReturnType<typeof aTable>>;

const isWrite = (command: object) => /^(Put|Update|Delete|Transact|BatchWrite)/.test(command.constructor.name);

/** A process that ends after so many effects: writes, and messages that are sent. */
class Killed extends Error {
  override readonly name = 'Killed';
}

type Send = (command: Parameters<DynamoDBDocumentClient['send']>[0]) => Promise<unknown>;

/** Entities are dear to make: all workers share them, one at a time. */
let present: Send = () => Promise.reject(new Error('nobody works'));
const shared = tablesOf(inMemoryTable().name, {
  config: {},
  send: (command: Parameters<Send>[0]) => present(command),
} as unknown as DynamoDBDocumentClient);

/** How a worker behaves. */
export interface Remover {
  /** It is killed after so many effects. */
  readonly killedAfter?: number | undefined;
  /** How often it finds, with each message, that there is time left. */
  readonly looks?: number;
  readonly now?: () => Date;
  /** How a stand-in for the function that asks leaves an ask: done, and everything accepted, unless it is said. */
  readonly asked?: (ask: Ask) => Ask;
  readonly more?: object;
}

/** One process, or, once that is killed, the next. */
export function aRemover(
  table: RemoverTable,
  { killedAfter, looks = Number.POSITIVE_INFINITY, now = () => noon(100), ...how }: Remover = {},
) {
  let effects = 0;
  const strike = () => {
    if (++effects === killedAfter) throw new Killed();
  };
  const mustLive = () => {
    if (killedAfter !== undefined && effects >= killedAfter) throw new Killed();
  };
  const send: Send = async (command) => {
    mustLive();
    const answer = await table.client.send(command);
    if (isWrite(command)) strike();
    return answer;
  };
  const tables = shared;
  const queued: { readonly message: Message; readonly delaySeconds: number }[] = [];
  const started: { readonly id: string; readonly startsAt: string }[] = [];
  const deliveries: { readonly message: DeliveryMessage; readonly delay: number }[] = [];
  const events: InteractionEvent[] = [];
  const done: string[] = [];
  const effect = (run: () => void) => {
    mustLive();
    run();
    strike();
  };
  const deps = {
    members: members(tables),
    posts: posts(tables),
    followers: followers(tables),
    heldFollows: heldFollows(tables),
    inboxes: inboxes(tables),
    receipts: receipts(tables),
    removals: removals(tables),
    removed: removed(tables),
    removalReports: removalReports(tables),
    slices: slices(tables),
    memberErasure: memberErasure(tables),
    blocks: blocks(tables),
    policyDirectory: presentPolicies(tables),
    jobs: jobs(tables),
    starter: {
      start: async ({ id, startsAt, queue, message }: Job, job: JobKey) =>
        effect(() => {
          started.push({ id, startsAt });
          if (queue === 'removals' || queue === 'slices')
            queued.push({ message: { ...message, job } as unknown as Message, delaySeconds: 0 });
        }),
    },
    deliveries: {
      sendAll: async (
        messages: readonly DeliveryMessage[],
        { delayOf = () => 0 }: { delayOf?: ((message: DeliveryMessage, index: number) => number) | undefined } = {},
      ) => effect(() => deliveries.push(...messages.map((message, at) => ({ message, delay: delayOf(message, at) })))),
    },
    announce: async (told: readonly InteractionEvent[]) => effect(() => events.push(...told)),
    queue: {
      send: async (message: Message, { delaySeconds = 0 }: { delaySeconds?: number | undefined } = {}) =>
        effect(() => queued.push({ message, delaySeconds })),
    },
    removalDelaySeconds: 60,
    editDelaySeconds: 25,
    lookAfterSeconds: 0,
    receiptDays: 180,
    eligibleCountries: ['US'],
    now,
    ...how.more,
  };
  let looked = 0;
  const context = { getRemainingTimeInMillis: () => (looked++ < looks ? 60_000 : 0) };

  /** Stands in for the function that asks. */
  const ask = async ({ job, memberId, removalId, slice: number, look }: SliceMessage) => {
    if (!(await deps.jobs.isOpen(job))) return;
    if (look) return deps.jobs.close(job);
    const [slice, removal] = [
      await deps.slices.find(removalId, number),
      await deps.removals.find(memberId, removalId, now()),
    ];
    if (!slice || !removal) throw new Error('there is nothing to ask');
    const end = how.asked ?? ((one: Ask): Ask => ({ ...one, state: 'done', asked: 1, accepted: 1 }));
    const open = Object.entries(slice.asks).filter(([, { state }]) => state === 'asking');
    if (open.length > 0)
      await deps.slices.advance(slice, removal, Object.fromEntries(open.map(([name, one]) => [name, end(one)])), now());
    await conclude(deps, removal);
    await deps.jobs.close(job);
  };
  const run = async (message: Message): Promise<void> => {
    looked = 0;
    present = send;
    if ('slice' in message) return ask(message);
    done.push('step' in message ? message.step : Object.keys(message).sort().join());
    if ('report' in message) return beginReported(deps)(message);
    if ('held' in message) return goOnWithHeld(deps)(message, context);
    if ('until' in message) return endPause(deps)(message);
    return remove(deps)(message, context);
  };
  /** Works on messages, and on those that follow from them; what the worker was at when it was killed. */
  const toTheEnd = async (...messages: readonly Message[]): Promise<Message | undefined> => {
    queued.unshift(...messages.map((message) => ({ message, delaySeconds: 0 })));
    for (let runs = 0; queued.length > 0; runs++) {
      if (runs > 500) throw new Error('the removal does not end');
      const { message } = queued.shift()!;
      try {
        await run(message);
      } catch (error) {
        if (error instanceof Killed) return message;
        throw error;
      }
    }
    return undefined;
  };
  return { run, toTheEnd, queued, started, deliveries, events, done, effects: () => effects };
}

/** What the sweep would send again: messages of jobs that are promised. */
export const promisedIn = (table: RemoverTable): readonly Message[] =>
  table.of('Job').flatMap(({ queue, message, shard, dueAt, id }) =>
    queue === 'removals' || queue === 'slices'
      ? [
          {
            ...(JSON.parse(String(message)) as Omit<SharingRemoval, 'job'>),
            job: { shard, dueAt, id },
          } as SharingRemoval,
        ]
      : [],
  );

/** What came of a run, whoever did it: rows, and who was told what at least once. */
const outcomeOf = (table: RemoverTable, workers: readonly ReturnType<typeof aRemover>[]) => ({
  rows: table.rows(),
  told: [
    ...new Set(
      workers.flatMap(({ deliveries, events }) => [...deliveries, ...events].map((one) => JSON.stringify(one))),
    ),
  ].sort(),
});

/**
 * Runs what a table promises to its end, killed after each of its effects in turn, or after some of them, and once unharmed; the message that was
 * being worked on comes again, and what got lost is swept up. Each must come to what the unharmed run comes to.
 */
export async function killedAnywhere(rows: readonly Row[], how: Remover = {}, every = 1) {
  const run = async (killedAfter?: number) => {
    const table = await aTable(rows);
    const first = aRemover(table, { ...how, killedAfter });
    const left = await first.toTheEnd(...promisedIn(table));
    const second = aRemover(table, how);
    if (left) await second.toTheEnd(left);
    for (let again = promisedIn(table); again.length > 0; again = promisedIn(table)) await second.toTheEnd(...again);
    return { ...outcomeOf(table, [first, second]), effects: first.effects(), table, first };
  };
  const unharmed = await run();
  const harmed: { readonly killedAfter: number; readonly rows: readonly Row[]; readonly told: readonly string[] }[] =
    [];
  for (let killedAfter = 1; killedAfter <= unharmed.effects; killedAfter += every)
    harmed.push({ killedAfter, ...(await run(killedAfter)) });
  return { unharmed, harmed };
}
