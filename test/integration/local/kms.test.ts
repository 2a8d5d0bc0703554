import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Emulator } from '../../../infra/local/emulators/emulators.ts';
import { startKms } from '../../../infra/local/emulators/kms.ts';
import { newDirectory } from './sample-app.ts';

const [key, otherKey] = ['Members', 'Others'].map((id) => `arn:aws:kms:us-east-1:000000000000:key/${id}`) as [
  string,
  string,
];
const context = { member: 'm1', purpose: 'signing' };
const dataDir = newDirectory();
let kms: Emulator;
const client = () =>
  new KMSClient({
    region: 'us-east-1',
    endpoint: kms.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
const generate = () =>
  client().send(new GenerateDataKeyCommand({ KeyId: key, KeySpec: 'AES_256', EncryptionContext: context }));
const decrypt = (CiphertextBlob: Uint8Array, EncryptionContext?: Record<string, string>, KeyId?: string) =>
  client().send(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId }));

beforeAll(async () => {
  kms = await startKms(dataDir, () => [key, otherKey]);
});
afterAll(() => kms.stop());

describe('a data key', () => {
  test('is decrypted with its context, in any order, also after a restart', async () => {
    const { Plaintext, CiphertextBlob, KeyId } = await generate();
    expect(Plaintext).toHaveLength(32);
    expect(KeyId).toBe(key);
    await kms.stop();
    kms = await startKms(dataDir, () => [otherKey, key]);
    const reordered = { purpose: 'signing', member: 'm1' };
    const answer = await decrypt(CiphertextBlob!, reordered);
    expect(Buffer.from(answer.Plaintext!).equals(Buffer.from(Plaintext!))).toBe(true);
    expect(answer.KeyId).toBe(key);
  });

  test.each([
    ['with another context', { ...context, member: 'm2' }, undefined, 'InvalidCiphertextException'],
    ['without its context', undefined, undefined, 'InvalidCiphertextException'],
    ['with another key', context, otherKey, 'IncorrectKeyException'],
    ['with an unknown key', context, 'nobody', 'NotFoundException'],
  ])('is refused %s', async (_, given, keyId, name) => {
    const { CiphertextBlob } = await generate();
    await expect(decrypt(CiphertextBlob!, given, keyId)).rejects.toMatchObject({ name });
  });

  test('is refused when a single bit was changed', async () => {
    const { CiphertextBlob } = await generate();
    for (const index of [0, 40, 50, CiphertextBlob!.length - 1]) {
      const changed = Buffer.from(CiphertextBlob!);
      changed[index]! ^= 1;
      await expect(decrypt(changed, context)).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
    }
  });
});

test('only keys of the template exist', async () => {
  const command = new GenerateDataKeyCommand({ KeyId: 'nobody', KeySpec: 'AES_256' });
  await expect(client().send(command)).rejects.toMatchObject({ name: 'NotFoundException' });
});
