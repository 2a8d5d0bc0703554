/** Parking for a server and looks at it, at the same time and in every order: nothing is parked where nobody will look. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ConsequenceDeps, consequences, type Sent } from '../../../functions/deliver/consequences.ts';
import { probe } from '../../../functions/probe/probe.ts';
import type { DeliveryAnswer } from '../../../shared/domain/delivery.ts';
import { failed, hurried, parkedTooLate, type Server, succeeded } from '../../../shared/domain/server.ts';
import { logger } from '../../../shared/runtime/logger.ts';
import { jobs } from '../../../shared/storage/jobs.ts';
import { parked } from '../../../shared/storage/parked.ts';
import { servers } from '../../../shared/storage/servers.ts';
import { tablesOf } from '../../../shared/storage/table.ts';
import type { ProbeMessage } from '../../../shared/transport/messages.ts';
import { chanceOf } from '../../simulation/stand-ins/chance.ts';
import { virtualClock } from '../../simulation/stand-ins/clock.ts';
import { inMemoryTable } from '../../simulation/stand-ins/table/table.ts';
import { anActor, aSharedPost, site } from '../../support/members.ts';
import { aPostPointer } from '../../support/pointers.ts';
import { runs } from '../../support/runs.ts';

logger.setLogLevel('SILENT');

const host = 'far.example';
const probeDelays = [20, 40];
const never = { signal: new AbortController().signal, isOver: () => false };
const none = new Map<string, Server>();

/** One life of a server and of all who have to do with it, as this seed has it. */
function world(seed: number) {
  const chance = chanceOf(seed);
  const clock = virtualClock(chance);
  const table = inMemoryTable({
    clock,
    chance,
    weather: {
      way: [0, chance.pick([5, 200, 1000])],
      answerLost: 0.03,
      requestLost: 0.03,
      doneLate: 0.03,
      stale: 0.3,
      lagMs: 5000,
    },
  });
  const tables = tablesOf(table.name, table.client());
  const now = () => new Date(clock.now());
  const start = clock.now();
  const sent: string[] = [];
  const faults: string[] = [];
  let parking = 0;
  let calm = false;

  const answer = async (inbox: string): Promise<DeliveryAnswer> => {
    await clock.pause(chance.between(0, 3000));
    const status = calm || chance.happens(0.6) ? 202 : chance.pick([401, 429, 503, undefined]);
    if (status === 202) sent.push(inbox);
    return status ? { status } : { unreachable: 'no connection' };
  };
  /** A message whose work failed comes back. */
  const again = async <T>(work: () => Promise<T>): Promise<T> =>
    work().catch(async (error) => {
      if (error.name !== 'TimeoutError') throw error;
      await clock.pause(5000);
      return again(work);
    });
  const remote = servers(tables);
  const queue: ProbeMessage[] = [];
  const look = probe({
    site,
    members: { find: async () => anActor() },
    posts: { find: async (_, objectKey) => aSharedPost({ objectKey }) },
    followers: { find: async () => undefined },
    inboxes: { missing: async () => {} },
    results: { put: async () => {} },
    receiptParts: { put: async () => {} },
    removals: { find: async () => undefined },
    removed: { removedBy: async () => ({ items: [] }) },
    slices: { find: async () => undefined, release: async () => false, noteParked: async () => false },
    signingKeys: { privateKey: async () => ({}) as never },
    servers: remote,
    parked: parked(tables),
    jobs: jobs(tables),
    post: answer,
    startDeadline: () => never,
    blocks: { find: async () => undefined },
    stamps: { find: async () => undefined },
    barredFrom: async () => () => false,
    probes: { send: async (message) => void queue.push(message) },
    probeDelays,
    perSecond: 5,
    pause: clock.pause,
    now,
  });
  const sweep = async () => {
    for await (const { message, key } of jobs(tables).takeOverdue(now()))
      queue.push({ ...(message as { host: string }), job: key });
  };
  const work = async () => {
    const message = queue.shift();
    if (!message) return;
    if (chance.happens(0.1)) queue.push(message); // at least once
    const end = clock.now() + 60_000;
    await again(() => look(message, { getRemainingTimeInMillis: () => end - clock.now() }));
  };

  /** Some are frozen for longer than looks take. */
  const slowly = async () => clock.pause(chance.pick([0, 0, 0, 10_000, 80_000]));
  const deps: ConsequenceDeps = {
    servers: { ...remote, change: async (...change) => slowly().then(() => remote.change(...change)) },
    parked: { add: async (...added) => slowly().then(() => parked(tables).add(...added)) },
    inboxes: { missing: async () => {}, found: async () => {} },
    stragglers: { send: async () => {} },
    retryDelays: [],
    probeDelays,
    random: chance.number,
    now,
  };
  const park = async (name: string) => {
    const outcome = chance.pick<Sent['outcome']>([
      { kind: 'out' },
      { kind: 'out' },
      { kind: 'retry', serverFailed: false, afterSeconds: chance.pick([undefined, 0, 30]) },
      { kind: 'retry', serverFailed: true },
    ]);
    const inbox = `https://${host}/${name}`;
    const subject = aPostPointer('create', { objectKey: name });
    const message = { subject, chunk: name, inboxes: [inbox], attempt: 9, lane: 'slow' as const };
    parking++;
    await again(() => consequences(deps, message, none, [{ inbox, host, outcome, hasLeft: outcome.kind !== 'out' }]));
    parking--;
    return inbox;
  };
  const live = () =>
    remote.change(host, (server) => {
      const luck = chance.below(4);
      if (luck === 0) return failed(server, now(), probeDelays);
      return luck === 1 ? hurried(server, now(), { always: true }) : succeeded(server);
    });

  const succeed = () => remote.change(host, succeeded);

  /** While nobody is about to park, whatever is parked has a look before it. */
  const check = () => {
    if (parking > 0) return;
    const rows = table.items();
    const of = (partition: string) => rows.filter(({ pk }) => String(pk).startsWith(partition));
    const isParked = of('PARKED#').length > 0;
    const isPlanned = of('SERVERS#').some(({ breaker }) => (breaker as Server['breaker'])?.probeAt);
    const isPromised = of('OUTBOX#').length > 0;
    if (isParked && !(isPlanned && isPromised)) faults.push(`after ${clock.now() - start} ms nobody looks`);
  };

  return {
    clock,
    chance,
    sent,
    faults,
    sweep,
    work,
    park,
    live,
    succeed,
    check,
    left: () => table.items(),
    isParking: () => parking > 0, // some are frozen for minutes
    begin: () => remote.change(host, (server) => parkedTooLate(server, now())),
    calmDown: () => {
      calm = true;
      table.turn({ answerLost: 0, requestLost: 0, doneLate: 0 });
    },
  };
}

/** Two and a half minutes in which anything may happen, and then as many calm ones as it takes. */
async function live(seed: number) {
  const { clock, chance, sent, faults, ...one } = world(seed);
  const failures: unknown[] = [];
  const run = (work: () => Promise<unknown>) =>
    void work().then(one.check, (error) => error.name === 'TimeoutError' || failures.push(error));
  const inboxes: string[] = [];
  const busy = 150_000;
  run(one.begin);
  clock.every(2000, () => run(one.sweep));
  clock.every(500, () => run(one.work));
  const checks = clock.every(200, one.check);
  for (let number = 0; number < chance.below(12) + 1; number++)
    clock.after(chance.between(0, busy), () => run(async () => inboxes.push(await one.park(`o${number}`))));
  for (let number = 0; number < chance.below(5); number++) clock.after(chance.between(0, busy), () => run(one.live));
  await clock.run({ until: clock.now() + 2 * busy + 60_000 });
  checks();
  one.calmDown();
  clock.every(30_000, () => run(one.succeed));
  let isQuiet = false;
  clock.every(5000, () => {
    isQuiet = one.left().length === 0 && !one.isParking();
  });
  await clock.run({ until: clock.now() + 1200_000, done: () => isQuiet });
  return { sent, faults, failures, inboxes, left: one.left() };
}

test('nothing that is parked is ever forgotten, and in the end all of it was sent and the server is well', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const { sent, faults, failures, inboxes, left } = await live(seed);
      expect(failures).toEqual([]);
      expect(faults).toEqual([]);
      expect([...new Set(sent)].sort()).toEqual(inboxes.sort());
      expect(left).toEqual([]);
    }),
    runs(25, 1000),
  );
});
