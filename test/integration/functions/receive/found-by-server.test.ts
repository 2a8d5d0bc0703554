/** A follower whose inbox is on another host than its own is found by its own: a block of that server must not miss it. */
import { beforeAll, expect, test } from 'vitest';
import type { RemoteActor } from '../../../../shared/domain/remote-actor.ts';
import { reach } from '../../../../shared/storage/reach.ts';
import { remoteActors } from '../../../../shared/storage/remote-actors.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import type { FetchedActor } from '../../../../shared/transport/actor-fetch.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../../support/receiver.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

/** A follower, and the document that a fetch of anyone finds from then on. */
async function aFollower() {
  const author = await anAuthor(tables);
  let document: FetchedActor | undefined;
  const receiver = openReceiver(tables, {
    fetchActor: async () => document!,
    now: () => noon(700),
  });
  const sender = aSender(`${unique('s')}.example`);
  await remoteActors(tables).save(sender, [], noon());
  await receiver.from(sender, activityOf(sender, 'Follow', author.id));
  return {
    author,
    sender,
    receiver,
    isNow: (actor: RemoteActor) => {
      document = { kind: 'found', actor, keys: [], alsoKnownAs: [sender.id] };
    },
    foundBy: async (host: string) => (await reach(tables).page(host, { limit: 10 })).items.map(({ url }) => url),
  };
}

test('after a Move', async () => {
  const { sender, receiver, isNow, foundBy } = await aFollower();
  const target = { ...aSender(`${unique('t')}.example`), sharedInbox: `https://${unique('hub')}.example/inbox` };
  isNow(target);
  await receiver.from(sender, activityOf(sender, 'Move', sender.id, { target: target.id }));
  expect(await foundBy(target.server)).toEqual([target.sharedInbox]);
});

test('after an Update that names another inbox', async () => {
  const { sender, receiver, isNow, foundBy } = await aFollower();
  const sharedInbox = `https://${unique('hub')}.example/inbox`;
  isNow({ ...sender, sharedInbox });
  await receiver.from(sender, activityOf(sender, 'Update', { id: sender.id, type: 'Person' }));
  expect(await foundBy(sender.server)).toContain(sharedInbox);
});
