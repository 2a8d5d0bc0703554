import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { expect, test } from 'vitest';
import { instance } from '../../../shared/storage/instance.ts';
import { people } from '../../../shared/storage/people.ts';
import { remoteActors } from '../../../shared/storage/remote-actors.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anActor, noon, unique } from '../../support/storage-samples.ts';

const days = 24 * 3600;
const someone = (id = anActor(), name = 'Fern') => ({
  id,
  handle: 'fern@far.example',
  name,
  url: id,
  server: 'far.example',
  inbox: `${id}/inbox`,
  sharedInbox: 'https://far.example/inbox',
});

describeStorage('remote actors', (table) => {
  const all = () => remoteActors(table().tables);

  test('an actor and its keys are kept as they were told, and replaced by what is told later', async () => {
    const actor = someone();
    const keys = ['one', 'two'].map((name) => ({ id: `${actor.id}#${name}`, pem: name }));
    await all().save(actor, keys, noon());
    expect(await all().find(actor.id, noon())).toEqual(actor);
    const fetchedAt = noon().toISOString();
    expect(await all().findKey(`${actor.id}#two`, noon())).toEqual({ actor: actor.id, pem: 'two', fetchedAt });

    const { sharedInbox: _sharedInbox, ...renamed } = someone(actor.id, 'Gale');
    await all().save(renamed, [{ id: `${actor.id}#one`, pem: 'new' }], noon(60));
    expect(await all().find(actor.id, noon(60))).toEqual(renamed);
    expect(await all().findKey(`${actor.id}#one`, noon(60))).toMatchObject({ pem: 'new' });
  });

  test('nobody is known who was never told', async () => {
    expect(await all().find(anActor(), noon())).toBeUndefined();
    expect(await all().findKey(`${anActor()}#key`, noon())).toBeUndefined();
  });

  test('a name and a key are forgotten after 30 days', async () => {
    const actor = someone();
    const keyId = `${actor.id}#key`;
    await all().save(actor, [{ id: keyId, pem: 'key' }], noon());
    expect(await all().find(actor.id, noon(30 * days - 1))).toBeDefined();
    expect(await all().findKey(keyId, noon(30 * days - 1))).toBeDefined();
    expect(await all().find(actor.id, noon(30 * days))).toBeUndefined();
    expect(await all().fetchedAt(actor.id, noon(30 * days))).toBeUndefined();
    expect(await all().findKey(keyId, noon(30 * days))).toBeUndefined();
  });

  test('a key that the actor has taken back is a key no more', async () => {
    const actor = someone();
    const [one, two] = ['one', 'two'].map((name) => ({ id: `${actor.id}#${name}`, pem: name }));
    await all().save(actor, [one!, two!], noon());
    await all().forgetKey(one!.id, actor.id, noon(60));
    expect(await all().findKey(one!.id, noon(60), { consistent: true })).toBeUndefined();
    expect(await all().findKey(two!.id, noon(60))).toMatchObject({ pem: 'two' });
    await all().save(actor, [one!], noon(120));
    expect(await all().findKey(one!.id, noon(120))).toMatchObject({ pem: 'one' });
  });

  test('what an actor lists no more is its key no more, and what others list stays', async () => {
    const [actor, other] = [someone(), someone()];
    const [one, two, three] = ['one', 'two', 'three'].map((name) => ({ id: `${actor.id}#${name}`, pem: name }));
    const others = { id: `${other.id}#key`, pem: 'good' };
    await all().save(other, [others], noon());
    await all().replace(actor, [one!, two!, { ...others, pem: 'bad' }], noon());
    await all().replace(actor, [two!, three!], noon(60));
    expect(await all().findKey(one!.id, noon(60), { consistent: true })).toBeUndefined();
    for (const { id, pem } of [two!, three!, others])
      expect(await all().findKey(id, noon(60), { consistent: true })).toMatchObject({ pem });
    expect([...(await people(table().tables).keysOf(actor.id))].sort()).toEqual([three!.id, two!.id]);
    for (const seconds of [120, 180]) await all().replace(actor, [], noon(seconds));
    for (const { id } of [two!, three!])
      expect(await all().findKey(id, noon(180), { consistent: true })).toBeUndefined();
    await all().replace(actor, [one!], noon(240));
    expect(await all().findKey(one!.id, noon(240), { consistent: true })).toMatchObject({ pem: 'one' });
  });

  test('nobody takes the key of someone else by listing it', async () => {
    const [owner, thief] = [someone(), someone()];
    const own = `${owner.id}#key`;
    const apart = `https://far.example/keys/${unique('k')}`;
    const keys = [own, apart].map((id) => ({ id, pem: 'good' }));
    await all().save(owner, keys, noon());
    await all().save(
      thief,
      [...keys.map(({ id }) => ({ id, pem: 'bad' })), { id: `${thief.id}#key`, pem: 'own' }],
      noon(1),
    );
    for (const keyId of [own, apart]) expect(await all().findKey(keyId, noon(1))).toMatchObject({ actor: owner.id });
    expect(await all().findKey(`${thief.id}#key`, noon(1))).toMatchObject({ actor: thief.id });

    for (const named of ['#key', '']) {
      const later = someone(); // Hubzilla's keys are at the address of the actor itself
      const keyId = later.id + named;
      await all().save(thief, [{ id: keyId, pem: 'bad' }], noon(2));
      await all().save(later, [{ id: keyId, pem: 'good' }], noon(3));
      expect(await all().findKey(keyId, noon(3))).toMatchObject({ actor: later.id, pem: 'good' });
    }
  });

  test('a key at an address apart can be changed by whose it is', async () => {
    const owner = someone();
    const id = `https://far.example/keys/${unique('k')}`;
    for (const pem of ['old', 'new']) await all().save(owner, [{ id, pem }], noon());
    expect(await all().findKey(id, noon(1), { consistent: true })).toMatchObject({ pem: 'new' });
  });

  test('a key at an address apart is free for others of its server once nobody has it', async () => {
    const [former, owner] = [someone(), someone()];
    const id = `https://far.example/keys/${unique('k')}`;
    await all().save(former, [{ id, pem: 'old' }], noon());
    await all().save(owner, [{ id, pem: 'new' }], noon(30 * days));
    expect(await all().findKey(id, noon(30 * days), { consistent: true })).toMatchObject({ actor: owner.id });
  });

  test('nobody takes the key of someone whose id begins as theirs does', async () => {
    const thief = someone();
    const owner = someone(`${thief.id}2`);
    const keyId = `${owner.id}#key`;
    await all().save(owner, [{ id: keyId, pem: 'good' }], noon());
    await all().save(thief, [{ id: keyId, pem: 'bad' }], noon(1));
    expect(await all().findKey(keyId, noon(1))).toMatchObject({ actor: owner.id, pem: 'good' });
  });

  test('an actor that lists new keys without end does not fill its row', async () => {
    const actor = someone();
    for (let n = 0; n < 8; n++) {
      const keys = Array.from({ length: 10 }, (_, index) => ({ id: `${actor.id}#${n}-${index}`, pem: 'key' }));
      await all().save(actor, keys, noon(n));
    }
    expect(await all().findKey(`${actor.id}#7-9`, noon(8))).toBeDefined();
    const known = await people(table().tables).keysOf(actor.id);
    expect(known.length).toBeGreaterThan(20);
    expect(known.length).toBeLessThanOrEqual(60);
  });

  test('someone is known by name, or by something that they did', async () => {
    const [named, doer, nobody] = [someone(), anActor(), anActor()];
    await all().save(named, [], noon());
    await table()
      .reliable.Follow.build(PutItemCommand)
      .item({
        actor: doer,
        memberId: unique('m-'),
        followId: `${doer}/1`,
        at: noon().toISOString(),
        active: true,
        past: [],
        revision: 1,
      })
      .send();
    expect(await all().knows(named.id)).toBe(true);
    expect(await all().knows(doer)).toBe(true);
    expect(await all().knows(nobody)).toBe(false);
  });

  test('the public key of the deployment itself is kept', async () => {
    expect(await instance(table().tables).publicKeyPem()).toBeUndefined();
    await instance(table().tables).publishKey('the key');
    expect(await instance(table().tables).publicKeyPem()).toBe('the key');
  });
});
