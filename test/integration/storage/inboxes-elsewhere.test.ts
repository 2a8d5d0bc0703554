import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { expect, test } from 'vitest';
import { inboxesElsewhere } from '../../../shared/storage/inboxes-elsewhere.ts';
import { countWrites, describeStorage } from '../../support/emulated-tables.ts';
import { noon, unique } from '../../support/storage-samples.ts';

const days = 24 * 3600;

describeStorage('inboxes elsewhere', (table) => {
  const admit = (domain: string, place: string, seconds = 0) =>
    inboxesElsewhere(table().tables).admit(domain, place, 3, noon(seconds));

  test('[T25] are a few for each domain; those that were named stay', async () => {
    const [domain, other] = [unique('d'), unique('d')];
    const admitted = [];
    for (const place of ['a', 'b', 'c', 'd', 'e', 'a', 'c']) admitted.push(await admit(domain, place));
    expect(admitted).toEqual([true, true, true, false, false, true, true]);
    expect(await admit(other, 'd')).toBe(true);
  });

  test('[T25] are never more than that, named at once or not', async () => {
    const domain = unique('d');
    const admitted = await Promise.all(Array.from({ length: 12 }, (_, n) => admit(domain, `p${n}`)));
    expect(admitted.filter(Boolean).length).toBeLessThanOrEqual(3);
  });

  test('cost a write when they are new, and one more after half of their time', async () => {
    const [domain, { client, tables }] = [unique('d'), table()];
    const writes = (seconds: number) =>
      countWrites(client, async () => void (await inboxesElsewhere(tables).admit(domain, 'a', 3, noon(seconds))));
    expect(await writes(0)).toBeGreaterThan(0);
    expect(await writes(14 * days)).toBe(0);
    expect(await writes(16 * days)).toBeGreaterThan(0);
    expect(await writes(17 * days)).toBe(0);
  });

  test('[T20] are forgotten when nobody has named one for 30 days', async () => {
    const domain = unique('d');
    for (const place of ['a', 'b', 'c']) await admit(domain, place);
    expect(await admit(domain, 'a', 20 * days)).toBe(true);
    expect(await admit(domain, 'd', 49 * days)).toBe(false);
    expect(await admit(domain, 'd', 51 * days)).toBe(true);
    const { Item } = await table().reliable.InboxesElsewhere.build(GetItemCommand).key({ domain }).send();
    expect(Item?.places.size).toBe(1);
    expect(Item?.expiresAt).toBe(noon(81 * days).getTime() / 1000);
  });
});
