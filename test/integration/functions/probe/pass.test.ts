/** A pass over what is parked for a server: how it goes, and what it makes of the server. */
import { beforeAll, describe, expect, test } from 'vitest';
import { jobs } from '../../../../shared/storage/jobs.ts';
import { servers } from '../../../../shared/storage/servers.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import type { ProbeMessage } from '../../../../shared/transport/messages.ts';
import { about, aDeliverer, hostOf, parkedFor, serverOf } from '../../../support/deliverer.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { aProber, each, lookAt, parkMany, plenty } from '../../../support/prober.ts';
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
const unreachable = { unreachable: 'no connection' };

describe('a server that', () => {
  test('cannot be reached is asked once, and left alone for longer', async () => {
    const { inbox, all } = await parkMany(tables, author, 4);
    const worker = aProber(tables, each(all, unreachable));
    await worker.look(inbox);
    expect(worker.inboxes()).toEqual(all.slice(0, 1));
    expect(await parkedFor(tables, inbox)).toHaveLength(4);
    const { breaker } = await serverOf(tables, inbox);
    expect(breaker).toMatchObject({ state: 'open', since: noon().toISOString(), probes: 1 });
    expect(breaker!.probeAt).toBe(noon(600 + 900).toISOString());
  });

  test('does not answer in time cannot be reached', async () => {
    const { inbox, all } = await parkMany(tables, author, 2);
    const worker = aProber(tables, each(all, { unreachable: 'too slow', timedOut: true }));
    await worker.look(inbox);
    expect(worker.sent).toMatchObject([{ how: { timeoutMs: 10_000 } }]);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'open' });
  });

  test('answers gets all that waits, the oldest of each part first, at a gentle pace', async () => {
    const { inbox, all } = await parkMany(tables, author, 12);
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
    const { inbox } = await parkMany(tables, author, 1);
    await aProber(tables).look(inbox);
    const second = lookAt(await serverOf(tables, inbox));
    expect(await isOpen(second)).toBe(true);
    await aProber(tables, {}, { now: () => noon(660) }).run(second, plenty);
    expect(await serverOf(tables, inbox)).toEqual({ host: hostOf(inbox) });
    expect(await isOpen(second)).toBe(false);
  });

  test('fails again at the second look is out again', async () => {
    const { inbox } = await parkMany(tables, author, 1);
    await aProber(tables).look(inbox);
    await aDeliverer(tables, { [inbox]: unreachable }).run(about(author, await author.post(), [inbox]));
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'open', since: noon().toISOString() });
  });

  test('answers, but never well, has failed after three', async () => {
    const { inbox, all } = await parkMany(tables, author, 5);
    const worker = aProber(tables, each(all, broken));
    await worker.look(inbox);
    expect(worker.inboxes()).toEqual(all.slice(0, 3));
    expect(worker.pauses).toEqual([200, 200]);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'open', probes: 1 });
  });

  test('breaks at all that waits, fewer than three, has failed', async () => {
    const { inbox, all } = await parkMany(tables, author, 2);
    await aProber(tables, each(all, broken)).look(inbox);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'open', probes: 1 });
    expect(await parkedFor(tables, inbox)).toHaveLength(2);
  });

  test('breaks at some gets all others; those are tried again later', async () => {
    const { inbox, all } = await parkMany(tables, author, 7);
    const worker = aProber(tables, each(all, broken, broken, taken, broken, broken, broken, taken));
    await worker.look(inbox);
    expect(worker.inboxes()).toEqual(all);
    const left = (await parkedFor(tables, inbox)).map((one) => one.inbox);
    expect(left).toEqual([all[0], all[1], all[3], all[4], all[5]]);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial', probeAt: noon(900).toISOString() });
  });

  test('refuses a signature is not kept from the others, and looked at less and less while it takes nothing', async () => {
    const { inbox, all } = await parkMany(tables, author, 3);
    await aProber(tables, each(all, { status: 401 }, taken, taken)).look(inbox);
    expect((await parkedFor(tables, inbox)).map((one) => one.inbox)).toEqual(all.slice(0, 1));
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial', probes: 0 });
    await aProber(tables, each(all, { status: 401 })).look(inbox);
    const { breaker } = await serverOf(tables, inbox);
    expect(breaker).toMatchObject({ state: 'trial', probes: 1, probeAt: noon(600 + 900).toISOString() });
    expect(breaker!.since).toBeUndefined();
  });

  test('has enough for now is left alone at once, for as long as it says', async () => {
    const { inbox, all } = await parkMany(tables, author, 4);
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
    const { inbox } = await parkMany(tables, author, 1);
    await servers(tables).change(hostOf(inbox), (server) => ({ ...server, scheme: 'rfc9421' }));
    const worker = aProber(tables);
    await worker.look(inbox);
    expect(worker.sent).toMatchObject([{ how: { scheme: 'rfc9421' } }]);
  });

  test('broke an activity in an unheard-of way is sent the others', async () => {
    const { inbox, all } = await parkMany(tables, author, 3);
    const worker = aProber(tables, { [all[0]!]: new TypeError('an invalid header') });
    await worker.look(inbox);
    expect((await parkedFor(tables, inbox)).map((one) => one.inbox)).toEqual(all.slice(0, 1));
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial' });
  });
});
