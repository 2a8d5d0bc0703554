/** The off switch against a small fediverse: six servers that remove, remember, ignore and burn as the real ones do. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/peer/eventually.ts';
import { aProfile } from '../support/platform-client.ts';
import { type Scene, startScene } from './off-switch/scene.ts';
import { serverNames } from './off-switch/steps.ts';
import { newWalker, walk } from './off-switch/walk.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene?.stop());

test('a life with every turn of the switch, after which those who can be asked show nothing', async () => {
  const { memberId } = await walk(scene, [
    'pause',
    'turn on',
    'everyone follows',
    'post',
    'pause',
    'post',
    'edit: 0',
    'turn on',
    'like: mastodon',
    'goes down: pleroma',
    'post',
    'edit: 1',
    'stop',
    'look again: gotosocial',
    'edit: 0',
    'turn on',
    'edit: 1',
    'delete: 0',
    'post and go on',
    'stop and remove',
    'comes back: pleroma',
    'share again: 0',
    'turn on',
    'share again: 0',
  ]);
  const { platform, stack, fediverse } = scene;
  const [last] = (await platform.removals(memberId)).items;
  const found = await eventually('all copies were looked for', async () => {
    await stack.invoke('Sweeping-Sweep', {});
    const { servers } = await platform.receipt(memberId, last!.removalId);
    return servers.every(({ recheck }) => recheck) && new Map(servers.map((one) => [one.server, one]));
  });
  const told = Object.fromEntries(fediverse.servers.map(({ name, host }) => [name, found.get(host)]));
  // What Pleroma runs is not known for sure: it was out when it was asked first, and a probe asks for nothing but a Delete.
  for (const name of serverNames.filter((one) => one !== 'pleroma'))
    expect(told[name]).toMatchObject({ software: name });
  for (const name of ['mastodon', 'misskey', 'pleroma']) expect(told[name]?.recheck?.outcome).toBe('noneFound');
  for (const name of ['gotosocial', 'pixelfed', 'wordpress']) expect(told[name]?.recheck?.outcome).toBe('unreadable');
}, 120_000);

test('an account that is deleted for ever is gone everywhere, and neither its id nor its handle comes back', async () => {
  const { platform, stack, fediverse } = scene;
  const { memberId, handle, take, server, model, actorId } = await newWalker(scene);
  for (const one of ['turn on', 'everyone follows', 'post', 'goes down: pixelfed']) await take(one);
  const actor = actorId()!;
  const notes = model.posts.map(({ id }) => id!);
  const status = async (address: string) =>
    (await fetch(address, { headers: { accept: 'application/activity+json' } })).status;

  expect((await platform.ask('POST', `/members/${memberId}/delete-for-ever`, { handle: 'another@name' })).status).toBe(
    400,
  );
  await platform.deleteForEver(memberId, handle);
  for (const note of notes) expect(await status(note)).toBe(410);
  await eventually('everyone within reach is told', async () =>
    fediverse.servers.every(
      (it) => !it.isUp() || it.seen('Delete').some(({ object, status }) => object === actor && status === 202),
    ),
  );
  // Its key is needed until the last one has taken it.
  const stub = (await (await fetch(actor, { headers: { accept: 'application/activity+json' } })).json()) as object;
  expect(stub).toMatchObject({ id: actor, name: '', publicKey: { owner: actor } });

  await server('pixelfed').comeBack();
  await eventually('the actor is gone when all have taken it', async () => {
    await stack.invoke('Sweeping-Sweep', {});
    return (await status(actor)) === 410;
  });
  for (const note of notes) expect(await status(note)).toBe(410);
  expect(
    server('pixelfed')
      .seen('Delete')
      .some(({ object, status }) => object === actor && status === 202),
  ).toBe(true);
  // WordPress looks before it believes, and the actor still answered: nothing can be done about that.
  for (const it of fediverse.servers)
    if (it.name !== 'wordpress') expect([it.name, notes.some(it.holds)]).toEqual([it.name, false]);

  expect(
    (await platform.ask('PUT', `/members/${memberId}/sharing`, { state: 'on', consent: { textVersion: '1' } })).status,
  ).toBe(410);
  const [username = ''] = handle.split('@');
  expect((await platform.ask('PUT', `/members/${memberId}-again`, aProfile(username))).status).toBe(409);
});
