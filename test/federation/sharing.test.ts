import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type TimelinePost } from '../support/peer/client.ts';
import { aProfile } from '../support/platform-client.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ users: ['fern', 'gale'], firstKnock: 'cavage' });
});
afterAll(() => world?.stop());

let members = 0;
/** A member who shares, under a name of her own. */
async function aMember(more: object = {}) {
  const id = `member-${++members}`;
  const { platform } = world;
  await platform.putMember(id, aProfile(`ann${members}`, more));
  await platform.turnOn(id);
  const sharing = await eventually('the keys are made', async () => {
    const now = await platform.sharing(id);
    return now.ready && now;
  });
  return { id, handle: `@${sharing.handle}`, actor: sharing.actorId! };
}
type Sharing = Awaited<ReturnType<typeof aMember>>;

const followState = async ({ actor }: Sharing, as = 'fern') =>
  (await world.peer.following({ as })).find((follow) => follow.actor === actor)?.state;

async function follows(member: Sharing, as = 'fern') {
  await world.peer.follow(member.handle, { as });
  await eventually(`${as} follows ${member.handle}`, async () => (await followState(member, as)) === 'accepted');
}
const seen = (text: string, as = 'fern'): Promise<TimelinePost> =>
  eventually(`${as} sees “${text}”`, async () =>
    (await world.peer.timeline({ as })).find((post) => post.text.includes(text)),
  );

async function shares(member: Sharing, postId: string, content: object) {
  await world.platform.share(member.id, { postId, delaySeconds: 0, ...content });
}
const isGone = (id: string) =>
  eventually('the post is gone there', async () => (await world.peer.postState(id)).state === 'deleted');
const numbers = async (member: Sharing, postId: string) => {
  const { likes, boosts, replies } = await world.platform.post(member.id, postId);
  return { likes, boosts, replies };
};
const becomes = (member: Sharing, postId: string, wanted: object) =>
  eventually(`the numbers are ${JSON.stringify(wanted)}`, async () => {
    const now = await numbers(member, postId);
    return Object.entries(wanted).every(([name, value]) => now[name as keyof typeof now] === value);
  });

describe.concurrent('being found', () => {
  test('a member is found by handle, with picture, bio and links', async () => {
    const member = await aMember();
    const profile = await world.peer.lookup(member.handle);
    expect(profile).toMatchObject({ name: expect.stringMatching(/^Ann/), handleConfirmed: true, id: member.actor });
    expect(profile.avatar).toBe('https://media.example.com/avatar.png');
    expect(profile.summary).toContain('<p>Gardens, mostly.<br>');
    expect(profile.fields).toEqual([{ name: 'Website', value: expect.stringContaining('https://www.example.com') }]);
  });

  test('the handle may be written in capitals', async () => {
    const member = await aMember();
    expect((await world.peer.lookup(member.handle.toUpperCase().replace('LOCALHOST', 'localhost'))).id).toBe(
      member.actor,
    );
  });

  test('a member who does not share is not found', async () => {
    const { platform, peer, stack } = world;
    await platform.putMember('hidden', aProfile('hidden'));
    await expect(peer.lookup(`@hidden@${new URL(stack.origin).host}`)).rejects.toThrow();
  });

  test('a changed profile is refreshed at the followers’ server, a rename keeps the identity', async () => {
    const member = await aMember();
    await follows(member);
    await world.platform.putMember(member.id, aProfile('renamed', { displayName: 'New Name' }));
    await eventually(
      'the new name is shown there',
      async () => (await world.peer.profile(member.actor)).name === 'New Name',
    );
    const { host } = new URL(world.stack.origin);
    expect((await world.peer.lookup(`@renamed@${host}`)).id).toBe(member.actor);
    await expect(world.peer.lookup(member.handle)).rejects.toThrow();
  });
});

describe.concurrent('being followed', () => {
  test('two people of one server are two followers, and their server gets each post once', async () => {
    const member = await aMember();
    await follows(member, 'fern');
    await follows(member, 'gale');
    expect((await world.platform.followers(member.id)).items.map(({ name }) => name).sort()).toEqual(['Fern', 'Gale']);

    await shares(member, 'p1', { text: 'One delivery for two' });
    await seen('One delivery for two', 'fern');
    await seen('One delivery for two', 'gale');
    const creates = await world.peer.activities({ type: 'Create', actor: member.actor });
    expect(creates).toHaveLength(1);
    expect(creates[0]).toMatchObject({ verified: true, signature: 'cavage' });
  });

  test('a repeated Follow is accepted again and counts once', async () => {
    const member = await aMember();
    await follows(member);
    const { actor } = (await world.peer.people())[0]!;
    const id = `${world.peer.origin}/follows/a-second-one`;
    const follow = {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id,
      type: 'Follow',
      actor,
      object: member.actor,
    };
    expect(await world.peer.send({ actor: member.actor, activity: follow })).toMatchObject({ status: 202 });
    await eventually(
      'a second Accept arrives',
      async () => (await world.peer.activities({ type: 'Accept', actor: member.actor })).length === 2,
    );
    expect((await world.platform.followers(member.id)).total).toBe(1);
  });

  test('who unfollows is no follower any more', async () => {
    const member = await aMember();
    await follows(member);
    await world.peer.unfollow(member.handle);
    await eventually('no follower is left', async () => (await world.platform.sharing(member.id)).followers === 0);
    expect((await world.platform.followers(member.id)).items).toEqual([]);
  });
});

describe.concurrent('a post', () => {
  test('arrives with its warning, language and pictures', async () => {
    const member = await aMember();
    await follows(member);
    await shares(member, 'p1', {
      text: 'Look at this <b>bird</b>\n\nhttps://www.example.com/birds?a=1&b=2',
      language: 'en',
      contentWarning: 'Birds',
      attachments: [
        {
          url: 'https://media.example.com/bird.jpg',
          mediaType: 'image/jpeg',
          altText: 'A bird',
          width: 800,
          height: 600,
        },
      ],
    });
    const post = await seen('Look at this <b>bird</b>');
    expect(post).toMatchObject({ contentWarning: 'Birds', visibility: 'public', sensitive: true });
    expect(post.raw).toMatchObject({ contentMap: { en: expect.stringContaining('bird') } });
    expect(post.attachments).toEqual([
      { url: 'https://media.example.com/bird.jpg', mediaType: 'image/jpeg', altText: 'A bird' },
    ]);
    expect(post.content).toContain('href="https://www.example.com/birds?a=1&amp;b=2"');
  });

  test('that was edited while it waited arrives once, as it was last', async () => {
    const member = await aMember();
    await follows(member);
    await world.platform.share(member.id, { postId: 'p1', text: 'First thought', delaySeconds: 900 });
    await world.platform.edit(member.id, 'p1', { text: 'Second thought' });
    await world.platform.shareNow(member.id, 'p1');
    const post = await seen('Second thought');
    expect(post.editedAt).toBeUndefined();
    const about = (await world.peer.activities({ actor: member.actor })).filter(({ type }) => type !== 'Accept');
    expect(about.map(({ type }) => type)).toEqual(['Create']);
  });

  test('is liked, boosted and answered by people with names, and all of it can be taken back', async () => {
    const member = await aMember();
    await follows(member);
    await shares(member, 'p1', { text: 'What do you think?' });
    const { id } = await seen('What do you think?');
    await world.peer.like(id, { as: 'fern' });
    await world.peer.like(id, { as: 'gale' });
    await world.peer.boost(id, { as: 'gale' });
    const reply = await world.peer.reply(id, 'I like it', { as: 'gale' });
    await becomes(member, 'p1', { likes: 2, boosts: 1, replies: 1 });
    const { platform } = world;
    expect((await platform.likes(member.id, 'p1')).items.map(({ name }) => name).sort()).toEqual(['Fern', 'Gale']);
    expect((await platform.boosts(member.id, 'p1')).items[0]).toMatchObject({
      name: 'Gale',
      server: new URL(world.peer.origin).host,
    });
    expect((await platform.replies(member.id, 'p1')).items[0]).toMatchObject({
      name: 'Gale',
      content: expect.stringContaining('I like it'),
    });

    await world.peer.unlike(id, { as: 'gale' });
    await world.peer.unboost(id, { as: 'gale' });
    await world.peer.delete(reply.id, { as: 'gale' });
    await becomes(member, 'p1', { likes: 1, boosts: 0, replies: 0 });
  });

  test('keeps no reply that was not meant for everyone', async () => {
    const member = await aMember();
    await follows(member);
    await shares(member, 'p1', { text: 'Tell me a secret' });
    const { id } = await seen('Tell me a secret');
    await world.peer.reply(id, 'For followers', { visibility: 'followers' });
    await world.peer.reply(id, 'For you alone', { visibility: 'direct' });
    await world.peer.reply(id, 'For all', { visibility: 'unlisted' });
    await becomes(member, 'p1', { replies: 1 });
    const { items } = await world.platform.replies(member.id, 'p1');
    expect(items.map(({ content }) => content).join()).toContain('For all');
  });

  test('that is deleted goes also where nobody follows any more', async () => {
    const member = await aMember();
    await follows(member);
    await shares(member, 'p1', { text: 'Soon gone' });
    const { id } = await seen('Soon gone');
    await world.peer.unfollow(member.handle);
    await eventually('nobody follows', async () => (await world.platform.sharing(member.id)).followers === 0);
    await world.platform.remove(member.id, 'p1');
    await isGone(id);
    const { servers } = await eventually('the answer is counted', async () => {
      const post = await world.platform.post(member.id, 'p1');
      return post.servers.accepted === 1 && post;
    });
    expect(servers).toEqual({ asked: 1, accepted: 1, retrying: 0, gaveUp: 0 });
  });
});

describe.concurrent('turning off and on again', () => {
  test('posts go, followers are released, and the same identity works again', async () => {
    const member = await aMember();
    await follows(member);
    await shares(member, 'p1', { text: 'Before the break' });
    const { id } = await seen('Before the break');
    const { platform, peer } = world;

    await platform.turnOff(member.id);
    await isGone(id);
    await eventually('the follow is rejected', async () => (await followState(member)) === 'rejected');
    await eventually('the removal is over', async () => (await platform.sharing(member.id)).state === 'off');
    expect((await peer.profile(member.actor)).summary).toBe('');
    await peer.follow(member.actor);
    await eventually(
      'a follow meanwhile is rejected',
      async () => (await peer.activities({ type: 'Reject', actor: member.actor })).length === 2,
    );

    await platform.turnOn(member.id);
    await follows(member);
    await shares(member, 'p1', { text: 'After the break' });
    const again = await seen('After the break');
    expect(again.author).toBe(member.actor);
    expect(again.id).not.toBe(id);
  });
});

describe.concurrent('pausing', () => {
  test('keeps everything, shares nothing new, and lets follows wait until it ends', async () => {
    const member = await aMember();
    await follows(member, 'fern');
    await shares(member, 'p1', { text: 'Before the pause' });
    const { id } = await seen('Before the pause');
    const { platform, peer } = world;

    await platform.pause(member.id);
    await expect(shares(member, 'p2', { text: 'During the pause' })).rejects.toThrow('409');
    await peer.follow(member.handle, { as: 'gale' });
    await platform.edit(member.id, 'p1', { text: 'Edited in the pause' });
    await seen('Edited in the pause');
    expect(await followState(member, 'gale')).toBe('pending');
    expect((await platform.sharing(member.id)).followers).toBe(1);

    await platform.turnOn(member.id);
    await eventually('gale follows', async () => (await followState(member, 'gale')) === 'accepted');
    await shares(member, 'p2', { text: 'After the pause' });
    await seen('After the pause', 'gale');
    expect((await peer.postState(id)).state).toBe('present');
  });
});

describe.concurrent('stopping', () => {
  test('without removing leaves the copies, which can be removed later', async () => {
    const member = await aMember();
    await follows(member);
    await shares(member, 'p1', { text: 'Left behind' });
    const { id } = await seen('Left behind');
    const { platform, peer } = world;

    await platform.stop(member.id);
    await expect(peer.lookup(member.handle)).rejects.toThrow();
    expect((await fetch(id, { headers: { accept: 'application/activity+json' } })).status).toBe(200);
    expect((await peer.postState(id)).state).toBe('present');
    expect((await platform.removals(member.id)).items).toEqual([]);

    await platform.turnOff(member.id);
    await isGone(id);
    await eventually('the removal is over', async () => (await platform.sharing(member.id)).state === 'off');
    const [removal] = (await platform.removals(member.id)).items;
    const { servers } = await platform.receipt(member.id, removal!.removalId);
    expect(servers).toMatchObject([{ server: new URL(peer.origin).host, asked: 1, accepted: 1, state: 'done' }]);
  });
});

describe.concurrent('deleting an account for ever', () => {
  test('takes it away from everyone who knew it, and keeps its name taken', async () => {
    const member = await aMember();
    await follows(member);
    await shares(member, 'p1', { text: 'For ever is long' });
    const { id } = await seen('For ever is long');
    const { platform, peer } = world;

    await expect(platform.deleteForEver(member.id, '@somebody@else.example')).rejects.toThrow('400');
    await platform.deleteForEver(member.id, member.handle);
    await isGone(id);
    await expect(peer.profile(member.actor)).rejects.toThrow();
    await eventually('the actor is gone', async () => (await fetch(member.actor)).status === 410);
    await expect(peer.lookup(member.handle)).rejects.toThrow();
    await expect(platform.turnOn(member.id)).rejects.toThrow('410');
  });
});
