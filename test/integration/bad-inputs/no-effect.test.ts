/**
 * Activities that are taken and have no effect, through the gateway and the queues. A number is that of the case in the list of bad inputs; the
 * others are its neighbours.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { platform } from '../../support/api.ts';
import { aNote, creation, toAll } from '../../support/hostile.ts';
import { interactionsOf } from '../../support/interactions.ts';
import { type Answered, aPerson, type RemotePerson } from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { aStackMember, type StackMember } from '../../support/stack-member.ts';
import { unique } from '../../support/storage-samples.ts';
import { allIsDone, type Rows, stateOf } from '../../support/unmoved.ts';

let target: StackMember;
let post: { readonly postId: string; readonly id: string };
/** The id that a post will have which waits to be sent. */
let waiting: string;
let told: Awaited<ReturnType<typeof interactionsOf>>;
let server: RemoteServer;
beforeAll(async () => {
  [server, target] = await Promise.all([startRemoteServer(), aStackMember()]);
  [post, told] = await Promise.all([target.share(), interactionsOf(target.memberId)]);
  await platform().share(target.memberId, { postId: `wait-${post.postId}`, text: 'Later', delaySeconds: 600 });
  const row = (await stateOf(target)).find(({ text }) => text === 'Later');
  waiting = `${target.actorId}/posts/${row!.objectKey}`;
});
afterAll(() => Promise.all([server?.stop(), told?.stop()]));

const replyTo = (person: RemotePerson, more: object = {}) =>
  creation(person, aNote(person, { inReplyTo: post.id, ...more }));

describe('the answer is 202, and nothing happens, for', () => {
  type Make = (person: RemotePerson) => object;
  const long = 'x'.repeat(4000);
  const activities: readonly (readonly [string, Make])[] = [
    ['83: a type that nobody knows', (person) => person.activity('Dance', target.actorId)],
    ['a type that is a name of JavaScript', (person) => person.activity('__proto__', target.actorId)],
    ['a type named constructor', (person) => person.activity('constructor', target.actorId)],
    ['a type in other case', (person) => person.activity('follow', target.actorId)],
    ['a type with a space', (person) => person.activity('Follow ', target.actorId)],
    [
      '87: a type by its full name only',
      (person) => person.activity('https://www.w3.org/ns/activitystreams#Follow', target.actorId),
    ],
    ['a type with a prefix', (person) => person.activity('as:Follow', target.actorId)],
    ['94: a Follow of someone elsewhere', (person) => person.activity('Follow', 'https://elsewhere.example/users/1')],
    ['a Follow of the deployment itself', (person) => person.activity('Follow', `${inject('stack').origin}/actor`)],
    ['98: a Like of a post that is not there', (person) => person.activity('Like', `${post.id}x`)],
    ['98: a Like of a post that waits', (person) => person.activity('Like', waiting)],
    ['98: a reply to a post that waits', (person) => replyTo(person, { inReplyTo: waiting })],
    ['a Like of an actor', (person) => person.activity('Like', target.actorId)],
    ['a Like of what is elsewhere', (person) => person.activity('Like', 'https://elsewhere.example/notes/1')],
    ['a boost of a post that is not there', (person) => person.activity('Announce', `${target.actorId}/posts/none`)],
    [
      'a boost of a foreign note that says it is ours',
      (person) => person.activity('Announce', { ...aNote(person), url: post.id }),
    ],
    [
      '101: a reply with 500 mentions',
      (person) =>
        replyTo(person, {
          tag: [
            ...Array.from({ length: 499 }, (_, n) => ({
              type: 'Mention',
              href: `https://elsewhere.example/users/${n}`,
            })),
            { type: 'Mention', href: target.actorId },
          ],
        }),
    ],
    ['a reply to followers only', (person) => replyTo(person, { to: [`${person.id}/followers`] })],
    ['a reply to the member alone', (person) => replyTo(person, { to: [target.actorId] })],
    ['a reply to nobody', (person) => replyTo(person, { to: undefined })],
    [
      'a reply to something like the public',
      (person) => replyTo(person, { to: [`${toAll}/`, 'public', 'https://www.w3.org/ns/activitystreams#public'] }),
    ],
    ['a reply that nobody wrote', (person) => replyTo(person, { attributedTo: undefined })],
    ['a reply that is a text', (person) => person.activity('Create', `${person.id}/notes/1`)],
    [
      'a reply that is a list of two',
      (person) =>
        person.activity('Create', [aNote(person, { inReplyTo: post.id }), aNote(person, { inReplyTo: post.id })]),
    ],
    ['a reply without an id', (person) => replyTo(person, { id: undefined })],
    ['a reply to what is elsewhere', (person) => replyTo(person, { inReplyTo: 'https://elsewhere.example/notes/1' })],
    ['a reply to two posts', (person) => replyTo(person, { inReplyTo: [post.id, `${post.id}x`] })],
    [
      'a direct mention',
      (person) =>
        creation(person, aNote(person, { to: [target.actorId], tag: [{ type: 'Mention', href: target.actorId }] })),
    ],
    [
      'a mention of an account that is none',
      (person) => creation(person, aNote(person, { tag: [{ type: 'Mention', href: `${target.actorId}x` }] })),
    ],
    [
      'a mention by a name only',
      (person) =>
        creation(
          person,
          aNote(person, {
            tag: [{ type: 'Mention', name: `@${target.username}` }],
            content: `@${target.username} hello`,
          }),
        ),
    ],
    [
      'an Update of a reply that was never stored',
      (person) => person.activity('Update', aNote(person, { inReplyTo: post.id })),
    ],
    ['an Update of our post', (person) => person.activity('Update', { ...aNote(person), url: post.id })],
    ['110: a Delete of our post', (person) => person.activity('Delete', post.id)],
    [
      '110: a Delete of another’s note',
      (person) => person.activity('Delete', { id: 'https://elsewhere.example/notes/1', type: 'Tombstone' }),
    ],
    ['a Delete of a member', (person) => person.activity('Delete', target.actorId)],
    ['a Delete of the deployment itself', (person) => person.activity('Delete', `${inject('stack').origin}/actor`)],
    [
      '112: a Move to someone who does not know of it',
      (person) => person.activity('Move', person.id, { target: aPerson(server).id }),
    ],
    ['a Move to a member', (person) => person.activity('Move', person.id, { target: target.actorId })],
    ['a Move of someone else', (person) => person.activity('Move', target.actorId, { target: person.id })],
    ['a Move to nowhere', (person) => person.activity('Move', person.id)],
    [
      'a QuoteRequest about what is not ours',
      (person) =>
        person.activity('QuoteRequest', 'https://elsewhere.example/1', { instrument: `${person.id}/notes/1` }),
    ],
    ['a QuoteRequest without a note', (person) => person.activity('QuoteRequest', post.id)],
    [
      '115: an Accept of a Follow that we never sent',
      (person) =>
        person.activity('Accept', {
          id: `${target.actorId}#follows/1`,
          type: 'Follow',
          actor: target.actorId,
          object: person.id,
        }),
    ],
    [
      'a Reject of a Follow that we never sent',
      (person) =>
        person.activity('Reject', {
          id: `${target.actorId}#follows/1`,
          type: 'Follow',
          actor: target.actorId,
          object: person.id,
        }),
    ],
    ['an Undo of nothing', (person) => person.activity('Undo', {})],
    [
      'an Undo of what never was',
      (person) => person.activity('Undo', { id: `${person.id}/likes/1`, type: 'Like', object: post.id }),
    ],
    ['an Undo of an id that nobody knows', (person) => person.activity('Undo', `${person.id}/likes/${unique('')}`)],
    [
      'an Undo of an Undo',
      (person) =>
        person.activity('Undo', {
          id: `${person.id}/u`,
          type: 'Undo',
          actor: person.id,
          object: { type: 'Like', object: post.id },
        }),
    ],
    ['a Block of someone elsewhere', (person) => person.activity('Block', 'https://elsewhere.example/users/1')],
    [
      'a Flag of what is elsewhere',
      (person) => person.activity('Flag', ['https://elsewhere.example/users/1'], { content: 'spam' }),
    ],
    ['a Flag of nothing', (person) => person.activity('Flag', [], { content: 'spam' })],
    [
      'an Add to the featured posts',
      (person) => person.activity('Add', post.id, { target: `${target.actorId}/featured` }),
    ],
    [
      'a Question with a vote',
      (person) =>
        creation(person, aNote(person, { type: 'Question', oneOf: [], name: 'yes', inReplyTo: `${post.id}x` })),
    ],
    ['an activity with very long fields', (person) => person.activity('Dance', long, { summary: long, name: long })],
    [
      '117: a collection whose next page is itself',
      (person) =>
        person.activity('Like', {
          id: `${person.id}/outbox`,
          type: 'OrderedCollection',
          first: `${person.id}/outbox`,
          next: `${person.id}/outbox`,
        }),
    ],
  ];

  let sent: ReadonlyMap<string, { readonly person: RemotePerson; readonly answer: Answered }>;
  let before: Rows;
  let after: Rows;
  beforeAll(async () => {
    before = await stateOf(target);
    const all = activities.map(async ([name, make]) => {
      const person = aPerson(server);
      return [name, { person, answer: await person.send(make(person)) }] as const;
    });
    sent = new Map(await Promise.all(all));
    await allIsDone();
    after = await stateOf(target);
  });

  test.each(activities)('%s', (name) => {
    const { person, answer } = sent.get(name)!;
    expect(answer.status).toBe(202);
    expect(after.filter((row) => JSON.stringify(row).includes(person.id))).toEqual([]);
    expect(server.receivedAt(person.inboxPath)).toEqual([]);
    expect(server.fetched(person.path)).toBe(1);
  });

  test('the member is as before, and nobody outside was asked for anything but actors', () => {
    expect(after).toEqual(before);
    const paths = server.fetches.map(({ path }) => path).filter((path) => !/^\/users\/p\w+$/.test(path));
    expect(paths).toEqual([]);
  });

  test('the first that the platform is told is a Like that came after all of them', async () => {
    const person = aPerson(server);
    expect((await person.send(person.activity('Like', post.id))).status).toBe(202);
    expect((await told.first(1))[0]).toMatchObject({ type: 'like', actor: person.id });
  });
});
