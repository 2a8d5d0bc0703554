/** The other server of these tests, tried alone: two of them talk to each other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificates } from '../support/peer/certificates.ts';
import { eventually, type PeerError, type RunningPeer, startPeer } from '../support/peer/client.ts';

const directory = mkdtempSync(join(tmpdir(), 'peer-'));
const quiet = { log: () => {} };
let fern: RunningPeer;
let gale: RunningPeer;
let galeActor: string;
let fernActor: string;
let galeHandle: string;

beforeAll(async () => {
  const { ca, cert, key } = await makeCertificates(directory);
  const options = { ...quiet, caFile: ca, tls: { cert, key } };
  [fern, gale] = await Promise.all([
    startPeer({ ...options, users: ['fern', 'moss'] }),
    startPeer({ ...options, users: ['gale'], firstKnock: 'cavage' }),
  ]);
  galeActor = (await gale.people())[0]!.actor;
  fernActor = (await fern.people())[0]!.actor;
  galeHandle = `@gale@${new URL(gale.origin).host}`;
}, 60_000);

afterAll(async () => {
  await Promise.all([fern?.stop(), gale?.stop()]);
  rmSync(directory, { recursive: true, force: true });
});

const refusal = (action: Promise<unknown>): Promise<PeerError> =>
  action.then(
    () => Promise.reject(new Error('It was not refused.')),
    (error: PeerError) => error,
  );
const contentAt = async (peer: RunningPeer, id: string): Promise<string | undefined> => {
  const found = await peer.postState(id);
  return found.state === 'present' ? found.post.text : found.state;
};
const likesOf = (post: string) => gale.reactions(post).then((all) => all.filter((one) => one.kind === 'like'));

describe('two peers', () => {
  test('find each other by handle, over https', async () => {
    const profile = await fern.lookup(galeHandle);
    expect(profile).toMatchObject({ id: galeActor, handle: galeHandle, handleConfirmed: true, name: 'Gale' });
    expect(await fern.profile(galeHandle)).toEqual(profile);
  });

  test('say plainly when there is nobody', async () => {
    const host = new URL(gale.origin).host;
    expect(await refusal(fern.lookup(`@nobody@${host}`))).toMatchObject({ status: 404 });
    expect(await refusal(fern.lookup('gale'))).toMatchObject({ status: 400 });
    expect(await refusal(fern.lookup('@gale@localhost:1'))).toMatchObject({ status: 404 });
    expect(await refusal(fern.follow(galeHandle, { as: 'nobody' }))).toMatchObject({ status: 404 });
  });

  test('a follow is accepted, again when it is repeated', async () => {
    const { activity } = await fern.follow(galeHandle);
    await eventually('the Accept', async () => (await fern.following())[0]?.state === 'accepted');
    expect(await gale.followers()).toMatchObject([{ person: 'gale', actor: fernActor, activity }]);
    expect(await refusal(fern.follow(galeHandle))).toMatchObject({ status: 409 });
    expect(await fern.follow(galeHandle, { again: true })).toMatchObject({ activity, state: 'accepted' });
    expect(await gale.activities({ type: 'Follow' })).toMatchObject([
      { verified: true, signature: 'rfc9421', outcome: 'follower of gale stored and accepted' },
      { verified: true, status: 202 },
    ]);
    expect(await fern.activities({ type: 'Accept' })).toMatchObject([{ verified: true, signature: 'cavage' }]);
  });

  test('a post is delivered and shown', async () => {
    const post = await gale.post('Hello <b>world</b>');
    const [shown] = await fern.timeline();
    expect(shown).toMatchObject({ id: post.id, author: galeActor, authorName: 'Gale', text: 'Hello <b>world</b>' });
    expect(await fern.timeline({ as: 'moss' })).toEqual([]);
  });

  test('a like counts once, also when it is repeated, until it is taken back', async () => {
    const [post] = await fern.timeline();
    const { activity } = await fern.like(post!.id);
    expect(await likesOf(post!.id)).toMatchObject([{ actor: fernActor, activity }]);
    expect((await fern.like(post!.id, { again: true })).activity).toBe(activity);
    expect(await likesOf(post!.id)).toHaveLength(1);
    expect((await fern.timeline())[0]).toMatchObject({ liked: true });
    await fern.unlike(post!.id);
    expect(await likesOf(post!.id)).toEqual([]);
    expect(await refusal(fern.unlike(post!.id))).toMatchObject({ status: 409 });
  });

  test('a boost is counted and taken back', async () => {
    const [post] = await fern.timeline();
    await fern.boost(post!.id);
    expect(await gale.reactions(post!.id)).toMatchObject([{ kind: 'boost', actor: fernActor }]);
    await fern.unboost(post!.id);
    expect(await gale.reactions(post!.id)).toEqual([]);
  });

  test.each(['public', 'followers', 'direct'] as const)(
    'a reply to %s arrives, is changed and deleted',
    async (visibility) => {
      const [post] = await fern.timeline({ as: 'fern' }).then((all) => all.filter((one) => one.author === galeActor));
      const reply = await fern.reply(post!.id, 'Well said', { visibility });
      expect(await gale.replies(post!.id)).toMatchObject([{ id: reply.id, text: '@gale Well said', visibility }]);
      await fern.edit(reply.id, 'Well put');
      expect(await gale.replies(post!.id)).toMatchObject([{ text: '@gale Well put', editedAt: expect.any(String) }]);
      await fern.delete(reply.id);
      expect(await gale.postState(reply.id)).toMatchObject({ state: 'deleted' });
    },
  );

  test('an edit and a delete reach the followers; what was deleted never comes back', async () => {
    const post = await gale.post('First');
    await gale.edit(post.id, 'Second');
    expect(await contentAt(fern, post.id)).toBe('Second');
    await gale.delete(post.id);
    expect(await contentAt(fern, post.id)).toBe('deleted');
    const activity = { id: `${post.id}/again`, type: 'Create', actor: galeActor, object: post.raw };
    const answer = await gale.send({
      actor: fernActor,
      activity: { '@context': 'https://www.w3.org/ns/activitystreams', ...activity },
    });
    expect(answer.status).toBe(202);
    expect(await contentAt(fern, post.id)).toBe('deleted');
    expect((await fern.activities({ type: 'Create' })).at(-1)).toMatchObject({
      outcome: 'refused: it was deleted before',
    });
  });

  test('only the author changes or deletes a post, and only with a signature', async () => {
    const post = await gale.post('Mine');
    const forged = {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${fern.origin}/forged`,
      type: 'Delete',
      actor: fernActor,
      object: post.id,
    };
    expect(await fern.send({ actor: galeActor, activity: forged })).toMatchObject({ status: 202 });
    expect((await gale.activities({ type: 'Delete' })).at(-1)?.outcome).toBe('refused: the sender is not the author');
    const inGalesName = { ...forged, id: `${fern.origin}/forged-2`, actor: galeActor };
    expect(await fern.send({ actor: galeActor, activity: inGalesName })).toMatchObject({ status: 401 });
    expect(await fern.send({ actor: galeActor, activity: forged, signature: 'none' })).toMatchObject({ status: 401 });
    expect(await fern.send({ actor: galeActor, body: '{' })).toMatchObject({ status: 400 });
    expect((await gale.activities()).slice(-3).map((one) => one.verified)).toEqual([false, false, false]);
    expect(await contentAt(gale, post.id)).toBe('Mine');
  });

  test('a changed profile is refreshed', async () => {
    const document = await fetch(galeActor, { headers: { accept: 'application/activity+json' } });
    const actor = (await document.json()) as object;
    const activity = {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${galeActor}#update`,
      type: 'Update',
      actor: galeActor,
      object: { ...actor, name: 'Gale <the> Great' },
    };
    expect(await gale.send({ actor: fernActor, activity, signature: 'rfc9421' })).toMatchObject({ status: 202 });
    expect(await fern.profile(galeActor)).toMatchObject({ name: 'Gale <the> Great', handle: galeHandle });
  });

  test('the page shows posts, cleaned, and does what its buttons say', async () => {
    const raw = (await gale.post('To be read')).raw as object;
    const object = {
      ...raw,
      id: `${gale.origin}/users/gale/posts/hostile`,
      summary: 'Careful',
      sensitive: true,
      attachment: [{ type: 'Image', mediaType: 'image/png', url: `${gale.origin}/sea.png`, name: 'The "sea"' }],
      content: '<p onclick="x()">Hi<script>alert(1)</script> <a href="javascript:x()">there</a></p>',
    };
    const activity = {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${object.id}/activity`,
      type: 'Create',
      actor: galeActor,
      object,
    };
    await gale.send({ actor: fernActor, activity });
    const page = () => fetch(`${fern.origin}/`).then((response) => response.text());
    expect(await page()).toContain('Gale &#60;the&#62; Great');
    expect(await page()).toContain('<summary>Careful</summary>');
    expect(await page()).toContain('The &#34;sea&#34;</a> <span class="soft">image/png</span>');
    expect(await page()).not.toMatch(/<script|onclick|javascript:/);

    const post = await gale.post('Like me');
    const form = new URLSearchParams({ do: 'like', as: 'fern', object: post.id });
    const press = (headers = {}) => fetch(`${fern.origin}/act`, { method: 'POST', body: form, headers });
    expect(await (await press()).text()).toContain('>Liked</button>');
    expect(await likesOf(post.id)).toHaveLength(1);
    expect(await (await press()).text()).toContain('This post has that like already');
    expect((await press({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  test('an unfollow is taken note of', async () => {
    await fern.unfollow(galeHandle);
    expect(await gale.followers()).toEqual([]);
    expect(await fern.following()).toEqual([]);
    expect((await fern.timeline()).filter((post) => post.author === galeActor)).toEqual([]);
  });

  test('a person who deletes themselves leaves nothing behind', async () => {
    await fern.follow(galeHandle);
    await eventually('the Accept', async () => (await fern.following())[0]?.state === 'accepted');
    const post = await gale.post('Farewell');
    const context = 'https://www.w3.org/ns/activitystreams';
    const activity = {
      '@context': context,
      id: `${galeActor}#delete`,
      type: 'Delete',
      actor: galeActor,
      object: galeActor,
    };
    expect(await gale.send({ actor: fernActor, activity })).toMatchObject({ status: 202 });
    expect(await refusal(fern.profile(galeActor))).toMatchObject({ status: 404 });
    expect(await fern.following()).toEqual([]);
    expect(await contentAt(fern, post.id)).toBe('deleted');
  });
});
