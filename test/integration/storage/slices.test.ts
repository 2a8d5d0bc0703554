import { expect, test } from 'vitest';
import { answered, parkedAsk } from '../../../shared/domain/asking.ts';
import type { Ask, Removal, Slice } from '../../../shared/domain/removal.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { parked } from '../../../shared/storage/parked.ts';
import { askName, slices } from '../../../shared/storage/slices.ts';
import { sliceJob } from '../../../shared/transport/jobs.ts';
import { anInbox, hostOf } from '../../support/deliverer.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { aCutRemoval, anAsk, askAt, byName, removalAt } from '../../support/removals.ts';
import { noon, unique } from '../../support/storage-samples.ts';

describeStorage('slices', (table) => {
  const all = () => slices(table().tables);
  const sliceOf = async (removal: Removal): Promise<Slice> => (await all().find(removal.id, 0))!;
  const numbers = async (removal: Removal) => {
    const { open, parked: waiting } = await removalAt(table().tables, removal);
    return { open, parked: waiting };
  };
  const waits = async (inbox: string) => (await parked(table().tables).page(hostOf(inbox), { limit: 10 })).items;
  const took = (ask: Ask, objectKey = 'o1') => answered(ask, { kind: 'accepted' }, objectKey, noon(60));
  const park = (ask: Ask) => parkedAsk(ask, noon(60), { failed: true });
  const again = (removal: Removal) => sliceJob(removal, 0, noon(120).toISOString(), { run: unique('run-') });
  const isPromised = (job: Parameters<typeof jobKey>[0]) => jobs(table().tables).isOpen(jobKey(job));

  test('are put in place once, with their jobs', async () => {
    const inbox = anInbox();
    const removal = await aCutRemoval(table().tables, [[anAsk(inbox, { until: noon().toISOString() })]]);
    expect(await sliceOf(removal)).toEqual({
      removalId: removal.id,
      slice: 0,
      revision: 0,
      asks: { [askName(inbox)]: anAsk(inbox, { until: noon().toISOString() }) },
    });
    expect(await isPromised(sliceJob(removal, 0, noon(60).toISOString()))).toBe(true);
    expect(await numbers(removal)).toEqual({ open: 1, parked: 0 });
    const other = sliceJob(removal, 0, noon(61).toISOString(), { run: 'again' });
    expect(await all().begin({ removalId: removal.id, slice: 0, asks: {} }, removal, other, noon())).toBe(false);
    expect(await isPromised(other)).toBe(false);
    expect((await sliceOf(removal)).asks).toHaveProperty(askName(inbox));
  });

  test('remember how each inbox answered, and what is over is over', async () => {
    const [one, other] = [anInbox(), anInbox()];
    const waiting = { notBefore: noon(30).toISOString(), failingSince: noon().toISOString() };
    const removal = await aCutRemoval(table().tables, [[anAsk(one, waiting), anAsk(other)]]);
    const refused = answered(anAsk(one, waiting), { kind: 'refused', status: 403 }, 'o2', noon(60));
    const done: Ask = { ...took(refused, 'o1'), state: 'done', software: 'mastodon' };
    expect(await all().advance(await sliceOf(removal), removal, byName([done]), noon())).toBe(true);
    expect(await askAt(table().tables, removal, one)).toEqual({
      ...anAsk(one),
      state: 'done',
      cursor: 'o1',
      asked: 2,
      accepted: 1,
      refused: { 403: 1 },
      lastAt: noon(60).toISOString(),
      software: 'mastodon',
    });
    expect(await askAt(table().tables, removal, other)).toEqual(anAsk(other));
    expect(await numbers(removal)).toEqual({ open: 1, parked: 0 });
  });

  test('let one of two runs write that worked at the same time', async () => {
    const [one, other] = [anInbox(), anInbox()];
    const removal = await aCutRemoval(table().tables, [[anAsk(one), anAsk(other)]]);
    const before = await sliceOf(removal);
    const ends = await Promise.all(
      [one, other].map((inbox) =>
        all().advance(before, removal, byName([{ ...took(anAsk(inbox)), state: 'done' }]), noon()),
      ),
    );
    expect(ends.toSorted()).toEqual([false, true]);
    expect(await numbers(removal)).toEqual({ open: 1, parked: 0 });
    expect((await sliceOf(removal)).revision).toBe(1);
  });

  test('park an inbox together with what waits for its server, and release both together', async () => {
    const inbox = anInbox();
    const removal = await aCutRemoval(table().tables, [[anAsk(inbox)]]);
    await all().advance(await sliceOf(removal), removal, byName([park(took(anAsk(inbox)))]), noon(61));
    expect(await waits(inbox)).toMatchObject([
      {
        inbox,
        pointer: { kind: 'removal', removalId: removal.id, slice: 0, ask: askName(inbox), epoch: removal.epoch },
        parkedAt: removal.at, // however late it is parked
      },
    ]);
    expect(await numbers(removal)).toEqual({ open: 0, parked: 1 });

    const ask = await askAt(table().tables, removal, inbox);
    const [first, second] = [again(removal), again(removal)];
    const after: Ask = { ...took(ask, 'o0'), state: 'asking' };
    expect(await all().release(await sliceOf(removal), removal, after, first)).toBe(true);
    expect(await askAt(table().tables, removal, inbox)).toEqual({
      ...anAsk(inbox),
      cursor: 'o0',
      asked: 2,
      accepted: 2,
      lastAt: noon(60).toISOString(),
    });
    expect(await waits(inbox)).toEqual([]);
    expect(await isPromised(first)).toBe(true);
    expect(await numbers(removal)).toEqual({ open: 1, parked: 0 });
    // Another probe comes too late.
    expect(await all().release(await sliceOf(removal), removal, after, second)).toBe(false);
    expect(await isPromised(second)).toBe(false);
    expect(await numbers(removal)).toEqual({ open: 1, parked: 0 });
  });

  test('are worked on by a run and a probe at the same time', async () => {
    const [waiting, other] = [anInbox(), anInbox()];
    const removal = await aCutRemoval(table().tables, [[anAsk(waiting), anAsk(other)]]);
    await all().advance(await sliceOf(removal), removal, byName([park(anAsk(waiting))]), noon());
    const before = await sliceOf(removal);
    const parkedOne = await askAt(table().tables, removal, waiting);
    const ends = await Promise.all([
      all().advance(before, removal, byName([{ ...took(anAsk(other)), state: 'done' }]), noon()),
      all().release(before, removal, { ...took(parkedOne), state: 'done' }, again(removal)),
    ]);
    expect(ends).toEqual([true, true]);
    for (const inbox of [waiting, other])
      expect(await askAt(table().tables, removal, inbox)).toMatchObject({ state: 'done', accepted: 1 });
    expect(await numbers(removal)).toEqual({ open: 0, parked: 0 });
  });

  test('may have more to park than one transaction can', async () => {
    const host = `${unique('s')}.example`;
    const asks = Array.from({ length: 130 }, (_, index) => anAsk(`https://${host}/users/${index}/inbox`));
    const removal = await aCutRemoval(table().tables, [asks]);
    expect(await all().advance(await sliceOf(removal), removal, byName(asks.map(park)), noon())).toBe(true);
    expect(await parked(table().tables).count(host)).toBe(130);
    expect(await numbers(removal)).toEqual({ open: 0, parked: 130 });
    expect(Object.values((await sliceOf(removal)).asks).every(({ state }) => state === 'parked')).toBe(true);
  });

  test('keep what is known of an ask that waits, as long as it does', async () => {
    const [one, other] = [anInbox(), anInbox()];
    const removal = await aCutRemoval(table().tables, [[anAsk(one), anAsk(other)]]);
    const parkedOne = park(anAsk(one));
    expect(await all().advance(await sliceOf(removal), removal, byName([parkedOne]), noon())).toBe(true);
    const before = await sliceOf(removal);
    expect(await all().noteParked(before, { ...parkedOne, asked: 1, unanswered: true })).toBe(true);
    expect(await askAt(table().tables, removal, one)).toMatchObject({ state: 'parked', asked: 1, unanswered: true });
    expect(await all().noteParked(before, { ...anAsk(other), state: 'parked' })).toBe(false);
    expect(await askAt(table().tables, removal, other)).toEqual(anAsk(other));
  });

  test('come in order, page by page', async () => {
    const cut = Array.from({ length: 12 }, () => [anAsk(anInbox())]);
    const removal = await aCutRemoval(table().tables, cut);
    const found: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await all().page(removal.id, { limit: 5, cursor });
      found.push(...page.items.map(({ slice }) => slice));
      cursor = page.next;
    } while (cursor);
    expect(found).toEqual(cut.map((_, index) => index));
  });
});
