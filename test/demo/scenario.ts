/** The main job, step by step. Each step waits until the other side shows it, and throws when it does not. */
import assert from 'node:assert/strict';
import { eventually } from '../support/peer/eventually.ts';
import { aProfile } from '../support/platform-client.ts';
import type { World } from '../support/world.ts';

const member = 'member-1';

/** Runs the scenario once on a fresh world. */
export async function scenario({ stack, peer, platform }: World, step: (line: string) => void): Promise<void> {
  await platform.putMember(member, aProfile('ann'));
  await platform.turnOn(member);
  const sharing = await eventually('the keys are made', async () => {
    const now = await platform.sharing(member);
    return now.ready && now;
  });
  step(`sharing on: @${sharing.handle}`);

  const profile = await peer.lookup(`@${sharing.handle}`);
  assert.equal(profile.name, 'Ann Example');
  assert.ok(profile.handleConfirmed);
  step(`found by handle from the other server: ${profile.name}`);

  await peer.follow(`@${sharing.handle}`);
  await eventually('the follow is accepted', async () =>
    (await peer.following()).some(({ state }) => state === 'accepted'),
  );
  const followers = await platform.followers(member);
  assert.equal(followers.total, 1);
  step(`followed by @${followers.items[0]!.handle}`);

  await platform.share(member, { postId: 'post-1', text: 'Hello, fediverse!', language: 'en', delaySeconds: 0 });
  await platform.share(member, { postId: 'post-2', text: 'A second post, for later.', delaySeconds: 0 });
  const shown = await eventually('the posts are in the home timeline there', async () => {
    const timeline = await peer.timeline();
    return timeline.length === 2 && timeline.find(({ text }) => text.includes('Hello, fediverse!'));
  });
  const delivered = await eventually('the delivery is counted', async () => {
    const post = await platform.post(member, 'post-1');
    return post.servers.accepted === 1 && post;
  });
  step(
    `post delivered and shown there: “${shown.text}” (servers asked ${delivered.servers.asked}, accepted ${delivered.servers.accepted})`,
  );

  const { id: object } = shown;
  await peer.like(object);
  const likers = await eventually('the like is counted', async () => {
    const likes = await platform.likes(member, 'post-1');
    return likes.items.length === 1 && likes;
  });
  assert.equal(likers.total, 1);
  step(`liked: tally ${likers.total}, by ${likers.items[0]!.name} (@${likers.items[0]!.handle})`);

  await peer.like(object, { again: true });
  await peer.boost(object); // counted after the repeated Like on its way through: when it shows, the Like was seen
  await eventually('the boost is counted', async () => (await platform.post(member, 'post-1')).boosts === 1);
  assert.equal((await platform.post(member, 'post-1')).likes, 1);
  step('same Like repeated: tally still 1 (and a boost: 1)');

  await peer.unlike(object);
  await eventually('the like is taken back', async () => (await platform.post(member, 'post-1')).likes === 0);
  step('unliked: tally 0');

  await peer.reply(object, 'Welcome!');
  const replies = await eventually('the reply is kept', async () => {
    const list = await platform.replies(member, 'post-1');
    return list.items.length === 1 && list;
  });
  step(`reply seen: ${replies.items[0]!.content} by @${replies.items[0]!.handle}`);

  await platform.edit(member, 'post-1', { text: 'Hello, fediverse! (edited)', language: 'en' });
  await eventually('the edit is shown there', async () =>
    (await peer.timeline()).some(({ text, editedAt }) => text.includes('(edited)') && editedAt),
  );
  step('edit seen');

  await platform.remove(member, 'post-1');
  await eventually('the post is deleted there', async () => (await peer.postState(object)).state === 'deleted');
  assert.equal((await get(object)).status, 410);
  step('post deleted there, its id answers 410');

  await platform.turnOff(member);
  await eventually('the remaining posts are gone there', async () =>
    (await peer.timeline()).every(({ author }) => author !== sharing.actorId),
  );
  const webfinger = await get(`${stack.origin}/.well-known/webfinger?resource=acct:${sharing.handle}`);
  assert.equal(webfinger.status, 404);
  assert.equal((await get(sharing.actorId!)).status, 200);
  await eventually('the follow is rejected there', async () =>
    (await peer.following()).every(({ state }) => state === 'rejected'),
  );
  await eventually('the removal is over', async () => (await platform.sharing(member)).state === 'off');
  step('sharing off: remaining posts gone there, WebFinger 404, actor still 200');
}

const get = (address: string) => fetch(address, { headers: { accept: 'application/activity+json' } });
