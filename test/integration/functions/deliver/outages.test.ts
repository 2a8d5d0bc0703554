/** Servers that are out, or were: what is parked for them, what is given up, and what is remembered of them. */
import { beforeAll, describe, expect, test } from 'vitest';
import { inboxes } from '../../../../shared/storage/inboxes.ts';
import { parked } from '../../../../shared/storage/parked.ts';
import { servers } from '../../../../shared/storage/servers.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import {
  about,
  aChunk,
  aDeliverer,
  anInbox,
  edit,
  hostOf,
  parkedFor,
  pointerTo,
  serverOf,
  sumOf,
  takeDown,
  threeInboxes,
  twoInboxes,
} from '../../../support/deliverer.ts';
import { countWrites, databaseClient, newTables } from '../../../support/emulated-tables.ts';
import { anAnswer, aProfilePointer } from '../../../support/pointers.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { noon } from '../../../support/storage-samples.ts';

const client = databaseClient();
let tables: Tables;
beforeAll(async () => {
  tables = await newTables(client);
});

const days = (count: number) => count * 24 * 3600;
const unreachable = { unreachable: 'no connection' };

describe('a server that is out', () => {
  test('is not asked: what is for it is parked, and the others get it', async () => {
    const [author, [dead, alive]] = [await anAuthor(tables), twoInboxes()];
    const post = await author.post();
    await takeDown(tables, dead);
    const worker = aDeliverer(tables);
    await worker.run(about(author, post, [dead, alive]));
    expect(worker.inboxes()).toEqual([alive]);
    expect(worker.again).toEqual([]);
    expect(await parkedFor(tables, dead)).toMatchObject([
      { inbox: dead, pointer: pointerTo(author, post), owed: ['create'], parkedAt: noon().toISOString() },
    ]);
    expect(await sumOf(tables, post)).toEqual({ asked: 2, accepted: 1, retrying: 1, gaveUp: 0 });
  });

  test('costs one write for each activity that is parked', async () => {
    const author = await anAuthor(tables);
    const [dead, other] = twoInboxes();
    const atDead = Array.from({ length: 10 }, (_, number) => `https://${hostOf(dead)}/inboxes/${number}`);
    await takeDown(tables, dead);
    const message = about(author, await author.post(), [...atDead, other]);
    const writes = await countWrites(client, () => aDeliverer(tables).run(message));
    expect(writes).toBe(10 + 1 + 1); // and the health of the other, and the result
  });

  test('is remembered as it was, though the worker learnt of it a while ago', async () => {
    const [author, inbox] = [await anAuthor(tables), anInbox()];
    await takeDown(tables, inbox);
    const known = await servers(tables).all();
    await servers(tables).change(hostOf(inbox), ({ host }) => ({ host })); // it is well again, and forgotten
    await aDeliverer(tables, {}, { directory: async () => known }).run(about(author, await author.post(), [inbox]));
    expect(await parkedFor(tables, inbox)).toHaveLength(1);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial', probeAt: noon().toISOString() });
  });

  test('opens after five failures in ten minutes, one of each message', async () => {
    const author = await anAuthor(tables);
    const inbox = anInbox();
    const all = [inbox, `${inbox}/2`, `${inbox}/3`];
    const answers = Object.fromEntries(all.map((one) => [one, unreachable]));
    for (let minute = 0; minute < 5; minute++) {
      expect((await serverOf(tables, inbox)).breaker?.state).toBe(minute === 0 ? undefined : 'counting');
      const worker = aDeliverer(tables, answers, { now: () => noon(minute * 60) });
      await worker.run(about(author, await author.post(), all));
      expect(worker.again.map(({ message }) => message.inboxes)).toEqual(minute === 4 ? [] : [all]);
    }
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'open', since: noon().toISOString() });
    expect((await parkedFor(tables, inbox)).map((one) => one.inbox).sort()).toEqual(all);
  });

  test('is parked for many times at once, whatever each inbox says', async () => {
    const author = await anAuthor(tables);
    const inbox = anInbox();
    const all = Array.from({ length: 60 }, (_, number) => `${inbox}/${number}`);
    const busy = { status: 429, retryAfterSeconds: 3600 };
    const worker = aDeliverer(tables, Object.fromEntries(all.map((one) => [one, busy])));
    await worker.run(about(author, await author.post(), all));
    expect(await parkedFor(tables, inbox)).toHaveLength(60);
    expect((await serverOf(tables, inbox)).breaker!.probeAt).toBe(noon(3600).toISOString());
  });
});

describe('a server that has been out for seven days', () => {
  const now = () => noon(days(7));

  test('gets no Creates, Updates, Accepts and profiles any more: they are counted as given up', async () => {
    const [author, inbox] = [await anAuthor(tables), anInbox()];
    const [{ memberId }, post] = [author, await author.post()];
    await edit(tables, author, post, 'Better words');
    await takeDown(tables, inbox, noon(), now());
    const worker = aDeliverer(tables, {}, { now });
    await worker.run(about(author, post, [inbox]));
    await worker.run(about(author, post, [inbox], { activity: 'update', version: 2 }));
    await worker.run(aChunk(aProfilePointer({ memberId }), [inbox]));
    await worker.run(aChunk(anAnswer('accept', { memberId }), [inbox]));
    expect(worker.sent).toEqual([]);
    expect(await parkedFor(tables, inbox)).toEqual([]);
    for (const activity of ['create', 'update-2'])
      expect(await sumOf(tables, post, activity)).toEqual({ asked: 1, accepted: 0, retrying: 0, gaveUp: 1 });
  });

  test('is still to get what takes something back', async () => {
    const [author, inbox] = [await anAuthor(tables), anInbox()];
    const [{ memberId }, post] = [author, await author.post()];
    await post.remove();
    await takeDown(tables, inbox, noon(), now());
    const worker = aDeliverer(tables, {}, { now });
    await worker.run(about(author, post, [inbox], { activity: 'delete' }));
    await worker.run(aChunk(anAnswer('reject', { memberId }), [inbox]));
    expect(worker.sent).toEqual([]);
    expect((await parkedFor(tables, inbox)).map(({ pointer }) => pointer.kind).sort()).toEqual(['post', 'reject']);
    expect(await sumOf(tables, post, 'delete')).toEqual({ asked: 1, accepted: 0, retrying: 1, gaveUp: 0 });
  });

  test('is asked again where nothing was left to be tried: once, until it is out again', async () => {
    const [author, inbox] = [await anAuthor(tables), anInbox()];
    await servers(tables).change(hostOf(inbox), (server) => ({
      ...server,
      breaker: {
        state: 'trial',
        failures: [],
        since: noon().toISOString(),
        probes: 3,
        probeAt: noon(days(8)).toISOString(),
      },
    }));
    const worker = aDeliverer(tables, { [inbox]: unreachable }, { now });
    await worker.run(about(author, await author.post(), [inbox]));
    await worker.run(about(author, await author.post(), [inbox]));
    expect(worker.sent).toHaveLength(1);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'open', since: noon().toISOString() });
  });
});

describe('what is outdated', () => {
  test('is not even parked', async () => {
    const [author, inbox] = [await anAuthor(tables), anInbox()];
    await takeDown(tables, inbox);
    const [kept, removed] = [await author.post(), await author.post()];
    await removed.remove();
    const worker = aDeliverer(tables);
    await worker.run(about(author, removed, [inbox]));
    await worker.run(about(author, kept, [inbox], { activity: 'update', version: 7 }));
    await author.turnOff();
    await worker.run(about(author, kept, [inbox]));
    await worker.run(aChunk(aProfilePointer({ memberId: author.memberId }), [inbox]));
    expect(await parkedFor(tables, inbox)).toEqual([]);
  });

  test('where something newer is parked is counted as given up', async () => {
    const [author, inbox] = [await anAuthor(tables), anInbox()];
    await takeDown(tables, inbox);
    const post = await author.post();
    const late = about(author, post, [inbox]);
    await parked(tables).add(hostOf(inbox), inbox, pointerTo(author, post, 'delete'), noon());
    await aDeliverer(tables).run(late);
    expect(await parkedFor(tables, inbox)).toMatchObject([{ pointer: { activity: 'delete' }, owed: ['delete'] }]);
    expect(await sumOf(tables, post)).toEqual({ asked: 1, accepted: 0, retrying: 0, gaveUp: 1 });
  });
});

describe('what is remembered of other servers', () => {
  test('failures are over with the first success', async () => {
    const [author, inbox] = [await anAuthor(tables), anInbox()];
    await aDeliverer(tables, { [inbox]: { status: 500 } }).run(about(author, await author.post(), [inbox]));
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'counting' });
    await aDeliverer(tables).run(about(author, await author.post(), [inbox]));
    expect(await serverOf(tables, inbox)).toEqual({ host: hostOf(inbox) });
  });

  test('the kind of signature that was taken is learnt, used, and unlearnt', async () => {
    const [author, inbox] = [await anAuthor(tables), anInbox()];
    const deliverOne = async (...answers: { status: number; scheme: 'cavage' | 'rfc9421' }[]) => {
      const worker = aDeliverer(tables, { [inbox]: answers });
      await worker.run(about(author, await author.post(), [inbox]));
      return worker.sent[0]!.how.scheme;
    };
    expect(await deliverOne({ status: 202, scheme: 'rfc9421' })).toBe('cavage');
    expect(await serverOf(tables, inbox)).toEqual({ host: hostOf(inbox), scheme: 'rfc9421' });
    const again = await countWrites(client, async () => {
      expect(await deliverOne({ status: 202, scheme: 'rfc9421' })).toBe('rfc9421');
    });
    expect(again).toBe(2 + 1 + 1); // the post, the health, the result: nothing about the server
    expect(await deliverOne({ status: 202, scheme: 'cavage' })).toBe('rfc9421');
    expect(await serverOf(tables, inbox)).toEqual({ host: hostOf(inbox) });
  });

  test('when one of them last took something is noted, one for each message', async () => {
    const [author, all] = [await anAuthor(tables), threeInboxes()];
    const writes = await countWrites(client, async () =>
      aDeliverer(tables, {}, { random: () => 0.99 }).run(about(author, await author.post(), all)),
    );
    expect(writes).toBe(2 + 1 + 1); // the post, the health, the result
    const noted = await Promise.all(all.map((inbox) => servers(tables).lastSuccess(hostOf(inbox))));
    expect(noted).toEqual([undefined, undefined, noon().toISOString()]);
  });
});

describe('an inbox that does not exist', () => {
  const gone = async (memberId: string, inbox: string) => {
    const { items } = await inboxes(tables).page(memberId, { limit: 100 });
    return items.find(({ url }) => url === inbox)?.gone;
  };
  const open = (memberId: string, inbox: string) => inboxes(tables).open(memberId, inbox, noon());

  test.each([404, 410])('(%i) is remembered as such, and found again when it answers a look', async (status) => {
    const [author, inbox] = [await anAuthor(tables), anInbox()];
    await open(author.memberId, inbox);
    await aDeliverer(tables, { [inbox]: { status } }).run(about(author, await author.post(), [inbox]));
    expect(await gone(author.memberId, inbox)).toEqual({ looks: 1, lookedAt: noon().toISOString() });
    const look = { ...about(author, await author.post(), [inbox]), look: true };
    await aDeliverer(tables, { [inbox]: { status } }, { now: () => noon(days(1)) }).run(look);
    expect(await gone(author.memberId, inbox)).toMatchObject({ looks: 2 });
    await aDeliverer(tables).run({ ...look, chunk: 'another' });
    expect(await gone(author.memberId, inbox)).toBeUndefined();
  });

  test.each([404, 410])(
    'for a Delete (%i) says nothing about what it will get, and keeps it waiting',
    async (status) => {
      const [author, inbox] = [await anAuthor(tables), anInbox()];
      await open(author.memberId, inbox);
      const post = await author.post();
      await post.remove();
      await aDeliverer(tables, { [inbox]: { status } }).run(about(author, post, [inbox], { activity: 'delete' }));
      expect(await gone(author.memberId, inbox)).toBeUndefined();
      expect(await sumOf(tables, post, 'delete')).toEqual({ asked: 1, accepted: 0, retrying: 1, gaveUp: 0 });
      expect(await parkedFor(tables, inbox)).toMatchObject([{ pointer: pointerTo(author, post, 'delete') }]);
      expect((await serverOf(tables, inbox)).breaker).toMatchObject({
        state: 'trial',
        probeAt: noon(300).toISOString(),
      });
    },
  );
});
