import { createPublicKey, sign, verify } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { ScanCommand } from 'dynamodb-toolbox/table/actions/scan';
import { afterAll, expect, inject, test } from 'vitest';
import { instanceOwner, signingKeys } from '../../../shared/storage/signing-keys.ts';
import { describeStorage, emulatorAccess } from '../../support/emulated-tables.ts';
import { noon, unique } from '../../support/storage-samples.ts';

const kms = new KMSClient(emulatorAccess('KMS'));
afterAll(() => kms.destroy());

describeStorage('signing keys', (table) => {
  /** Each call is another worker, with nothing cached. */
  const aWorker = () => signingKeys(table().tables, kms);
  const masterKey = () => inject('stack').environment.DATA_KEY_ID!;
  const make = (owner: string, now = noon()) => aWorker().ensure(owner, masterKey(), now);

  test('there is none until it is made, then every worker has the one that fits what is published', async () => {
    const owner = unique('m-');
    expect(await aWorker().privateKey(owner)).toBeUndefined();
    const publicKey = createPublicKey(await make(owner));
    expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    const privateKey = await aWorker().privateKey(owner);
    const signature = sign('sha256', Buffer.from('text'), privateKey!);
    expect(verify('sha256', Buffer.from('text'), publicKey, signature)).toBe(true);
  });

  test('who makes it twice, or many times at once, has one', async () => {
    const owner = unique('m-');
    const made = await Promise.all([make(owner), make(owner), make(owner)]);
    expect(new Set([...made, await make(owner)]).size).toBe(1);
  });

  test('keys of one month lie under one data key, which two workers make at once without harm', async () => {
    const owners = [unique('m-'), unique('m-')];
    const month = new Date('2031-05-01T00:00:00Z');
    await Promise.all(owners.map((owner) => make(owner, month)));
    for (const owner of owners) {
      const { Item } = await storedKey(owner);
      expect(Item?.dataKey).toBe('2031-05');
      expect((await aWorker().privateKey(owner))?.type).toBe('private');
    }
  });

  test('what was sealed for one owner cannot be opened for another', async () => {
    const [owner, thief] = [unique('m-'), unique('m-')];
    await make(owner);
    const { PrivateKey } = table().reliable;
    const { Item } = await storedKey(owner);
    await PrivateKey.build(PutItemCommand)
      .item({ ...Item!, owner: thief })
      .send();
    await expect(aWorker().privateKey(thief)).rejects.toThrow(/authenticate/);
    expect(await aWorker().privateKey(owner)).toBeDefined();
  });

  test('a data key is only opened under its own name', async () => {
    const owner = unique('m-');
    await make(owner, new Date('2032-01-01T00:00:00Z'));
    const { PrivateKey, DataKey } = table().reliable;
    const { Item: data } = await DataKey.build(GetItemCommand).key({ name: '2032-01' }).send();
    await DataKey.build(PutItemCommand).item({ name: 'other', wrapped: data!.wrapped }).send();
    const { Item } = await storedKey(owner);
    await PrivateKey.build(PutItemCommand)
      .item({ ...Item!, dataKey: 'other' })
      .send();
    await expect(aWorker().privateKey(owner)).rejects.toThrow();
  });

  test('a missing data key is named', async () => {
    const owner = unique('m-');
    await table().reliable.PrivateKey.build(PutItemCommand).item({ owner, dataKey: 'lost', sealed: 'AAAA' }).send();
    await expect(aWorker().privateKey(owner)).rejects.toThrow('the data key lost is missing');
  });

  test('no private key is in the table in plain, nor any data key', async () => {
    await make(instanceOwner);
    const { Items = [] } = await table().reliable.table.build(ScanCommand).send();
    const everything = JSON.stringify(Items);
    expect(everything).toContain(instanceOwner);
    expect(everything).not.toMatch(/PRIVATE KEY|LS0tLS1CRUdJTi/); // nor its base64
    for (const { wrapped } of Items as { wrapped?: string }[])
      if (wrapped) expect(Buffer.from(wrapped, 'base64').length).toBeGreaterThan(32);
  });

  const storedKey = (owner: string) => table().reliable.PrivateKey.build(GetItemCommand).key({ owner }).send();
});
