/** What real servers sent, come to a member of ours: each recorded delivery has the effect that stands here. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { platform } from '../support/api.ts';
import { eventually } from '../support/peer/eventually.ts';
import type { Answers, Listed } from '../support/platform-client.ts';
import { recordings } from '../support/recordings.ts';
import { type RemoteServer, startRemoteServer } from '../support/remote-server.ts';
import { type Replayed, replayed } from '../support/replayed.ts';
import { aStackMember, type StackMember } from '../support/stack-member.ts';
import { allIsDone } from '../support/unmoved.ts';

type Effect =
  | 'follows, and is accepted'
  | 'follows no more'
  | 'likes'
  | 'likes no more'
  | 'boosts'
  | 'boosts no more'
  | 'replies'
  | 'has edited its reply'
  | 'has deleted its reply'
  | 'ignored';

/** The first that fits counts. What is ignored says why. */
const effects: readonly (readonly [deliveries: RegExp, effect: Effect, reason?: string])[] = [
  [/accept-follow/, 'ignored', 'we never ask to follow anyone'],
  [/^hollo\/to-snac\/(undo-)?announce-rfc9421/, 'ignored', 'the post is of a third server'],
  [/undo-follow/, 'follows no more'],
  [/undo-like/, 'likes no more'],
  [/undo-announce/, 'boosts no more'],
  [/\/follow/, 'follows, and is accepted'],
  [/\/like/, 'likes'],
  [/\/announce/, 'boosts'],
  [/^gotosocial\/to-(hollo|wordpress)\/create-note/, 'replies'],
  [/^hollo\/to-wordpress\/create-note/, 'replies'],
  [/create-note/, 'ignored', 'a post to everyone that is about nobody of ours'],
  [/update-note/, 'has edited its reply'],
  [/delete/, 'has deleted its reply'],
];
const effectOf = (name: string) => effects.find(([deliveries]) => deliveries.test(name))![1];
const names = recordings.map(([server, name]) => `${server}/${name}`);

/** What is shown of everybody, by lists of the platform API. */
interface Shown {
  readonly followers: Listed['items'];
  readonly likes: Listed['items'];
  readonly boosts: Listed['items'];
  readonly replies: Answers['items'];
}

let member: StackMember;
let post: { readonly postId: string; readonly id: string };
const homes: RemoteServer[] = [];
const doers = new Map<string, Replayed>();
const statuses = new Map<string, number>();
let before: Shown;
let after: Shown;

const object = ({ activity }: Replayed) => activity.object as Readonly<Record<string, unknown>>;

/** What they must have done before for the recorded activity to mean something. */
function earlier(effect: Effect, doer: Replayed): object | undefined {
  const { id: actor, activity } = doer;
  const like = { id: `${actor}#earlier`, actor };
  switch (effect) {
    case 'follows no more':
    case 'likes no more':
    case 'boosts no more':
      return { ...object(doer), actor };
    case 'has edited its reply':
    case 'has deleted its reply': {
      const { id = activity.object, published = '2026-11-22T21:50:00Z' } =
        typeof activity.object === 'string' ? {} : object(doer);
      const note = {
        id,
        type: 'Note',
        attributedTo: actor,
        published,
        to: ['as:Public'],
        inReplyTo: post.id,
        content: '<p>Before</p>',
      };
      return { ...like, type: 'Create', object: note };
    }
    default:
      return undefined;
  }
}

async function shown(): Promise<Shown> {
  const about = `/members/${member.memberId}`;
  const list = async (path: string) => (await platform().ask<Listed>('GET', `${about}${path}?limit=100`)).body.items;
  const [followers, likes, boosts, { items: replies }] = await Promise.all([
    list('/followers'),
    list(`/posts/${post.postId}/likes`),
    list(`/posts/${post.postId}/boosts`),
    platform().replies(member.memberId, post.postId, '?limit=100'),
  ]);
  return { followers, likes, boosts, replies };
}

beforeAll(async () => {
  member = await aStackMember();
  post = await member.share();
  for (const [server, name] of recordings) {
    const home = await startRemoteServer();
    homes.push(home);
    doers.set(`${server}/${name}`, replayed(server, name, home, { member, post }));
  }
  const prepared = [...doers].map(async ([name, doer]) => {
    const first = earlier(effectOf(name), doer);
    if (first) expect(await doer.send(first)).toBe(202);
  });
  await Promise.all(prepared);
  await allIsDone();
  before = await shown();
  await Promise.all([...doers].map(async ([name, doer]) => statuses.set(name, await doer.send())));
  await allIsDone();
  after = await shown();
});
afterAll(() => Promise.all(homes.map((home) => home.stop())));

/** In which lists someone stands. */
const placesOf = (actor: string, lists: Shown) =>
  Object.entries(lists).flatMap(([name, items]: [string, Listed['items']]) =>
    items.some((item) => item.actor === actor) ? [name] : [],
  );
const changes: Readonly<Record<Effect, readonly [before: readonly string[], after: readonly string[]]>> = {
  'follows, and is accepted': [[], ['followers']],
  'follows no more': [['followers'], []],
  likes: [[], ['likes']],
  'likes no more': [['likes'], []],
  boosts: [[], ['boosts']],
  'boosts no more': [['boosts'], []],
  replies: [[], ['replies']],
  'has edited its reply': [['replies'], ['replies']],
  'has deleted its reply': [['replies'], []],
  ignored: [[], []],
};

test.each(names.map((name) => [name, effectOf(name)] as const))('%s: %s', async (name, effect) => {
  const doer = doers.get(name)!;
  expect(statuses.get(name)).toBe(202);
  const [wasIn, isIn] = changes[effect];
  expect(placesOf(doer.id, before)).toEqual(wasIn);
  expect(placesOf(doer.id, after)).toEqual(isIn);

  const home = homes[names.indexOf(name)]!;
  const accepts = () => home.receivedAt(doer.inboxPath, 'Accept').map(({ activity }) => activity.object);
  if (effect === 'follows, and is accepted')
    expect(await eventually('the Accept', async () => accepts()[0])).toMatchObject({
      id: doer.activity.id,
      type: 'Follow',
    });
  else if (effect !== 'follows no more') expect(home.received).toEqual([]);

  const reply = after.replies.find(({ actor }) => actor === doer.id);
  if (reply) {
    expect(reply.id).toBe(object(doer).id);
    expect(reply.content).not.toMatch(/class=|data-|style=|target="(?!_blank)|Before/);
    expect(reply.content).toContain(
      String(object(doer).content)
        .match(/[\w ]{5,}(?=<)/)?.[0]
        ?.trim() ?? '',
    );
  }
});

describe('the table', () => {
  test('has a line for each recording, a recording for each line, and a reason for each that is ignored', () => {
    for (const [deliveries, effect, reason] of effects) {
      expect(names.filter((name) => deliveries.test(name))).not.toEqual([]);
      if (effect === 'ignored') expect(reason).toMatch(/\w/);
    }
    expect(names).toHaveLength(66);
    expect(names.filter((name) => effectOf(name) === 'ignored')).toHaveLength(17);
  });

  test('the numbers of the post are those of the lists', async () => {
    const { likes, boosts, replies } = await member.shown(post.postId);
    expect({ likes, boosts, replies }).toEqual({
      likes: after.likes.length,
      boosts: after.boosts.length,
      replies: after.replies.length,
    });
    expect(await member.followers()).toBe(after.followers.length);
  });
});
