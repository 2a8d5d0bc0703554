/** What a real server sends us, and what becomes of it: with either signature at its first knock (the short form: RFC 9421; `sharing.test.ts` has the other). */
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/peer/client.ts';
import { aProfile } from '../support/platform-client.ts';
import { startWorld, type World } from '../support/world.ts';

const long = process.env.LONG === '1';
const knocks = long ? (['rfc9421', 'cavage'] as const) : (['rfc9421'] as const);
/** What `sharing.test.ts` has in a like form is not played twice in the short form. */
const longOnly = (name: string, run: () => Promise<void>) => test.runIf(long)(name, { concurrent: true }, run);

describe.each(knocks)('a server that knocks with %s first', (firstKnock) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ users: ['fern', 'gale', 'hazel', 'iris', 'moss'], firstKnock });
  });
  afterAll(() => world?.stop());

  let members = 0;
  /** A member who shares one post, which fern has seen. */
  async function aMember() {
    const { platform, peer } = world;
    const id = `member-${++members}`;
    const text = `Post number ${members}`;
    await platform.putMember(id, aProfile(`ann${members}`));
    await platform.turnOn(id);
    const sharing = await eventually('the keys are made', async () => {
      const now = await platform.sharing(id);
      return now.ready && now;
    });
    const member = { id, handle: `@${sharing.handle}`, actor: sharing.actorId! };
    await follows(member, 'fern');
    await platform.share(id, { postId: 'p1', text, delaySeconds: 0 });
    const post = await eventually('fern sees the post', async () =>
      (await peer.timeline({ as: 'fern' })).find((one) => one.text.includes(text)),
    );
    return { ...member, post: post.id };
  }
  type Member = Awaited<ReturnType<typeof aMember>>;

  async function follows(member: Pick<Member, 'handle' | 'actor'>, as: string) {
    await world.peer.follow(member.handle, { as });
    await eventually(`${as} follows`, async () =>
      (await world.peer.following({ as })).some(({ actor, state }) => actor === member.actor && state === 'accepted'),
    );
  }
  const numbers = async ({ id }: Member) => {
    const { followers } = await world.platform.sharing(id);
    const { likes, boosts, replies } = await world.platform.post(id, 'p1');
    return { followers, likes, boosts, replies };
  };
  const become = (member: Member, wanted: Partial<Awaited<ReturnType<typeof numbers>>>) =>
    eventually(`the numbers are ${JSON.stringify(wanted)}`, async () => {
      const now = await numbers(member);
      return Object.entries(wanted).every(([name, value]) => now[name as keyof typeof now] === value);
    });
  const followersOf = async ({ id }: Member) =>
    (await world.platform.followers(id)).items.map(({ actor }) => actor.split('/').at(-1)).sort();

  /** Every row of the table, as one text. */
  async function everythingStored(): Promise<string> {
    const { environment, tableName } = world.stack;
    const client = new DynamoDBClient({
      region: environment.AWS_REGION!,
      endpoint: environment.AWS_ENDPOINT_URL_DYNAMODB!,
      credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID!, secretAccessKey: environment.AWS_SECRET_ACCESS_KEY! },
    });
    const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName: tableName }));
    client.destroy();
    expect(LastEvaluatedKey).toBeUndefined();
    return JSON.stringify(Items);
  }

  test('is let in at that knock, with every activity', async () => {
    const member = await aMember();
    const before = (await world.peer.sent()).length;
    await world.peer.like(member.post, { as: 'fern' });
    await world.peer.boost(member.post, { as: 'fern' });
    await world.peer.reply(member.post, 'First of all', { as: 'fern' });
    await become(member, { followers: 1, likes: 1, boosts: 1, replies: 1 });
    const sent = await world.peer.sent(before);
    expect(sent.map(({ type, signature, status }) => [type, signature, status])).toEqual(
      ['Like', 'Announce', 'Create'].map((type) => [type, firstKnock, 202]),
    );
    for (const one of await world.peer.sent()) expect(one).toMatchObject({ signature: firstKnock, status: 202 });
  });

  longOnly('may like with any emoji, once, and take it back', async () => {
    const member = await aMember();
    await world.peer.emoji(member.post, '🌻', { as: 'gale' });
    await become(member, { likes: 1 });
    await world.peer.emoji(member.post, '🎉', { as: 'gale' });
    await world.peer.like(member.post, { as: 'fern' });
    await become(member, { likes: 2 });
    await world.peer.unlike(member.post, { as: 'fern' });
    await become(member, { likes: 1 });
    const { items } = await world.platform.likes(member.id, 'p1');
    expect(items.map(({ name }) => name)).toEqual(['Gale']);
  });

  longOnly('may follow, unfollow and follow again', async () => {
    const member = await aMember();
    await world.peer.unfollow(member.handle, { as: 'fern' });
    await become(member, { followers: 0 });
    await follows(member, 'fern');
    await become(member, { followers: 1 });
  });

  longOnly('may edit a reply, and delete it', async () => {
    const member = await aMember();
    const contents = async () => (await world.platform.replies(member.id, 'p1')).items.map(({ content }) => content);
    const reply = await world.peer.reply(member.post, 'Frist!', { as: 'fern' });
    await become(member, { replies: 1 });
    await world.peer.edit(reply.id, 'First!', { as: 'fern' });
    await eventually('the edit is here', async () => (await contents()).join().includes('First!'));
    expect((await contents()).join()).not.toContain('Frist!');
    await world.peer.delete(reply.id, { as: 'fern' });
    await become(member, { replies: 0 });
    expect(await contents()).toEqual([]);
  });

  longOnly('has nothing kept that was not meant for everyone', async () => {
    const member = await aMember();
    const secret = `secret-${firstKnock}`;
    for (const visibility of ['followers', 'direct'] as const) {
      const reply = await world.peer.reply(member.post, `${secret} for ${visibility}`, { visibility, as: 'fern' });
      await world.peer.edit(reply.id, `${secret} again for ${visibility}`, { as: 'fern' });
    }
    await world.peer.reply(member.post, 'For all', { visibility: 'unlisted', as: 'fern' });
    await become(member, { replies: 1 });
    const stored = await everythingStored();
    expect(stored).toContain('For all');
    expect(stored).not.toContain(secret);
  });

  longOnly('may quote a post, and gets consent for it', async () => {
    const member = await aMember();
    const quote = await world.peer.quote(member.post, 'Listen to her', { as: 'gale' });
    await eventually('the quote is listed', async () =>
      (await world.platform.quotes(member.id, 'p1')).items.some(({ content }) => content.includes('Listen to her')),
    );
    const { raw } = await eventually('consent arrives', async () =>
      (await world.peer.activities({ type: 'Accept', actor: member.actor })).find(({ raw }) =>
        JSON.stringify(raw).includes(quote.id),
      ),
    );
    const stamp = await fetch((raw as { result: string }).result, { headers: { accept: 'application/activity+json' } });
    expect(await stamp.json()).toMatchObject({
      type: 'QuoteAuthorization',
      interactingObject: quote.id,
      interactionTarget: member.post,
    });
  });

  longOnly('may block a member: the follow ends, and nothing new goes there for the one who blocked', async () => {
    const member = await aMember();
    await follows(member, 'gale');
    await world.peer.like(member.post, { as: 'gale' });
    await become(member, { followers: 2, likes: 1 });
    await world.peer.block(member.handle, { as: 'gale' });
    await become(member, { followers: 1, likes: 1 });
    expect(await followersOf(member)).toEqual(['fern']);
    await world.peer.unblock(member.handle, { as: 'gale' });
    await follows(member, 'gale');
    expect(await followersOf(member)).toEqual(['fern', 'gale']);
  });

  longOnly('may have a follower move, who then follows under the new name', async () => {
    const member = await aMember();
    await follows(member, 'hazel');
    await world.peer.move(member.handle, 'iris', { as: 'hazel' });
    await eventually('the new account follows in place of the old', async () => {
      const now = await followersOf(member);
      return now.includes('iris') && !now.includes('hazel');
    });
    expect(await followersOf(member)).toEqual(['fern', 'iris']);
    expect((await numbers(member)).followers).toBe(2);
  });

  longOnly('cannot have a follower moved by someone else', async () => {
    const member = await aMember();
    const people = await world.peer.people();
    const actorOf = (name: string) => people.find((one) => one.name === name)!.actor;
    const activity = {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${actorOf('fern')}#moves/1`,
      type: 'Move',
      actor: actorOf('fern'),
      object: actorOf('fern'),
      target: actorOf('gale'), // who does not say so
    };
    expect(await world.peer.send({ actor: member.actor, activity, as: 'fern' })).toMatchObject({ status: 202 });
    await world.peer.like(member.post, { as: 'fern' });
    await become(member, { likes: 1 });
    expect(await followersOf(member)).toEqual(['fern']);
  });

  longOnly('may delete an account: everything that it did goes', async () => {
    const member = await aMember();
    await follows(member, 'moss');
    await world.peer.like(member.post, { as: 'moss' });
    await world.peer.like(member.post, { as: 'fern' });
    await world.peer.boost(member.post, { as: 'moss' });
    await world.peer.reply(member.post, 'My last words', { as: 'moss' });
    await become(member, { followers: 2, likes: 2, boosts: 1, replies: 1 });
    await world.peer.leave(member.handle, { as: 'moss' });
    await become(member, { followers: 1, likes: 1, boosts: 0, replies: 0 });
    expect(await followersOf(member)).toEqual(['fern']);
    expect((await world.platform.likes(member.id, 'p1')).items.map(({ name }) => name)).toEqual(['Fern']);
    expect(await everythingStored()).not.toContain('My last words');
  });
});
