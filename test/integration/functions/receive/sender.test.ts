import { beforeAll, expect, test } from 'vitest';
import { remoteActors } from '../../../../shared/storage/remote-actors.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import type { FetchedActor } from '../../../../shared/transport/actor-fetch.ts';
import { senderFinder } from '../../../../shared/transport/senders.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { aSender } from '../../../support/receiver.ts';
import { noon } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

/** Looks for senders; `answer` is what their server says. */
function aFinder(answer: FetchedActor) {
  const fetched: string[] = [];
  const find = senderFinder({
    remoteActors: remoteActors(tables),
    fetchActor: async (id) => {
      fetched.push(id.href);
      return answer;
    },
    now: () => noon(),
  });
  return { find, fetched };
}

test('a sender who is known is not fetched', async () => {
  const sender = aSender();
  await remoteActors(tables).save(sender, [], noon());
  const finder = aFinder({ kind: 'gone', reason: 'x' });
  expect(await finder.find(sender.id)).toEqual(sender);
  expect(finder.fetched).toEqual([]);
});

test('a sender who is not known is fetched once', async () => {
  const actor = aSender();
  const finder = aFinder({ kind: 'found', actor, keys: [], alsoKnownAs: [] });
  for (const _ of [1, 2]) expect(await finder.find(actor.id)).toEqual(actor);
  expect(finder.fetched).toEqual([actor.id]);
});

test('who is gone, unusable or someone else is nobody; who cannot be reached is looked for later', async () => {
  const { id } = aSender();
  for (const kind of ['gone', 'unusable'] as const)
    expect(await aFinder({ kind, reason: 'x' }).find(id)).toBeUndefined();
  expect(await aFinder({ kind: 'found', actor: aSender(), keys: [], alsoKnownAs: [] }).find(id)).toBeUndefined();
  await expect(aFinder({ kind: 'unreachable', reason: 'no answer' }).find(id)).rejects.toThrow('no answer');
});
