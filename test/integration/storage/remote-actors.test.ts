import { expect, test } from 'vitest';
import { instance } from '../../../shared/storage/instance.ts';
import { remoteActors } from '../../../shared/storage/remote-actors.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anActor, noon } from '../../support/storage-samples.ts';

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
    expect(await all().findKey(keyId, noon(30 * days))).toBeUndefined();
  });

  test('a key that could not be had is remembered for ten minutes', async () => {
    const actor = anActor();
    await all().saveFailure(`${actor}#key`, actor, 'its server answered 404', noon());
    expect(await all().findKey(`${actor}#key`, noon(599))).toEqual({
      actor,
      failure: 'its server answered 404',
      fetchedAt: noon().toISOString(),
    });
    expect(await all().findKey(`${actor}#key`, noon(600))).toBeUndefined();
  });

  test('a key whose server does not answer just now is kept, and counts as looked at', async () => {
    const actor = someone();
    const keyId = `${actor.id}#key`;
    await all().save(actor, [{ id: keyId, pem: 'key' }], noon());
    await all().keepKey(keyId, { actor: actor.id, pem: 'key' }, noon(900));
    const fetchedAt = noon(900).toISOString();
    expect(await all().findKey(keyId, noon(900))).toEqual({ actor: actor.id, pem: 'key', fetchedAt });
  });

  test('the public key of the deployment itself is kept', async () => {
    expect(await instance(table().tables).publicKeyPem()).toBeUndefined();
    await instance(table().tables).publishKey('the key');
    expect(await instance(table().tables).publicKeyPem()).toBe('the key');
  });
});
