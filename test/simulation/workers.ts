/** The functions that make deliveries, as they are; each process has its own way to the table and the queues. */
import type { KeyObject } from 'node:crypto';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { ask } from '../../functions/ask/ask.ts';
import { look } from '../../functions/ask/look.ts';
import { count } from '../../functions/count/count.ts';
import { deliver } from '../../functions/deliver/deliver.ts';
import { fanOut } from '../../functions/fan-out/fan-out.ts';
import { generateKeys } from '../../functions/generate-keys/generate-keys.ts';
import { probe } from '../../functions/probe/probe.ts';
import { undoWhatBinds } from '../../functions/remove/blocked.ts';
import { goOnWithHeld } from '../../functions/remove/held-follows.ts';
import { endPause } from '../../functions/remove/pause-end.ts';
import { remove } from '../../functions/remove/remove.ts';
import { sweep } from '../../functions/sweep/sweep.ts';
import { groupHandler, queueHandler } from '../../shared/runtime/queue.ts';
import { closings } from '../../shared/storage/closings.ts';
import { doings } from '../../shared/storage/doings.ts';
import { instance } from '../../shared/storage/instance.ts';
import { limits } from '../../shared/storage/limits.ts';
import { memberErasure } from '../../shared/storage/member-erasure.ts';
import { parked } from '../../shared/storage/parked.ts';
import { policies, policyDirectory } from '../../shared/storage/policies.ts';
import { reach } from '../../shared/storage/reach.ts';
import { reactions } from '../../shared/storage/reactions.ts';
import { receiptParts } from '../../shared/storage/receipt-parts.ts';
import { removed } from '../../shared/storage/removed.ts';
import { results } from '../../shared/storage/results.ts';
import { serverDirectory, servers } from '../../shared/storage/servers.ts';
import { signOfLife } from '../../shared/storage/sign-of-life.ts';
import { takenBack } from '../../shared/storage/taken-back.ts';
import { startDeadline } from '../../shared/transport/deadline.ts';
import {
  DeliveryMessage,
  KeysMessage,
  OutboxMessage,
  ProbeMessage,
  ReceivedMessage,
  RemovalMessage,
  SliceMessage,
} from '../../shared/transport/messages.ts';
import { site } from '../support/members.ts';
import { type AllDeps, type Ground, usualSettings } from './ground.ts';
import { processes, type QueueName } from './processes.ts';
import type { InMemoryQueue } from './stand-ins/queues/messages.ts';
import type { BatchHandler } from './stand-ins/queues/poller.ts';
import type { Life } from './stand-ins/wire.ts';
import { copiesOn, senderIn, softwareOf } from './told.ts';

const key = {} as KeyObject; // nothing is signed here

/** What starts a process of each function. */
export function workers(ground: Ground, to: Readonly<Record<QueueName, InMemoryQueue>>) {
  const { clock, chance, network, pageSize, plant = {} } = ground;
  const settings = { ...usualSettings, ...plant.settings };
  const luck = chance.stream('system');
  const countedAt = new Map<string, number>();

  const processOf = processes(ground, luck, to);

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
      receiptParts: receiptParts(tables),
      servers: remote,
      directory: serverDirectory(remote, now),
      parked: parked(tables),
      signingKeys: { privateKey },
      post: network.poster(life),
      startDeadline,
      stragglers: sender(to.stragglers),
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
      deliveries: sender(to.deliveries),
      outbox: sender(to.outbox),
      ...settings,
      random: Math.random,
      now,
    };
    return inAHurry(queueHandler(OutboxMessage, fanOut(plant.fanOut?.(deps) ?? deps)));
  };
  const removeOf = (life: Life): BatchHandler => {
    const { tables, now, sender, ...rows } = processOf(life);
    const deps: AllDeps['remove'] = {
      ...rows,
      memberErasure: memberErasure(tables),
      removed: removed(tables),
      deliveries: sender(to.deliveries),
      queue: sender(to.removals),
      announce: async () => {},
      ...settings,
      now,
    };
    const step = remove(plant.remove?.(deps) ?? deps);
    const decided = { doings: doings(tables), reach: reach(tables), policies: policies(tables) };
    const all = { ...deps, ...rows, ...settings, ...decided, queue: sender<never>(to.removals) };
    const afterBlock = undoWhatBinds(all);
    const afterPause = endPause(all);
    const withHeld = goOnWithHeld({ ...all, policyDirectory: policyDirectory(policies(tables), now) });
    return inAHurry(
      queueHandler(RemovalMessage, (message, context) => {
        if ('erasure' in message || 'report' in message) throw new Error('nobody asks for that in a simulation');
        if ('block' in message) return afterBlock(message, context);
        if ('held' in message) return withHeld(message, context);
        if ('until' in message) return afterPause(message);
        return step(message, context);
      }),
    );
  };
  const askOf = (life: Life): BatchHandler => {
    const { tables, now, sender, ...rows } = processOf(life);
    const remote = servers(tables);
    const common = {
      site,
      ...rows,
      limits: limits(tables),
      directory: serverDirectory(remote, now),
      startDeadline,
      queue: sender<SliceMessage>(to.slices),
      now,
    };
    const deps: AllDeps['ask'] = {
      ...common,
      removed: removed(tables),
      servers: remote,
      signingKeys: { privateKey },
      post: network.poster(life),
      softwareOf: async (inbox) => softwareOf(ground.servers, inbox),
      ...settings,
      perSecond: settings.removalsPerSecond,
      pause: clock.pause,
    };
    const asks = ask(plant.ask?.(deps) ?? deps);
    const looksAt = look({
      ...common,
      policies: policyDirectory(policies(tables), now),
      lookForCopies: async (sought) => copiesOn(ground.servers, sought),
    });
    return queueHandler(SliceMessage, (message, context) => (message.look ? looksAt(message, context) : asks(message)));
  };
  const probeOf = (life: Life): BatchHandler => {
    const { tables, now, sender, ...rows } = processOf(life);
    const deps: AllDeps['probe'] = {
      site,
      ...rows,
      results: results(tables),
      receiptParts: receiptParts(tables),
      removed: removed(tables),
      servers: servers(tables),
      parked: parked(tables),
      signingKeys: { privateKey },
      post: network.poster(life),
      startDeadline,
      probes: sender(to.probes),
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
      doings: doings(tables),
      takenBack: takenBack(tables),
      policies: policyDirectory(policies(tables), now),
      mayReach: async () => true,
      senderOf: async (id) => senderIn(ground.servers, id),
      deliveries: sender(to.deliveries),
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

  /** What `sweep` does when it is called. */
  const sweepOf = (life: Life) => {
    const { tables, sender, ...rows } = processOf(life);
    const deps: AllDeps['sweep'] = {
      ...rows,
      instance: instance(tables),
      keys: sender(to.keys),
      closings: closings(tables),
    };
    return sweep(plant.sweep?.(deps) ?? deps);
  };

  return { settings, processOf, countedAt, deliverOf, fanOutOf, removeOf, askOf, probeOf, countOf, keysOf, sweepOf };
}
