import { describe, expect, test } from 'vitest';
import { inboxes } from '../../../shared/storage/inboxes.ts';
import { hashOf } from '../../../shared/storage/keys.ts';
import { countWrites, describeStorage } from '../../support/emulated-tables.ts';
import { noon, unique } from '../../support/storage-samples.ts';

const anInbox = () => `https://${unique('s')}.example/inbox`;

describeStorage('inboxes', (table) => {
  const all = () => inboxes(table().tables);
  const rowOf = async (memberId: string, url: string) => {
    const { items } = await all().page(memberId, { limit: 100 });
    return items.find((row) => row.url === url);
  };

  test('an opened inbox is active since then, whatever opens it again', async () => {
    const memberId = unique('m-');
    const url = anInbox();
    await all().open(memberId, url, noon());
    await all().open(memberId, url, noon(60));
    const row = { key: hashOf(url), url, server: new URL(url).host, active: true, since: noon().toISOString() };
    expect(await rowOf(memberId, url)).toEqual(row);
  });

  test('opening an inbox that is open writes nothing', async () => {
    const memberId = unique('m-');
    const url = anInbox();
    await all().open(memberId, url, noon());
    const writes = await countWrites(table().client, async () => {
      await all().open(memberId, url, noon(60));
      await all().witness(memberId, url, noon(9000));
    });
    expect(writes).toBe(0);
  });

  test('an inbox that many open at once is one row', async () => {
    const memberId = unique('m-');
    const url = anInbox();
    await Promise.all([1, 2, 3, 4].map((seconds) => all().open(memberId, url, noon(seconds))));
    const { items } = await all().page(memberId, { limit: 100 });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ url, active: true });
  });

  test('a closed inbox remembers when, and opens again without forgetting since when', async () => {
    const memberId = unique('m-');
    const url = anInbox();
    await all().open(memberId, url, noon());
    await all().close(memberId, hashOf(url), noon(100));
    await all().close(memberId, hashOf(url), noon(200));
    const times = { since: noon().toISOString(), until: noon(100).toISOString() };
    expect(await rowOf(memberId, url)).toMatchObject({ active: false, ...times });
    await all().open(memberId, url, noon(300));
    expect(await rowOf(memberId, url)).toMatchObject({ active: true, since: times.since });
    expect((await rowOf(memberId, url))?.until).toBeUndefined();
  });

  test('closing an inbox that is not there makes none', async () => {
    const memberId = unique('m-');
    await all().close(memberId, hashOf(anInbox()), noon());
    expect((await all().page(memberId, { limit: 100 })).items).toEqual([]);
  });

  test('who saw a post without following is remembered, but gets no new ones', async () => {
    const memberId = unique('m-');
    const url = anInbox();
    await all().witness(memberId, url, noon());
    const at = noon().toISOString();
    expect(await rowOf(memberId, url)).toMatchObject({ active: false, since: at, until: at });
  });

  test('a later witness widens the time, but writes only after half an hour', async () => {
    const memberId = unique('m-');
    const url = anInbox();
    await all().witness(memberId, url, noon());
    const soon = await countWrites(table().client, () => all().witness(memberId, url, noon(1799)));
    expect(soon).toBe(0);
    await all().witness(memberId, url, noon(1801));
    expect(await rowOf(memberId, url)).toMatchObject({
      active: false,
      since: noon().toISOString(),
      until: noon(1801).toISOString(),
    });
  });

  test('a follow after a witness keeps the earlier time; a witness never closes what is open', async () => {
    const memberId = unique('m-');
    const url = anInbox();
    await all().witness(memberId, url, noon());
    await all().open(memberId, url, noon(100));
    await all().witness(memberId, url, noon(9000));
    expect(await rowOf(memberId, url)).toMatchObject({ active: true, since: noon().toISOString() });
    expect((await rowOf(memberId, url))?.until).toBeUndefined();
  });

  test('a follow and a witness at once leave the inbox open', async () => {
    for (let round = 0; round < 6; round++) {
      const memberId = unique('m-');
      const url = anInbox();
      await Promise.all([all().witness(memberId, url, noon()), all().open(memberId, url, noon())]);
      expect(await rowOf(memberId, url)).toMatchObject({ active: true, since: noon().toISOString() });
      expect((await rowOf(memberId, url))?.until).toBeUndefined();
    }
  });

  describe('an inbox that says that it does not exist', () => {
    const day = 86_400;
    const anOpenOne = async () => {
      const [memberId, url] = [unique('m-'), anInbox()];
      await all().open(memberId, url, noon());
      return { memberId, url, missing: (seconds: number) => all().missing(memberId, url, noon(seconds)) };
    };

    test('is counted once a day', async () => {
      const { memberId, url, missing } = await anOpenOne();
      for (const seconds of [0, 60, day - 1]) await missing(seconds);
      const row = await rowOf(memberId, url);
      expect(row).toMatchObject({ active: true, gone: { looks: 1, lookedAt: noon().toISOString() } });
      await Promise.all([missing(day), missing(day)]);
      expect((await rowOf(memberId, url))?.gone).toEqual({ looks: 2, lookedAt: noon(day).toISOString() });
    });

    test('stays for six days, and gets nothing new after the seventh look', async () => {
      const { memberId, url, missing } = await anOpenOne();
      for (const days of [0, 1, 2, 3, 4, 5]) await missing(days * day);
      expect(await rowOf(memberId, url)).toMatchObject({ active: true, gone: { looks: 6 } });
      await missing(6 * day);
      const row = await rowOf(memberId, url);
      expect(row).toMatchObject({ active: false, since: noon().toISOString(), until: noon(6 * day).toISOString() });
      await missing(7 * day);
      expect(await rowOf(memberId, url)).toEqual(row);
    });

    test('is as before when it answers again', async () => {
      const { memberId, url, missing } = await anOpenOne();
      const before = await rowOf(memberId, url);
      for (const days of [0, 1]) await missing(days * day);
      await all().found(memberId, url);
      expect(await rowOf(memberId, url)).toEqual(before);
      await missing(2 * day);
      expect((await rowOf(memberId, url))?.gone?.looks).toBe(1);
    });

    test('is as before when someone follows through it', async () => {
      const { memberId, url, missing } = await anOpenOne();
      const before = await rowOf(memberId, url);
      await missing(0);
      await all().open(memberId, url, noon(10));
      expect(await rowOf(memberId, url)).toEqual(before);
      for (const days of [1, 2, 3, 4, 5, 6, 7]) await missing(days * day);
      expect((await rowOf(memberId, url))?.active).toBe(false);
      await all().open(memberId, url, noon(8 * day));
      expect(await rowOf(memberId, url)).toEqual(before);
    });

    test('is nothing to count while nobody is told anything there, or nobody knows it', async () => {
      const [memberId, url] = [unique('m-'), anInbox()];
      await all().missing(memberId, url, noon());
      await all().found(memberId, url);
      expect((await all().page(memberId, { limit: 9 })).items).toEqual([]);
      await all().witness(memberId, url, noon());
      await all().missing(memberId, url, noon(10));
      expect((await rowOf(memberId, url))?.gone).toBeUndefined();
    });
  });

  describe('an inbox that is closing', () => {
    const aClosingOne = async () => {
      const [memberId, url] = [unique('m-'), anInbox()];
      await all().open(memberId, url, noon());
      await all().beginClosing(memberId, hashOf(url), noon(10));
      await all().beginClosing(memberId, hashOf(url), noon(20));
      return {
        memberId,
        url,
        close: (since: Date) => all().close(memberId, hashOf(url), noon(99), since.toISOString()),
      };
    };

    test('is active, and knows since when it closes', async () => {
      const { memberId, url } = await aClosingOne();
      const row = await rowOf(memberId, url);
      expect(row).toMatchObject({ active: true, closingAt: noon(10).toISOString() });
      expect(await all().find(memberId, hashOf(url))).toEqual(row);
    });

    test('is closed by who knows since when', async () => {
      const { memberId, url, close } = await aClosingOne();
      await close(noon(20));
      expect(await rowOf(memberId, url)).toMatchObject({ active: true });
      await close(noon(10));
      expect(await rowOf(memberId, url)).toMatchObject({ active: false, until: noon(99).toISOString() });
    });

    test('is not closed once someone follows', async () => {
      const { memberId, url, close } = await aClosingOne();
      await all().open(memberId, url, noon(30));
      await close(noon(10));
      const row = await rowOf(memberId, url);
      expect(row).toMatchObject({ active: true, since: noon().toISOString() });
      expect(row?.closingAt).toBeUndefined();
    });

    test('is one that was open', async () => {
      const [memberId, url] = [unique('m-'), anInbox()];
      await all().witness(memberId, url, noon());
      await all().beginClosing(memberId, hashOf(url), noon(10));
      expect((await rowOf(memberId, url))?.closingAt).toBeUndefined();
      await all().beginClosing(unique('m-'), hashOf(url), noon(10));
    });
  });

  test('pages find each inbox once, in the order of their keys', async () => {
    const memberId = unique('m-');
    const urls = Array.from({ length: 23 }, anInbox);
    await Promise.all(urls.map((url) => all().open(memberId, url, noon())));
    const keys: string[] = [];
    let after: string | undefined;
    do {
      const page = await all().page(memberId, { after, limit: 5 });
      keys.push(...page.items.map(({ key }) => key));
      after = page.next;
    } while (after);
    expect(keys).toEqual(urls.map(hashOf).sort());
  });
});
