/** Legal orders: what the platform is answered, and what follows when the last of them ends. */
import { describe, expect, test } from 'vitest';
import { mostHolds } from '../../../shared/domain/hold.ts';
import { en } from '../../../shared/domain/wording/en.ts';
import { memoryTables } from '../../support/memory-tables.ts';
import { noon } from '../../support/storage-samples.ts';
import { type Someone, switchApi } from '../../support/switch-api.ts';

const api = switchApi(memoryTables());

const asMember = ({ memberId }: Someone) => ({ claims: { scope: 'member', sub: memberId } });
const hold = ({ of }: Someone, order: string) => api.call(`PUT ${of}/hold`, { body: { order } });
const release = ({ of }: Someone, order?: string) =>
  api.call(`DELETE ${of}/hold${order === undefined ? '' : `?order=${encodeURIComponent(order)}`}`);
const shown = async ({ of }: Someone) => (await api.call(`GET ${of}/hold`)).body.items;
const end = ({ of, handle }: Someone) => api.call(`POST ${of}/delete-for-ever`, { body: { handle } });

describe('legal orders', () => {
  test('stand side by side, each since it first came', async () => {
    const someone = await api.aSharer();
    expect(await shown(someone)).toEqual([]);
    const first = await hold(someone, '12 C 34/26');
    const since = api.now().toISOString();
    expect([first.status, first.body]).toEqual([200, { memberId: someone.memberId, order: '12 C 34/26', since }]);
    api.wait(60);
    await hold(someone, 'B & C?');
    expect((await hold(someone, '12 C 34/26')).body).toEqual(first.body);
    expect(await shown(someone)).toEqual([
      { order: '12 C 34/26', since },
      { order: 'B & C?', since: api.now().toISOString() },
    ]);
  });

  test('end one by one, by their numbers', async () => {
    const someone = await api.aSharer();
    for (const order of ['A', 'B & C?', 'D']) await hold(someone, order);
    expect((await release(someone, 'B & C?')).body).toEqual({ done: true });
    for (const order of ['B & C?', 'a']) expect((await release(someone, order)).status).toBe(404);
    const unnamed = await release(someone);
    expect([unnamed.status, unnamed.body.errors]).toEqual([
      400,
      [{ field: 'query/order', message: expect.stringContaining('A; D') }],
    ]);
    await release(someone, 'A');
    expect(await shown(someone)).toMatchObject([{ order: 'D' }]);
    expect((await release(someone)).body).toEqual({ done: true });
    expect((await release(someone)).body).toEqual({ done: false });
    expect((await release(someone, 'D')).status).toBe(404);
    expect(await shown(someone)).toEqual([]);
  });

  test('are fifty at most', async () => {
    const someone = await api.aSharer();
    for (let n = 0; n < mostHolds; n++) await hold(someone, `${n}`);
    const refused = await hold(someone, 'one more');
    expect([refused.status, refused.body.title]).toEqual([409, expect.stringContaining('50 orders')]);
    expect((await hold(someone, '7')).status).toBe(200);
    await release(someone, '7');
    expect((await hold(someone, 'one more')).status).toBe(200);
  });

  test('are the platform’s to see and to change, and the member sees no sign of them', async () => {
    const someone = await api.aSharer();
    const looks = async () => [
      await api.call(`GET ${someone.of}/sharing`, asMember(someone)),
      await api.call(`GET ${someone.of}`, asMember(someone)),
      ...(await Promise.all(
        ['GET', 'PUT', 'DELETE'].map((method) =>
          api.call(`${method} ${someone.of}/hold`, {
            ...asMember(someone),
            ...(method === 'PUT' ? { body: { order: '1' } } : {}),
          }),
        ),
      )),
    ];
    const before = await looks();
    expect(before.map(({ status }) => status)).toEqual([200, 200, 403, 403, 403]);
    await hold(someone, 'A');
    expect(await looks()).toEqual(before);
  });

  test('need something that can be kept', async () => {
    const { status, body } = await hold({ ...(await api.aNewcomer()) }, '1');
    expect([status, body.title]).toEqual([409, en.refusals.neverSharedHold]);
  });

  test('come too late for who is gone, unless another order holds what there was', async () => {
    for (const isHeld of [false, true]) {
      const someone = await api.aSharer();
      if (isHeld) await hold(someone, '1');
      await end(someone);
      expect((await hold(someone, '2')).status).toBe(isHeld ? 200 : 410);
      expect(await shown(someone)).toMatchObject(isHeld ? [{ order: '1' }, { order: '2' }] : []);
    }
  });

  test('of which the last ends after a deletion let what was kept be erased, however far the removal is', async () => {
    for (const isOver of [false, true]) {
      const someone = await api.aSharer();
      for (const order of ['1', '2']) await hold(someone, order);
      await end(someone);
      const { removalId, bio } = await api.member(someone.memberId);
      expect(bio).not.toBe('');
      const removal = (await api.removals.find(someone.memberId, removalId!, noon()))!;
      if (isOver) {
        await api.removals.finishAsking(removal, api.now());
        await api.removals.settle(removal, 180, api.now());
      }
      api.newlyStarted();
      expect((await release(someone, '1')).body).toEqual({ done: true });
      expect((await api.member(someone.memberId)).bio).toBe(bio);
      expect(api.newlyStarted()).toEqual([]);

      expect((await release(someone)).body).toEqual({ done: true });
      expect((await api.member(someone.memberId)).bio).toBe('');
      const started = api.newlyStarted();
      expect(started.map(({ message }) => message.step)).toEqual(['erase']);
      for (const job of started) expect(await api.isPromised(job)).toBe(true);
      expect((await hold(someone, '3')).status).toBe(410);
    }
  });
});
