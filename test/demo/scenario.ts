/** The main job, step by step. Each step waits until the other side shows it, and throws when it does not. */
import assert from 'node:assert/strict';
import { eventually } from '../support/peer/eventually.ts';
import { aProfile, type ShownReceipt, type ShownRemoval } from '../support/platform-client.ts';
import { readSignedReceipt } from '../support/signed-receipt.ts';
import type { World } from '../support/world.ts';

const member = 'member-1';

/** Runs the scenario once on a fresh world; `step` is told what was done, `say` what belongs to it. */
export async function scenario(
  { stack, peer, platform }: World,
  step: (line: string) => void,
  say: (line: string) => void,
): Promise<void> {
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

  await eventually('the receipt tells of it', async () => (await receiptsOf('post'))[0]?.servers[0]?.accepted === 1);
  step('receipt of that one post:');
  table((await receiptsOf('post'))[0]!);

  await platform.pause(member);
  await assert.rejects(platform.share(member, { postId: 'post-3', text: 'Not now' }), /409/);
  await peer.unfollow(`@${sharing.handle}`);
  await eventually('nobody follows', async () => (await platform.sharing(member)).followers === 0);
  await peer.follow(`@${sharing.handle}`);
  assert.equal((await get(sharing.actorId!)).status, 200);
  step('paused: a new post is refused, what is there stays, a new follow waits');

  await platform.turnOn(member);
  await eventually('the follow that waited is accepted', async () => (await followState()) === 'accepted');
  await platform.share(member, { postId: 'post-3', text: 'Back again.', delaySeconds: 0 });
  await eventually('the new post is there', () => postNamed('Back again.'));
  step('resumed: the follow is accepted, a new post arrives');

  const { url: before } = await platform.post(member, 'post-2');
  await platform.turnOff(member);
  await eventually('the remaining posts are gone there', async () => {
    const isGone = (await peer.postState(before!)).state === 'deleted';
    return isGone && (await peer.timeline()).every(({ author }) => author !== sharing.actorId);
  });
  await eventually('the follow is rejected there', async () => (await followState()) === 'rejected');
  await eventually('the removal is over', async () => (await platform.sharing(member)).state === 'off');
  const webfinger = await get(`${stack.origin}/.well-known/webfinger?resource=acct:${sharing.handle}`);
  assert.equal(webfinger.status, 404);
  assert.equal((await get(sharing.actorId!)).status, 200);
  assert.equal((await get(before!)).status, 410);
  step('stopped and removed: posts gone there, their ids 410, WebFinger 404, actor still 200');

  const [receipt] = await receiptsOf('sharing');
  assert.equal(receipt!.servers[0]?.accepted, 2);
  step(`receipt: ${receipt!.says}`);
  table(receipt!);
  const signed = await readSignedReceipt(await platform.signedReceipt(member, receipt!.removalId));
  assert.equal(signed.actor, sharing.actorId);
  assert.equal(signed.servers[0]?.accepted, 2);
  step(`the signed receipt holds, by the key of ${signed.issuer}: “${signed.statement}”`);

  await platform.turnOn(member);
  await peer.follow(`@${sharing.handle}`);
  await eventually('the new follow is accepted', async () => (await followState()) === 'accepted');
  await platform.shareAgain(member, 'post-2');
  await platform.shareNow(member, 'post-2');
  const again = await eventually('the post is there again', () => postNamed('A second post'));
  assert.equal(again.author, sharing.actorId);
  assert.notEqual(again.id, before);
  step('on again: the same identity, followed anew, a post shared again under a new id');

  const { consequences } = await platform.deleteForEver(member, sharing.handle);
  assert.equal((await get(again.id)).status, 410);
  await eventually('the person is gone there', async () =>
    (await peer.activities({ type: 'Delete', actor: sharing.actorId! })).some(({ outcome }) =>
      outcome.startsWith('person deleted'),
    ),
  );
  await eventually('the actor is gone', async () => (await get(sharing.actorId!)).status === 410);
  step(`deleted for ever: gone there, then the actor 410. ${consequences[0]}`);

  async function receiptsOf(kind: ShownRemoval['kind']) {
    const { items } = await platform.removals(member);
    const ofKind = items.filter((removal) => removal.kind === kind);
    return Promise.all(ofKind.map(({ removalId }) => platform.receipt(member, removalId)));
  }
  async function followState() {
    return (await peer.following()).find(({ actor }) => actor === sharing.actorId)?.state;
  }
  async function postNamed(text: string) {
    return (await peer.timeline()).find((post) => post.text.includes(text));
  }
  /** A receipt, a line for each server. */
  function table({ servers }: ShownReceipt) {
    const rows = [['server', 'runs', 'asked', 'accepted', 'refused', 'state']];
    for (const { server, software, asked, accepted, refused, state } of servers) {
      const refusals = refused.reduce((sum, { count }) => sum + count, 0);
      rows.push([server, software ?? '?', String(asked), String(accepted), String(refusals), state]);
    }
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
    for (const row of rows) say(`      ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`);
  }
}

const get = (address: string) => fetch(address, { headers: { accept: 'application/activity+json' } });
