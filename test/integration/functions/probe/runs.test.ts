/** When a pass begins, once, and how it goes on in another run when time is short or the first one dies. */
import { beforeAll, describe, expect, test } from 'vitest';
import { hurried } from '../../../../shared/domain/server.ts';
import { jobs } from '../../../../shared/storage/jobs.ts';
import { servers } from '../../../../shared/storage/servers.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import type { ProbeMessage } from '../../../../shared/transport/messages.ts';
import { hostOf, parkedFor, serverOf } from '../../../support/deliverer.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { aProber, each, hardlyAny, lookAt, parkMany, plenty } from '../../../support/prober.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { noon } from '../../../support/storage-samples.ts';

let tables: Tables;
let author: Awaited<ReturnType<typeof anAuthor>>;
beforeAll(async () => {
  tables = await tablesForFunctions();
  author = await anAuthor(tables);
});

const isOpen = ({ job }: ProbeMessage) => jobs(tables).isOpen(job);

const broken = { status: 503 };
const taken = { status: 202 };

describe('a message', () => {
  test('that comes again does nothing', async () => {
    const { inbox, all } = await parkMany(tables, author, 2);
    const message = lookAt(await serverOf(tables, inbox));
    const worker = aProber(tables, each(all, { status: 401 }));
    await worker.run(message, plenty);
    await worker.run(message, plenty);
    expect(worker.sent).toHaveLength(2);
  });

  test('that comes twice at once begins one pass', async () => {
    const { inbox } = await parkMany(tables, author, 3);
    const message = lookAt(await serverOf(tables, inbox));
    const workers = [aProber(tables), aProber(tables), aProber(tables)];
    await Promise.all(workers.map(({ run }) => run(message, plenty)));
    expect(workers.flatMap(({ sent }) => sent)).toHaveLength(3);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial' });
  });

  test('that was overtaken by an earlier look does nothing', async () => {
    const { inbox } = await parkMany(tables, author, 1);
    const planned = lookAt(await serverOf(tables, inbox));
    await servers(tables).change(hostOf(inbox), (server) => hurried(server, noon(30)));
    const worker = aProber(tables);
    await worker.run(planned, plenty);
    expect(worker.sent).toEqual([]);
    await worker.look(inbox);
    expect(worker.sent).toHaveLength(1);
  });

  test('that the sweep sent again is the one that counts', async () => {
    const { inbox } = await parkMany(tables, author, 1);
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
    const { inbox } = await parkMany(tables, author, 0);
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

describe('when time is short', () => {
  test('a pass goes on in another run, where it was, in a lease of its own', async () => {
    const { inbox, all } = await parkMany(tables, author, 4);
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
    const { inbox, all } = await parkMany(tables, author, 3);
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
    const { inbox, all } = await parkMany(tables, author, 1);
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
    const { inbox, all } = await parkMany(tables, author, 2);
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
    const { inbox } = await parkMany(tables, author, 2);
    const over = { signal: AbortSignal.abort(), isOver: () => true };
    const worker = aProber(tables, {}, { startDeadline: () => over });
    await expect(worker.look(inbox)).rejects.toThrow('too late');
    expect(worker.sent).toEqual([]);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'open', probes: 0 });
    expect(await parkedFor(tables, inbox)).toHaveLength(2);
  });
});
