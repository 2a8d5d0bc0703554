/** A pass over what is parked for a server: when it begins, how it goes on, and what it makes of the server. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { DeliveryAnswer } from '../../../../shared/domain/delivery.ts';
import { hurried } from '../../../../shared/domain/server.ts';
import { jobs } from '../../../../shared/storage/jobs.ts';
import { parked } from '../../../../shared/storage/parked.ts';
import { servers } from '../../../../shared/storage/servers.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import type { ProbeMessage } from '../../../../shared/transport/messages.ts';
import {
  type Answers,
  about,
  aDeliverer,
  anInbox,
  hostOf,
  parkedFor,
  pointerTo,
  serverOf,
  takeDown,
} from '../../../support/deliverer.ts';
import { databaseClient, newTables } from '../../../support/emulated-tables.ts';
import { aProber, hardlyAny, lookAt, plenty } from '../../../support/prober.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { noon } from '../../../support/storage-samples.ts';

let tables: Tables;
let author: Awaited<ReturnType<typeof anAuthor>>;
beforeAll(async () => {
  tables = await newTables(databaseClient());
  author = await anAuthor(tables);
});

const isOpen = ({ job }: ProbeMessage) => jobs(tables).isOpen(job);
/** A server that is out, and inboxes there for each of which a post is parked; in the order in which a pass comes to them. */
async function parkMany(count: number) {
  const inbox = anInbox();
  await takeDown(tables, inbox);
  for (let number = 0; number < count; number++) {
    const post = await author.post();
    await parked(tables).add(hostOf(inbox), `${inbox}/${number}`, pointerTo(author, post), noon());
  }
  return { inbox, all: (await parkedFor(tables, inbox)).map((one) => one.inbox) };
}
const each = (inboxes: readonly string[], ...answers: DeliveryAnswer[]): Answers =>
  Object.fromEntries(inboxes.map((inbox, number) => [inbox, answers[Math.min(number, answers.length - 1)]!]));
const broken = { status: 503 };
const taken = { status: 202 };
const unreachable = { unreachable: 'no connection' };

describe('a message', () => {
  test('that comes again does nothing', async () => {
    const { inbox, all } = await parkMany(2);
    const message = lookAt(await serverOf(tables, inbox));
    const worker = aProber(tables, each(all, { status: 401 }));
    await worker.run(message, plenty);
    await worker.run(message, plenty);
    expect(worker.sent).toHaveLength(2);
  });

  test('that comes twice at once begins one pass', async () => {
    const { inbox } = await parkMany(3);
    const message = lookAt(await serverOf(tables, inbox));
    const workers = [aProber(tables), aProber(tables), aProber(tables)];
    await Promise.all(workers.map(({ run }) => run(message, plenty)));
    expect(workers.flatMap(({ sent }) => sent)).toHaveLength(3);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial' });
  });

  test('that was overtaken by an earlier look does nothing', async () => {
    const { inbox } = await parkMany(1);
    const planned = lookAt(await serverOf(tables, inbox));
    await servers(tables).change(hostOf(inbox), (server) => hurried(server, noon(30)));
    const worker = aProber(tables);
    await worker.run(planned, plenty);
    expect(worker.sent).toEqual([]);
    await worker.look(inbox);
    expect(worker.sent).toHaveLength(1);
  });

  test('that the sweep sent again is the one that counts', async () => {
    const { inbox } = await parkMany(1);
    const planned = lookAt(await serverOf(tables, inbox));
    const swept: ProbeMessage[] = [];
    for await (const { message, key } of jobs(tables).takeOverdue(noon(301)))
      swept.push({ ...(message as { host: string }), job: key });
    const mine = swept.filter(({ host }) => host === hostOf(inbox));
    expect(mine).toHaveLength(1);
    const worker = aProber(tables);
    for (const message of [planned, ...mine, ...mine]) await worker.run(message, plenty);
    expect(worker.sent).toHaveLength(1);
    expect(await isOpen(mine[0]!)).toBe(false);
  });

  test('about a server that is well by now ends its job', async () => {
    const { inbox } = await parkMany(0);
    const message = lookAt(await serverOf(tables, inbox));
    await servers(tables).change(hostOf(inbox), ({ host }) => ({ host }));
    await jobs(tables).open({
      queue: 'probes',
      id: message.job.id,
      startsAt: message.job.dueAt,
      bySweep: true,
      message: {},
    });
    expect(await isOpen(message)).toBe(true);
    await aProber(tables).run(message, plenty);
    expect(await isOpen(message)).toBe(false);
    expect(await serverOf(tables, inbox)).toEqual({ host: hostOf(inbox) });
  });
});

describe('a server that', () => {
  test('cannot be reached is asked once, and left alone for longer', async () => {
    const { inbox, all } = await parkMany(4);
    const worker = aProber(tables, each(all, unreachable));
    await worker.look(inbox);
    expect(worker.inboxes()).toEqual(all.slice(0, 1));
    expect(await parkedFor(tables, inbox)).toHaveLength(4);
    const { breaker } = await serverOf(tables, inbox);
    expect(breaker).toMatchObject({ state: 'open', since: noon().toISOString(), probes: 1 });
    expect(breaker!.probeAt).toBe(noon(600 + 900).toISOString());
  });

  test('does not answer in time cannot be reached', async () => {
    const { inbox, all } = await parkMany(2);
    const worker = aProber(tables, each(all, { unreachable: 'too slow', timedOut: true }));
    await worker.look(inbox);
    expect(worker.sent).toMatchObject([{ how: { timeoutMs: 10_000 } }]);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'open' });
  });

  test('answers gets all that waits, the oldest of each part first, at a gentle pace', async () => {
    const { inbox, all } = await parkMany(12);
    const worker = aProber(tables);
    await worker.look(inbox);
    expect(worker.inboxes()).toEqual(all);
    expect(worker.pauses).toEqual(Array(12).fill(200));
    expect(await parkedFor(tables, inbox)).toEqual([]);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({
      state: 'trial',
      failures: [],
      probes: 0,
      probeAt: noon(660).toISOString(),
    });
  });

  test('has taken all is forgotten at the second look, and no job of it is left', async () => {
    const { inbox } = await parkMany(1);
    await aProber(tables).look(inbox);
    const second = lookAt(await serverOf(tables, inbox));
    expect(await isOpen(second)).toBe(true);
    await aProber(tables, {}, { now: () => noon(660) }).run(second, plenty);
    expect(await serverOf(tables, inbox)).toEqual({ host: hostOf(inbox) });
    expect(await isOpen(second)).toBe(false);
  });

  test('fails again at the second look is out again', async () => {
    const { inbox } = await parkMany(1);
    await aProber(tables).look(inbox);
    await aDeliverer(tables, { [inbox]: unreachable }).run(about(author, await author.post(), [inbox]));
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'open', since: noon().toISOString() });
  });

  test('answers, but never well, has failed after three', async () => {
    const { inbox, all } = await parkMany(5);
    const worker = aProber(tables, each(all, broken));
    await worker.look(inbox);
    expect(worker.inboxes()).toEqual(all.slice(0, 3));
    expect(worker.pauses).toEqual([200, 200]);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'open', probes: 1 });
  });

  test('breaks at all that waits, fewer than three, has failed', async () => {
    const { inbox, all } = await parkMany(2);
    await aProber(tables, each(all, broken)).look(inbox);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'open', probes: 1 });
    expect(await parkedFor(tables, inbox)).toHaveLength(2);
  });

  test('breaks at some gets all others; those are tried again later', async () => {
    const { inbox, all } = await parkMany(7);
    const worker = aProber(tables, each(all, broken, broken, taken, broken, broken, broken, taken));
    await worker.look(inbox);
    expect(worker.inboxes()).toEqual(all);
    const left = (await parkedFor(tables, inbox)).map((one) => one.inbox);
    expect(left).toEqual([all[0], all[1], all[3], all[4], all[5]]);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial', probeAt: noon(900).toISOString() });
  });

  test('refuses a signature is not kept from the others, and looked at less and less while it takes nothing', async () => {
    const { inbox, all } = await parkMany(3);
    await aProber(tables, each(all, { status: 401 }, taken, taken)).look(inbox);
    expect((await parkedFor(tables, inbox)).map((one) => one.inbox)).toEqual(all.slice(0, 1));
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial', probes: 0 });
    await aProber(tables, each(all, { status: 401 })).look(inbox);
    const { breaker } = await serverOf(tables, inbox);
    expect(breaker).toMatchObject({ state: 'trial', probes: 1, probeAt: noon(600 + 900).toISOString() });
    expect(breaker!.since).toBeUndefined();
  });

  test('has enough for now is left alone at once, for as long as it says', async () => {
    const { inbox, all } = await parkMany(4);
    const worker = aProber(tables, each(all, taken, { status: 429, retryAfterSeconds: 3600 }));
    await worker.look(inbox);
    expect(worker.inboxes()).toEqual(all.slice(0, 2));
    expect(await parkedFor(tables, inbox)).toHaveLength(3);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({
      state: 'trial',
      probes: 0,
      probeAt: noon(600 + 3600).toISOString(),
    });
  });

  test('wants another kind of signature gets that one', async () => {
    const { inbox } = await parkMany(1);
    await servers(tables).change(hostOf(inbox), (server) => ({ ...server, scheme: 'rfc9421' }));
    const worker = aProber(tables);
    await worker.look(inbox);
    expect(worker.sent).toMatchObject([{ how: { scheme: 'rfc9421' } }]);
  });

  test('broke an activity in an unheard-of way is sent the others', async () => {
    const { inbox, all } = await parkMany(3);
    const worker = aProber(tables, { [all[0]!]: new TypeError('an invalid header') });
    await worker.look(inbox);
    expect((await parkedFor(tables, inbox)).map((one) => one.inbox)).toEqual(all.slice(0, 1));
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial' });
  });
});

describe('when time is short', () => {
  test('a pass goes on in another run, where it was, in a lease of its own', async () => {
    const { inbox, all } = await parkMany(4);
    const sent: string[] = [];
    let message: ProbeMessage | undefined = lookAt(await serverOf(tables, inbox));
    for (let run = 0; message && run < 9; run++) {
      const worker = aProber(tables, {}, { now: () => noon(600 + run) });
      expect(await isOpen(message)).toBe(true);
      await worker.run(message, hardlyAny);
      expect(await isOpen(message)).toBe(false);
      sent.push(...worker.inboxes());
      if (worker.further.length > 0)
        expect((await serverOf(tables, inbox)).breaker!.probeAt).toBe(noon(600 + run + 300).toISOString());
      message = worker.further[0];
    }
    expect(sent).toEqual(all);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial', probeAt: noon(664).toISOString() });
  });

  test('what it has seen so far is not forgotten', async () => {
    const { inbox, all } = await parkMany(3);
    const answers = each(all, { status: 401 }, taken, broken);
    let message: ProbeMessage | undefined = lookAt(await serverOf(tables, inbox));
    for (let run = 0; message && run < 9; run++) {
      const worker = aProber(tables, answers, { now: () => noon(600 + run) });
      await worker.run(message, hardlyAny);
      message = worker.further[0];
    }
    expect(await parkedFor(tables, inbox)).toHaveLength(2);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial', probes: 0 });
  });

  test('a server that broke at everything is out, also when the last run finds nothing more', async () => {
    const { inbox, all } = await parkMany(1);
    await servers(tables).change(hostOf(inbox), (server) => ({
      ...server,
      breaker: { ...server.breaker!, state: 'trial', since: undefined },
    }));
    const first = aProber(tables, each(all, broken));
    await first.look(inbox, hardlyAny);
    expect(first.further).toMatchObject([{ tried: false, left: true }]);
    await aProber(tables, {}, { now: () => noon(601) }).run(first.further[0]!, plenty);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'open' });
    expect(await isOpen(lookAt(await serverOf(tables, inbox)))).toBe(true);
  });

  test('a pass that dies is begun again when its lease ends', async () => {
    const { inbox, all } = await parkMany(2);
    const message = lookAt(await serverOf(tables, inbox));
    const dying = aProber(tables, {}, { results: { put: () => Promise.reject(new Error('out of memory')) } });
    await expect(dying.run(message, plenty)).rejects.toThrow('out of memory');
    await dying.run(message, plenty);
    expect(dying.sent).toHaveLength(1);
    const again = lookAt(await serverOf(tables, inbox));
    expect(again.job.dueAt).toBe(noon(900).toISOString());
    expect(await isOpen(again)).toBe(true);
    const worker = aProber(tables, {}, { now: () => noon(901) });
    await worker.run(again, plenty);
    expect(worker.inboxes()).toEqual(all);
  });

  test('nothing is sent that took too long to read, and nobody is blamed', async () => {
    const { inbox } = await parkMany(2);
    const over = { signal: AbortSignal.abort(), isOver: () => true };
    const worker = aProber(tables, {}, { startDeadline: () => over });
    await expect(worker.look(inbox)).rejects.toThrow('too late');
    expect(worker.sent).toEqual([]);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'open', probes: 0 });
    expect(await parkedFor(tables, inbox)).toHaveLength(2);
  });
});
