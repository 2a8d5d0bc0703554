import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { expect, test } from 'vitest';
import { policiesOf } from '../../../shared/domain/policy.ts';
import { barredFrom } from '../../../shared/storage/barred.ts';
import { blocks } from '../../../shared/storage/blocks.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { memoryTables } from '../../support/memory-tables.ts';
import { anAnswer, aPostPointer } from '../../support/pointers.ts';
import { aJob, noon, unique } from '../../support/storage-samples.ts';

const eve = { id: 'https://far.example/users/eve', server: 'far.example' };
const ann = { id: 'https://x.far.example/users/ann', server: 'x.far.example:8443' };

describeStorage("a member's blocks", (table) => {
  const storage = () => blocks(table().tables);

  test('of an account concern that account, for that member', async () => {
    const [member, other] = [unique('m'), unique('m')];
    await storage().add(member, { actor: eve.id }, noon());
    expect(await storage().blocks(member, eve)).toBe(true);
    expect(await storage().blocks(member, ann)).toBe(false);
    expect(await storage().blocks(other, eve)).toBe(false);
    const all = await storage().of(member);
    expect([all.blocks(eve), all.blocks(ann), all.blocksServer('far.example')]).toEqual([true, false, false]);
    expect((await storage().servers(member)).blocksServer('far.example')).toBe(false);
  });

  test('of a server concern all below its name, on every port', async () => {
    const member = unique('m');
    await storage().add(member, { server: 'far.example' }, noon());
    for (const one of [eve, ann]) {
      expect(await storage().blocks(member, one)).toBe(true);
      expect((await storage().of(member)).blocks(one)).toBe(true);
      expect((await storage().servers(member)).blocksServer(one.server)).toBe(true);
    }
    expect(await storage().blocks(member, { id: 'https://near.example/a', server: 'near.example' })).toBe(false);
  });

  test('of a name with many dots are found all the same', async () => {
    const member = unique('m');
    const server = 'a.b.c.d.e.f.far.example';
    await storage().add(member, { server: 'e.f.far.example' }, noon());
    expect(await storage().blocks(member, { id: `https://${server}/1`, server })).toBe(true);
    expect(await storage().blocks(member, { id: 'https://x.d.f.far.example/1', server: 'x.y.z.d.f.far.example' })).toBe(
      false,
    );
  });

  test('keep the time of the first, promise their job, and end', async () => {
    const member = unique('m');
    const job = aJob();
    const first = await storage().add(member, { server: 'far.example' }, noon());
    expect(await storage().add(member, { server: 'far.example' }, noon(60), job)).toEqual(first);
    expect(await jobs(table().tables).isOpen(jobKey(job))).toBe(true);
    expect(await storage().find(member, { server: 'far.example' })).toEqual({
      server: 'far.example',
      at: noon().toISOString(),
    });
    await storage().remove(member, { server: 'far.example' });
    expect(await storage().blocks(member, eve)).toBe(false);
    expect(await storage().remove(member, { server: 'far.example' })).toBe(false);
  });

  test('are listed page by page', async () => {
    const member = unique('m');
    for (const server of ['b.example', 'a.example']) await storage().add(member, { server }, noon());
    await storage().add(member, { actor: eve.id }, noon());
    const first = await storage().page(member, { limit: 2 });
    const second = await storage().page(member, { limit: 2, cursor: first.next });
    const at = noon().toISOString();
    expect([...first.items, ...second.items]).toEqual([
      { actor: eve.id, at },
      { server: 'a.example', at },
      { server: 'b.example', at },
    ]);
  });

  test('and the decisions of the deployment bar everything but what takes back', async () => {
    const member = unique('m');
    await storage().add(member, { server: 'own.example' }, noon());
    const policies = async () =>
      policiesOf(
        [
          { host: 'bad.example', level: 'blocked' },
          { host: 'rude.example', level: 'limited' },
        ],
        [],
      );
    const barred = barredFrom({ policies, blocks: storage() });
    const hosts = ['x.own.example:1', 'x.bad.example', 'rude.example', 'fine.example'];
    const isBarred = await barred(aPostPointer('create', { memberId: member }));
    expect(hosts.map(isBarred)).toEqual([true, true, false, false]);
    const ofAnother = await barred(aPostPointer('update', { memberId: unique('m') }));
    expect(hosts.map(ofAnother)).toEqual([false, true, false, false]);
    for (const pointer of [aPostPointer('delete', { memberId: member }), anAnswer('reject', { memberId: member })])
      expect(hosts.some(await barred(pointer))).toBe(false);
  });
});

test('a block of a server holds however many accounts stand before it', async () => {
  const tables = memoryTables();
  const memberId = unique('m-');
  const at = noon().toISOString();
  for (let n = 0; n < 1200; n++)
    await tables.Block.build(PutItemCommand)
      .item({ memberId, kind: 'account', whom: `https://far.example/${'x'.repeat(900)}${n}`, at })
      .send();
  await blocks(tables).add(memberId, { server: 'bad.example' }, noon());
  expect((await blocks(tables).of(memberId)).blocksServer('x.bad.example')).toBe(true);
});
