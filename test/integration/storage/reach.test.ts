import { expect, test } from 'vitest';
import { inboxes } from '../../../shared/storage/inboxes.ts';
import { hashOf } from '../../../shared/storage/keys.ts';
import { type Reached, reach } from '../../../shared/storage/reach.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { noon, unique } from '../../support/storage-samples.ts';

const aDomain = () => `${unique('d')}.example`;
const inboxAt = (host: string, of = 'shared') => `https://${host}/${of}/inbox`;

describeStorage('inboxes by their server', (table) => {
  const storage = () => reach(table().tables);
  const all = async (name: string, limit = 100) => {
    const found: Reached[] = [];
    let cursor: string | undefined;
    do {
      const page = await storage().page(name, { cursor, limit });
      found.push(...page.items);
      cursor = page.next;
    } while (cursor);
    return found;
  };
  const urls = async (...how: Parameters<typeof all>) => (await all(...how)).map(({ url }) => url).sort();

  test('are found by its name and by each above it, and by no other that looks alike', async () => {
    const domain = aDomain();
    const [member, other] = [unique('m'), unique('m')];
    const within = [domain, `${domain}:8443`, `x.${domain}`, `y.x.${domain}`, `x-z.${domain}`].map((host) =>
      inboxAt(host),
    );
    for (const url of within) await storage().note(member, url);
    await storage().note(other, within[0]!);
    await storage().note(member, inboxAt(`not${domain}`));
    await storage().note(member, inboxAt(`${domain}.evil.example`));
    expect(await urls(domain)).toEqual([within[0]!, ...within].sort());
    expect(await urls(domain, 2)).toEqual(await urls(domain));
    expect(await urls(`x.${domain}`)).toEqual([inboxAt(`x.${domain}`), inboxAt(`y.x.${domain}`)]);
    expect(await urls(aDomain())).toEqual([]);
  });

  test('those of one member are found, however many others have some there', async () => {
    const domain = aDomain();
    const [member, other] = [unique('m'), unique('m')];
    const hosts = [domain, `x.${domain}`, `y.x.${domain}`];
    for (const host of hosts) {
      await storage().note(member, inboxAt(host));
      await storage().note(member, inboxAt('elsewhere.example', host), host);
      for (const of of ['a', 'b', 'c']) await storage().note(other, inboxAt(host, of));
    }
    await storage().note(member, inboxAt(`not${domain}`));
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await storage().pageOf(member, domain, { cursor, limit: 2 });
      found.push(...page.items.map(({ host, memberId, url }) => `${memberId} ${host} ${url}`));
      cursor = page.next;
    } while (cursor);
    const wanted = hosts.flatMap((host) =>
      [inboxAt(host), inboxAt('elsewhere.example', host)].map((url) => `${member} ${host} ${url}`),
    );
    expect(found.sort()).toEqual(wanted.sort());
    expect(await storage().pageOf(other, aDomain(), { limit: 5 })).toMatchObject({ items: [] });
  });

  test('know whose posts they may hold, and are forgotten', async () => {
    const domain = aDomain();
    const member = unique('m');
    const url = inboxAt(`X.${domain}`);
    await storage().note(member, url);
    await storage().note(member, url);
    expect(await all(domain)).toEqual([{ host: `x.${domain}`, memberId: member, url, key: hashOf(url) }]);
    await storage().forget(member, url);
    expect(await all(domain)).toEqual([]);
  });

  test('addresses stand for themselves', async () => {
    const member = unique('m');
    await storage().note(member, inboxAt('192.0.2.7:8443', member));
    await storage().note(member, inboxAt('1.92.0.2', member));
    expect((await urls('192.0.2.7')).filter((url) => url.includes(member))).toEqual([
      inboxAt('192.0.2.7:8443', member),
    ]);
  });

  test('are noted when they come into reach, and again when they come back', async () => {
    const domain = aDomain();
    const member = unique('m');
    const [followed, witnessed] = [inboxAt(domain, 'a'), inboxAt(domain, 'b')];
    const audience = inboxes(table().tables);
    await audience.open(member, followed, noon());
    await audience.witness(member, witnessed, noon());
    expect(await urls(domain)).toEqual([followed, witnessed]);

    for (const url of [followed, witnessed]) await storage().forget(member, url);
    await audience.open(member, followed, noon(60));
    await audience.witness(member, witnessed, noon(60));
    expect(await urls(domain)).toEqual([]); // both were in reach all the time

    await audience.close(member, hashOf(followed), noon(120));
    await audience.open(member, followed, noon(180));
    await audience.witness(member, witnessed, noon(7200));
    expect(await urls(domain)).toEqual([followed, witnessed]);
  });
});
