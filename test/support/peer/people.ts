import { exportJwk, generateCryptoKeyPair } from '@fedify/fedify';
import { Problem } from './problem.ts';
import type { Store } from './store.ts';

const namePattern = /^[a-z0-9_]{1,30}$/;

/** Makes sure each of these people exists, with a key that stays the same from then on. */
export const welcome = async (store: Store, names: string[]): Promise<void> => {
  for (const name of names) {
    if (!namePattern.test(name)) {
      throw new Error(`"${name}" cannot be a name here: use small letters, digits and _, at most 30.`);
    }
    if (store.people.get(name)) continue;
    const { privateKey, publicKey } = await generateCryptoKeyPair('RSASSA-PKCS1-v1_5');
    store.people.put(name, { name, privateKey: await exportJwk(privateKey), publicKey: await exportJwk(publicKey) });
  }
};

/** The person that a request acts as: the one it names, or the first. */
export const personNamed = (store: Store, name?: string): string => {
  const person = name ? store.people.get(name) : store.people.all()[0];
  if (!person) throw new Problem(404, `Nobody here is called "${name}".`);
  return person.name;
};

/** A name as people write it: "fern" is Fern. */
export const displayName = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
