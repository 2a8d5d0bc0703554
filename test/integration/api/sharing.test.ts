import { describe, expect, inject, test } from 'vitest';
import { platform, someone } from '../../support/api.ts';
import { eventually } from '../../support/peer/eventually.ts';
import { aProfile, type Problem, type ShownSharing } from '../../support/platform-client.ts';
import { look } from '../../support/stack-member.ts';

async function aSharingMember() {
  const { memberId, username } = someone();
  await platform().putMember(memberId, aProfile(username));
  await platform().turnOn(memberId);
  await eventually('the keys are made', async () => (await platform().sharing(memberId)).ready);
  return { memberId, username };
}
const isOver = (memberId: string) =>
  eventually('the removal is over', async () => (await platform().sharing(memberId)).state === 'off');

test('turning on is answered when the handle can be found', async () => {
  const { memberId, username } = someone();
  await platform().putMember(memberId, aProfile(username));
  const { ready, handle } = await platform().turnOn(memberId);
  expect(ready).toBe(true);
  const found = await fetch(`${inject('stack').origin}/.well-known/webfinger?resource=acct:${handle}`);
  expect(found.status).toBe(200);
});

test('consent is kept with its version and time', async () => {
  const { memberId } = await aSharingMember();
  const { consent } = await platform().sharing(memberId);
  expect(consent?.textVersion).toBe('2026-11');
  expect(Date.parse(consent?.at ?? '')).toBeGreaterThan(Date.now() - 60_000);
});

test('turning on twice changes nothing', async () => {
  const { memberId } = await aSharingMember();
  const before = await platform().sharing(memberId);
  expect(await platform().turnOn(memberId)).toEqual(before);
});

test('the actor id stays when the member is renamed, and when sharing is turned off and on', async () => {
  const { memberId, username } = await aSharingMember();
  const { actorId } = await platform().sharing(memberId);
  await platform().putMember(memberId, aProfile(`${username}x`));
  const renamed = await platform().sharing(memberId);
  expect(renamed.actorId).toBe(actorId);
  expect(renamed.handle).toContain(`${username}x@`);

  await platform().turnOff(memberId);
  await isOver(memberId);
  expect((await platform().turnOn(memberId)).actorId).toBe(actorId);
});

test('a renamed member frees the old name', async () => {
  const { memberId, username } = await aSharingMember();
  await platform().putMember(memberId, aProfile(`${username}x`));
  await platform().putMember(`${memberId}-2`, aProfile(username));
  expect((await platform().sharing(`${memberId}-2`)).handle).toContain(`${username}@`);
});

test('a profile that is no longer public ends sharing at once', async () => {
  const { memberId, username } = await aSharingMember();
  await platform().putMember(memberId, aProfile(username, { publicProfile: false }));
  await isOver(memberId);
});

test('a lost country only keeps new posts from leaving', async () => {
  const { memberId, username } = await aSharingMember();
  await platform().share(memberId, { postId: 'before', text: 'Hello', delaySeconds: 0 });
  await platform().putMember(memberId, aProfile(username, { country: 'DE' }));
  expect((await platform().sharing(memberId)).state).toBe('on');
  const answer = await platform().ask<Problem>('POST', `/members/${memberId}/posts`, {
    postId: 'after',
    text: 'Hello',
  });
  expect(answer).toMatchObject({ status: 403, body: { errors: [{ field: 'country' }] } });
});

describe('a pause', () => {
  const sharing = (memberId: string, wish: object) =>
    platform().ask<ShownSharing & Problem>('PUT', `/members/${memberId}/sharing`, wish);
  const aPausedMember = async () => {
    const member = await aSharingMember();
    const before = await platform().sharing(member.memberId);
    return { ...member, before, paused: await platform().pause(member.memberId) };
  };

  test('changes nothing that others see, and is answered the same again', async () => {
    const { memberId, before, paused } = await aPausedMember();
    const said = { message: expect.any(String), possible: expect.any(Array) };
    expect(paused).toEqual({ ...before, ...said, state: 'paused' });
    expect(await platform().pause(memberId)).toEqual(paused);
    expect(await platform().member(memberId)).toMatchObject({ sharing: 'paused' });
    const found = await fetch(`${inject('stack').origin}/.well-known/webfinger?resource=acct:${before.handle}`);
    expect(found.status).toBe(200);
    const actor = await look(before.actorId!);
    expect(actor.body).toMatchObject({ name: expect.stringContaining('Example'), discoverable: true });
  });

  test('keeps new posts from leaving, and what was shared can be edited and deleted', async () => {
    const { memberId } = await aSharingMember();
    await platform().share(memberId, { postId: 'there', text: 'Hello', delaySeconds: 0 });
    await eventually('it is shared', async () => (await platform().post(memberId, 'there')).state === 'shared');
    await platform().share(memberId, { postId: 'waits', text: 'Hello', delaySeconds: 900 });
    const { actorId } = await platform().pause(memberId);

    const refused = { status: 409, body: { title: expect.stringContaining('Sharing is paused for this member') } };
    const post = { postId: 'new', text: 'Hello' };
    expect(await platform().ask('POST', `/members/${memberId}/posts`, post)).toMatchObject(refused);
    expect(await platform().ask('POST', `/members/${memberId}/posts/waits/share-now`)).toMatchObject(refused);
    expect((await platform().post(memberId, 'waits')).state).toBe('waiting');
    expect(await look(`${actorId}/outbox`)).toMatchObject({ body: { totalItems: 1 } });
    expect(await platform().edit(memberId, 'there', { text: 'Hello again' })).toMatchObject({ version: 2 });
    expect((await platform().remove(memberId, 'there')).state).toBe('deleted');
    expect((await platform().remove(memberId, 'waits')).state).toBe('cancelled');
  });

  test('cancels a waiting post whose time comes; after it the post can be shared by hand', async () => {
    const { memberId } = await aSharingMember();
    await platform().share(memberId, { postId: 'p', text: 'Hello', delaySeconds: 2 });
    await platform().pause(memberId);
    expect((await platform().post(memberId, 'p')).state).toBe('waiting');
    await eventually('its time has come', async () => (await platform().post(memberId, 'p')).state === 'cancelled');

    expect(await sharing(memberId, { state: 'on' })).toMatchObject({ status: 200, body: { state: 'on', ready: true } });
    expect((await platform().post(memberId, 'p')).state).toBe('cancelled');
    await platform().share(memberId, { postId: 'p', text: 'Hello', delaySeconds: 0 });
    await eventually('it is shared', async () => (await platform().post(memberId, 'p')).state === 'shared');
  });

  test('can end by turning off, as if it had not been', async () => {
    const { memberId } = await aSharingMember();
    await platform().share(memberId, { postId: 'there', text: 'Hello', delaySeconds: 0 });
    await eventually('it is shared', async () => (await platform().post(memberId, 'there')).state === 'shared');
    await platform().share(memberId, { postId: 'waits', text: 'Hello' });
    await platform().pause(memberId);
    expect(['removing', 'off']).toContain((await platform().turnOff(memberId)).state);
    await isOver(memberId);
    expect((await platform().post(memberId, 'there')).state).toBe('deleted');
    expect((await platform().post(memberId, 'waits')).state).toBe('cancelled');
  });

  test('needs something to pause', async () => {
    const { memberId, username } = someone();
    await platform().putMember(memberId, aProfile(username));
    const answer = await sharing(memberId, { state: 'paused' });
    expect(answer).toMatchObject({ status: 409, body: { title: expect.stringContaining('nothing to pause') } });
    expect((await platform().sharing(memberId)).state).toBe('off');
  });

  test('does not end for who may not share any more, and ends sharing for who must not', async () => {
    const { memberId, username } = await aPausedMember();
    await platform().putMember(memberId, aProfile(username, { country: 'DE' }));
    expect(await sharing(memberId, { state: 'on' })).toMatchObject({
      status: 403,
      body: { errors: [{ field: 'country' }] },
    });
    expect((await platform().sharing(memberId)).state).toBe('paused');
    await platform().putMember(memberId, aProfile(username, { adult: false }));
    await isOver(memberId);
  });
});

test('a post waits for the default delay, and can be edited, sent or undone meanwhile', async () => {
  const { memberId } = await aSharingMember();
  const post = await platform().share(memberId, { postId: 'p1', text: 'Hello' });
  expect(post).toMatchObject({ state: 'waiting', url: null, version: 1 });
  expect(Math.round((Date.parse(post.sharesAt) - Date.now()) / 10_000)).toBe(30);

  expect(await platform().edit(memberId, 'p1', { text: 'Hello again' })).toMatchObject({
    state: 'waiting',
    version: 2,
  });
  await platform().shareNow(memberId, 'p1');
  await eventually('it is shared', async () => (await platform().post(memberId, 'p1')).state === 'shared');

  await platform().share(memberId, { postId: 'p2', text: 'A mistake' });
  expect((await platform().remove(memberId, 'p2')).state).toBe('cancelled');
});

test('the same request again changes nothing; another content under the same id is a conflict', async () => {
  const { memberId } = await aSharingMember();
  const first = await platform().share(memberId, { postId: 'p1', text: 'Hello' });
  expect(await platform().share(memberId, { postId: 'p1', text: 'Hello' })).toEqual(first);
  const answer = await platform().ask<Problem>('POST', `/members/${memberId}/posts`, { postId: 'p1', text: 'Bye' });
  expect(answer.status).toBe(409);
});

test('what was deleted cannot be edited or sent, but can be shared anew under another address', async () => {
  const { memberId } = await aSharingMember();
  await platform().share(memberId, { postId: 'p1', text: 'Hello', delaySeconds: 0 });
  const { url } = await eventually('it is shared', async () => {
    const post = await platform().post(memberId, 'p1');
    return post.state === 'shared' && post;
  });
  expect((await platform().remove(memberId, 'p1')).state).toBe('deleted');
  expect((await platform().ask('PUT', `/members/${memberId}/posts/p1`, { text: 'Bye' })).status).toBe(409);
  expect((await platform().ask('POST', `/members/${memberId}/posts/p1/share-now`)).status).toBe(409);

  await platform().share(memberId, { postId: 'p1', text: 'Hello', delaySeconds: 0 });
  const again = await eventually('it is shared again', async () => {
    const post = await platform().post(memberId, 'p1');
    return post.state === 'shared' && post;
  });
  expect(again.url).not.toBe(url);
});

test('posts are refused while a removal runs and after it', async () => {
  const { memberId } = await aSharingMember();
  await platform().share(memberId, { postId: 'waits', text: 'Hello' });
  await platform().turnOff(memberId);
  const answer = await platform().ask('POST', `/members/${memberId}/posts`, { postId: 'p2', text: 'Hello' });
  expect(answer.status).toBe(409);
  await isOver(memberId);
  expect((await platform().post(memberId, 'waits')).state).toBe('cancelled');
});
