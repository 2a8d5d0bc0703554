import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { promisify } from 'node:util';
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import type { Tables } from './table.ts';
import { unlessRefused } from './transact.ts';

/** Owner name of the deployment's own key pair; no member id can hold its first character. */
export const instanceOwner = '@instance';
const instanceDataKey = 'instance';

/** What KMS is told a data key is for. Functions that only act for the instance may not unwrap members' keys. */
const purposes = { instance: 'fediverse-sharing:instance-key', members: 'fediverse-sharing:member-keys' };
const contextOf = (dataKey: string) => ({
  purpose: dataKey === instanceDataKey ? purposes.instance : purposes.members,
  dataKey,
});

const cachedKeys = 1000;
const cachedFor = 10 * 60_000; // milliseconds

/** A cache with a bound and a time to live; the oldest entry goes first. */
function boundedCache<T>() {
  const entries = new Map<string, { readonly value: T; readonly until: number }>();
  return {
    get: (name: string): T | undefined => {
      const entry = entries.get(name);
      return entry && entry.until > Date.now() ? entry.value : undefined;
    },
    set: (name: string, value: T): T => {
      entries.delete(name);
      entries.set(name, { value, until: Date.now() + cachedFor });
      if (entries.size > cachedKeys) entries.delete(entries.keys().next().value!);
      return value;
    },
  };
}

/** AES-256-GCM; the owner is authenticated with it, so a key cannot be passed off as another's. */
function seal(plain: string, dataKey: Uint8Array, owner: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv).setAAD(Buffer.from(owner));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
}

function unseal(sealed: string, dataKey: Uint8Array, owner: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', dataKey, bytes.subarray(0, 12)).setAAD(Buffer.from(owner));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString();
}

/**
 * Private keys under a KMS envelope: one data key per month wraps the keys made in it, so a worker pays one KMS call
 * per month of members, not one per member. Nothing but this file ever holds a private key outside of memory.
 */
export const signingKeys = ({ PrivateKey, DataKey }: Tables, kms = new KMSClient({})) => {
  const dataKeys = boundedCache<Uint8Array>();
  const privateKeys = boundedCache<KeyObject>();

  const unwrap = async (name: string, wrapped: string): Promise<Uint8Array> => {
    const { Plaintext } = await kms.send(
      new DecryptCommand({ CiphertextBlob: Buffer.from(wrapped, 'base64'), EncryptionContext: contextOf(name) }),
    );
    return dataKeys.set(name, Plaintext!);
  };
  const wrappedKey = async (name: string): Promise<string | undefined> => {
    const { Item } = await DataKey.build(GetItemCommand).key({ name }).options({ consistent: true }).send();
    return Item?.wrapped;
  };
  const dataKey = async (name: string): Promise<Uint8Array> => {
    const cached = dataKeys.get(name);
    if (cached) return cached;
    const wrapped = await wrappedKey(name);
    if (!wrapped) throw new Error(`the data key ${name} is missing`);
    return unwrap(name, wrapped);
  };
  /** The instance's data key or the month's; whoever comes first makes it. */
  const dataKeyOf = async (name: string, masterKey: string): Promise<Uint8Array> => {
    if (!dataKeys.get(name) && !(await wrappedKey(name))) {
      const made = await kms.send(
        new GenerateDataKeyCommand({ KeyId: masterKey, KeySpec: 'AES_256', EncryptionContext: contextOf(name) }),
      );
      await unlessRefused(
        DataKey.build(PutItemCommand)
          .item({ name, wrapped: Buffer.from(made.CiphertextBlob!).toString('base64') })
          .options({ condition: { attr: 'name', exists: false } }),
      );
    }
    return dataKey(name);
  };
  const privateKey = async (owner: string): Promise<KeyObject | undefined> => {
    const cached = privateKeys.get(owner);
    if (cached) return cached;
    const { Item } = await PrivateKey.build(GetItemCommand).key({ owner }).options({ consistent: true }).send();
    if (!Item) return undefined;
    return privateKeys.set(owner, createPrivateKey(unseal(Item.sealed, await dataKey(Item.dataKey), owner)));
  };

  return {
    /** The private key of a member or of the instance; undefined until it is made. */
    privateKey,

    /** Makes an RSA-2048 key pair unless the owner has one; the public half as SPKI PEM. */
    ensure: async (owner: string, masterKey: string, now: Date): Promise<string> => {
      if (!(await privateKey(owner))) {
        const { privateKey: made } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
        const name = owner === instanceOwner ? instanceDataKey : now.toISOString().slice(0, 7);
        const sealed = seal(
          made.export({ type: 'pkcs8', format: 'pem' }).toString(),
          await dataKeyOf(name, masterKey),
          owner,
        );
        await unlessRefused(
          PrivateKey.build(PutItemCommand)
            .item({ owner, dataKey: name, sealed })
            .options({ condition: { attr: 'owner', exists: false } }),
        );
      }
      const key = await privateKey(owner);
      return createPublicKey(key!).export({ type: 'spki', format: 'pem' }).toString();
    },
  };
};

/** Signing keys as storage offers them. */
export type SigningKeys = ReturnType<typeof signingKeys>;
