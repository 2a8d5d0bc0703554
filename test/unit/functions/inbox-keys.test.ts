import { expect, test } from 'vitest';
import { addressPolicy } from '#shared/transport/private-hosts';
import { keyFinder } from '../../../functions/inbox/keys.ts';

const actor = 'https://far.example/users/fern';

/** Judges a signature under a policy that lets nothing private through; tells the verdict and how much was looked up. */
async function judge(keyId: string, from = actor) {
  let reads = 0;
  let fetches = 0;
  const never = async () => expect.fail('nothing may be written');
  const finder = keyFinder({
    remoteActors: {
      findKey: async () => {
        reads++;
        return undefined;
      },
      save: never,
      keepKey: never,
      saveFailure: async () => {},
    },
    fetchActor: async () => {
      fetches++;
      return { kind: 'unusable', reason: 'it is not there' };
    },
    mayAsk: addressPolicy([]).mayAsk,
    now: () => new Date('2026-11-23T00:00:00Z'),
  });
  const signature = { keyId: new URL(keyId), signedAt: new Date('2026-11-23T00:00:00Z'), madeBy: () => true };
  const verdict = await finder.judge(signature, { id: `${from}/1`, actor: from, kind: 'follow', object: actor });
  return { kind: verdict.kind, reads, fetches };
}

test('an unknown key is looked up and fetched once', async () =>
  expect(await judge(`${actor}#main-key`)).toEqual({ kind: 'unverified', reads: 1, fetches: 1 }));

test.each([
  ['a key on plain http', 'http://far.example/users/fern#main-key', actor],
  ['a key on another port', 'https://far.example:8443/users/fern#main-key', actor],
  ['an actor on plain http', `${actor}#main-key`, 'http://far.example/users/fern'],
])('%s is refused without a read and without a fetch', async (_, keyId, from) =>
  expect(await judge(keyId, from)).toEqual({ kind: 'unverified', reads: 0, fetches: 0 }),
);
