/** The functions that make deliveries, as they are, on a table, queues and a clock that are stood in for. */
import type { KeyObject } from 'node:crypto';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { count } from '../../functions/count/count.ts';
import type { Effects } from '../../functions/count/effects.ts';
import { deliver } from '../../functions/deliver/deliver.ts';
import { fanOut } from '../../functions/fan-out/fan-out.ts';
import { generateKeys } from '../../functions/generate-keys/generate-keys.ts';
import { probe } from '../../functions/probe/probe.ts';
import { remove } from '../../functions/remove/remove.ts';
import { sweep } from '../../functions/sweep/sweep.ts';
import type { RemoteActor } from '../../shared/domain/remote-actor.ts';
import { groupHandler, queueHandler } from '../../shared/runtime/queue.ts';
import { closings } from '../../shared/storage/closings.ts';
import { followers } from '../../shared/storage/followers.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import { instance } from '../../shared/storage/instance.ts';
import { jobs } from '../../shared/storage/jobs.ts';
import { members } from '../../shared/storage/members.ts';
import { parked } from '../../shared/storage/parked.ts';
import { posts } from '../../shared/storage/posts.ts';
import { reactions } from '../../shared/storage/reactions.ts';
import { results } from '../../shared/storage/results.ts';
import { serverDirectory, servers } from '../../shared/storage/servers.ts';
import { signOfLife } from '../../shared/storage/sign-of-life.ts';
import { startDeadline } from '../../shared/transport/deadline.ts';
import { jobStarter } from '../../shared/transport/jobs.ts';
import {
  DeliveryMessage,
  KeysMessage,
  OutboxMessage,
  ProbeMessage,
  ReceivedMessage,
  RemovalMessage,
} from '../../shared/transport/messages.ts';
import { site } from '../support/members.ts';
import { borrowedTables } from './borrowed-tables.ts';
import type { RemoteServer } from './fediverse.ts';
import type { Network } from './posting.ts';
import type { Chance } from './stand-ins/chance.ts';
import type { VirtualClock } from './stand-ins/clock.ts';
import type { InMemoryQueue } from './stand-ins/queues/messages.ts';
import { type BatchHandler, startPoller } from './stand-ins/queues/poller.ts';
import type { InMemoryQueues } from './stand-ins/queues/sqs.ts';
import type { InMemoryTable } from './stand-ins/table/table.ts';
import { type Life, newLife } from './stand-ins/wire.ts';

/** What each function works with. */
export interface AllDeps {
  readonly deliver: Parameters<typeof deliver>[0];
  readonly fanOut: Parameters<typeof fanOut>[0];
  readonly probe: Parameters<typeof probe>[0];
  readonly remove: Parameters<typeof remove>[0];
  readonly count: Effects;
  readonly sweep: Parameters<typeof sweep>[0];
}

/** Replaces what functions work with, to plant a bug. */
export type Plant = { readonly [F in keyof AllDeps]?: (deps: AllDeps[F]) => AllDeps[F] } & {
  readonly settings?: Partial<typeof usualSettings>;
};

/** What the system is made of, and how it is set. */
export interface Ground {
  readonly clock: VirtualClock;
  readonly chance: Chance;
  readonly table: InMemoryTable;
  readonly queues: InMemoryQueues;
  readonly network: Network;
  readonly servers: ReadonlyMap<string, RemoteServer>;
  /** Is told what is written. */
  readonly watch: (written: Readonly<Record<string, unknown>>) => void;
  readonly coldStarts: number;
  /** Inbox rows that are read at a time: a member with few followers has large audiences too. */
  readonly pageSize: number;
  /** How likely it is that a key is not at hand at once. */
  readonly slowKeys: () => number;
  /** By how much the clocks of processes are wrong, at most. */
  readonly skewMs: number;
  /** Functions stop early and go on with another message. */
  readonly hurried: boolean;
  readonly plant?: Plant | undefined;
}

/** As in production. */
const usualSettings = {
  removalDelaySeconds: 60,
  editDelaySeconds: 25,
  spreadSeconds: 120,
  retryDelays: [60, 300, 900],
  probeDelays: [300, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200],
  perSecond: 5,
};

const key = {} as KeyObject; // nothing is signed here

const seconds = { deliver: 45, fanOut: 60, probe: 60, remove: 60, count: 60, keys: 60, sweep: 50, platform: 15 };

/** Starts everything that queues feed. */
export function startSystem(ground: Ground) {
  const { clock, chance, table, queues, network, coldStarts, pageSize, skewMs, plant = {} } = ground;
  const settings = { ...usualSettings, ...plant.settings };
  const luck = chance.stream('system');
  const countedAt = new Map<string, number>();

  const deadLetters = new Map<InMemoryQueue, InMemoryQueue>();
  const withDeadLetters = (name: string, timeout: number): InMemoryQueue => {
    const dead = queues.create(`${name}-dead`, { retentionSeconds: 14 * 24 * 3600 });
    const made = queues.create(name, { visibilitySeconds: 6 * timeout, redrive: { to: dead, maxReceiveCount: 5 } });
    deadLetters.set(made, dead);
    return made;
  };
  const outbox = withDeadLetters('outbox', seconds.fanOut);
  const removals = withDeadLetters('removals', seconds.remove);
  const deliveries = withDeadLetters('deliveries', seconds.deliver);
  const stragglers = withDeadLetters('stragglers', seconds.deliver);
  const probes = withDeadLetters('probes', seconds.probe);
  const counted = withDeadLetters('counted', seconds.count);
  const keys = withDeadLetters('keys', seconds.keys);

  /** What a process of any function has at hand. */
  const processOf = (life: Life) => {
    const tables = borrowedTables(table, life, ground.watch);
    const skew = Math.round(luck.between(-skewMs, skewMs));
    const now = () => new Date(clock.now() + skew);
    return {
      tables,
      now,
      members: members(tables),
      posts: posts(tables),
      followers: followers(tables),
      inboxes: inboxes(tables),
      jobs: jobs(tables),
      starter: jobStarter(
        { outbox: outbox.url, removals: removals.url, keys: keys.url, probes: probes.url },
        queues.client(life),
      ),
      sender: <T>(to: InMemoryQueue) => queues.sender<T>(to, life),
    };
  };

  /** Unwrapping a key may take long. */
  const privateKey = async () => {
    if (luck.happens(ground.slowKeys())) await clock.pause(luck.between(0, 30_000));
    return key;
  };

  const deliverOf = (life: Life): BatchHandler => {
    const { tables, now, sender, ...rows } = processOf(life);
    const remote = servers(tables);
    const deps: AllDeps['deliver'] = {
      site,
      ...rows,
      results: results(tables),
      servers: remote,
      directory: serverDirectory(remote, now),
      parked: parked(tables),
      signingKeys: { privateKey },
      post: network.poster(life),
      startDeadline,
      stragglers: sender(stragglers),
      ...settings,
      random: Math.random,
      now,
    };
    return queueHandler(DeliveryMessage, deliver(plant.deliver?.(deps) ?? deps));
  };
  const fanOutOf = (life: Life): BatchHandler => {
    const { now, sender, ...rows } = processOf(life);
    const page: typeof rows.inboxes.page = (memberId, { limit, ...how }) =>
      rows.inboxes.page(memberId, { ...how, limit: Math.min(limit, pageSize) });
    const deps: AllDeps['fanOut'] = {
      ...rows,
      inboxes: { page },
      deliveries: sender(deliveries),
      outbox: sender(outbox),
      ...settings,
      random: Math.random,
      now,
    };
    return inAHurry(queueHandler(OutboxMessage, fanOut(plant.fanOut?.(deps) ?? deps)));
  };
  const removeOf = (life: Life): BatchHandler => {
    const { now, sender, ...rows } = processOf(life);
    const deps: AllDeps['remove'] = {
      ...rows,
      deliveries: sender(deliveries),
      removals: sender(removals),
      ...settings,
      now,
    };
    return queueHandler(RemovalMessage, remove(plant.remove?.(deps) ?? deps));
  };
  const probeOf = (life: Life): BatchHandler => {
    const { tables, now, sender, ...rows } = processOf(life);
    const deps: AllDeps['probe'] = {
      site,
      ...rows,
      results: results(tables),
      servers: servers(tables),
      parked: parked(tables),
      signingKeys: { privateKey },
      post: network.poster(life),
      startDeadline,
      probes: sender(probes),
      ...settings,
      pause: clock.pause,
      now,
    };
    return inAHurry(queueHandler(ProbeMessage, probe(plant.probe?.(deps) ?? deps)));
  };
  const countOf = (life: Life): BatchHandler => {
    const { tables, now, sender, ...rows } = processOf(life);
    const remote = servers(tables);
    const deps: AllDeps['count'] = {
      site,
      ...rows,
      reactions: reactions(tables),
      senderOf: async (id) => senderIn(ground.servers, id),
      deliveries: sender(deliveries),
      announce: async () => {},
      signOfLife: signOfLife({ servers: remote, directory: serverDirectory(remote, now), now }),
      now,
    };
    const handle = groupHandler(ReceivedMessage, count(plant.count?.(deps) ?? deps));
    return async (event) => {
      const result = await handle(event);
      const failed = new Set(result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const { messageId, body } of event.Records) {
        const { id } = JSON.parse(JSON.parse(body).body);
        if (!failed.has(messageId) && !countedAt.has(id)) countedAt.set(id, clock.now());
      }
      return result;
    };
  };
  const keysOf = (life: Life): BatchHandler => {
    const { tables, now, ...rows } = processOf(life);
    const signingKeys = { ensure: async () => 'PEM' };
    return queueHandler(
      KeysMessage,
      generateKeys({ ...rows, instance: instance(tables), signingKeys, masterKey: 'key', now }),
    );
  };
  /** Now and then there is no time for more than one step. */
  const inAHurry =
    (handle: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>): BatchHandler =>
    (event, context) =>
      handle(event, ground.hurried && luck.happens(0.5) ? ({ getRemainingTimeInMillis: () => 0 } as Context) : context);

  const environment = { clock, chance, weather: queues.weather };
  const poll = (
    queue: InMemoryQueue,
    start: (life: Life) => BatchHandler,
    timeoutSeconds: number,
    maxConcurrency: number,
  ) => startPoller({ queue, start, timeoutSeconds, maxConcurrency, batchSize: 1, coldStarts }, environment);
  const pollers = [
    poll(outbox, fanOutOf, seconds.fanOut, 10),
    poll(removals, removeOf, seconds.remove, 5),
    poll(deliveries, deliverOf, seconds.deliver, 50),
    poll(stragglers, deliverOf, seconds.deliver, 20),
    poll(probes, probeOf, seconds.probe, 10),
    poll(keys, keysOf, seconds.keys, 2),
    startPoller(
      {
        queue: counted,
        start: countOf,
        timeoutSeconds: seconds.count,
        maxConcurrency: 2,
        batchSize: 100,
        windowSeconds: 1,
        coldStarts,
      },
      environment,
    ),
  ];

  /** Runs something as a function that is called directly: it may fail, and it may die. */
  const invoke = async <T>(timeoutSeconds: number, run: (life: Life) => Promise<T>): Promise<T> => {
    const life = newLife();
    const cancel = clock.after(timeoutSeconds * 1000, life.end);
    const died = new Promise<never>((_, reject) => life.onEnd(() => reject(new Error('the process died'))));
    try {
      return await Promise.race([run(life), died]);
    } finally {
      cancel();
      life.end();
    }
  };

  return {
    site,
    settings,
    counted,
    /** Each queue with its dead letters. */
    queues: [...deadLetters].map(([queue, dead]) => ({ queue, dead })),
    pollers,
    /** When each activity of others was counted first. */
    countedAt,
    /** What a process has at hand. */
    processOf,
    invoke,
    callPlatform: <T>(run: (life: Life) => Promise<T>) => invoke(seconds.platform, run),
    sweep: (): Promise<void> =>
      invoke(seconds.sweep, (life) => {
        const { tables, sender, ...rows } = processOf(life);
        const deps: AllDeps['sweep'] = {
          ...rows,
          instance: instance(tables),
          keys: sender(keys),
          closings: closings(tables),
        };
        return sweep(plant.sweep?.(deps) ?? deps)();
      }),
  };
}

/** The system as the simulation uses it. */
export type System = ReturnType<typeof startSystem>;

/** Who someone is, as their server tells. */
function senderIn(all: ReadonlyMap<string, RemoteServer>, id: string): RemoteActor | undefined {
  const { host } = new URL(id);
  const server = all.get(host);
  const person = server?.people.find((one) => one.id === id);
  if (!server || !person) return undefined;
  const name = id.split('/').at(-1)!;
  return {
    id,
    handle: `${name}@${host}`,
    name,
    url: id,
    server: host,
    inbox: person.inbox,
    ...(server.plan.sharedInbox ? { sharedInbox: person.deliveryInbox } : {}),
  };
}
