/**
 * Odd activities that have an effect, and what is left of what they say, through the gateway and the queues. A number is that of the case in the list of bad inputs; the
 * others are its neighbours.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { platform } from '../../support/api.ts';
import { aNote, creation, refusal } from '../../support/hostile.ts';
import { eventually } from '../../support/peer/eventually.ts';
import { aPerson, type RemotePerson, type SendOptions, sendSigned } from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { aStackMember, type StackMember } from '../../support/stack-member.ts';
import { unique } from '../../support/storage-samples.ts';
import { allIsDone, rowsAt } from '../../support/unmoved.ts';

let member: StackMember;
let server: RemoteServer;
/** A server that nobody has a reason to connect to. */
let quiet: RemoteServer;
beforeAll(async () => {
  [server, quiet, member] = await Promise.all([startRemoteServer(), startRemoteServer(), aStackMember()]);
});
afterAll(() => Promise.all([server?.stop(), quiet?.stop()]));

describe('the answer is 202, and the effect is the usual one, for', () => {
  const becomesFollower = async (person: RemotePerson) =>
    eventually(`${person.id} follows`, async () => server.receivedAt(person.inboxPath, 'Accept')[0]);
  const follows: readonly (readonly [string, (person: RemotePerson) => object, SendOptions])[] = [
    [
      '76: ld+json without a profile',
      (person) => person.activity('Follow', member.actorId),
      { headers: { 'content-type': 'application/ld+json' } },
    ],
    [
      'ld+json with another profile and other case',
      (person) => person.activity('Follow', member.actorId),
      { headers: { 'content-type': 'Application/LD+JSON; profile="x"' } },
    ],
    [
      '81: an actor as an object',
      (person) => ({
        ...person.activity('Follow', member.actorId),
        actor: { id: person.id, inbox: 'https://elsewhere.example/' },
      }),
      {},
    ],
    ['82: several types', (person) => ({ ...person.activity('Follow', member.actorId), type: ['Follow', 'x'] }), {}],
    ['a list of one object', (person) => person.activity('Follow', [{ id: member.actorId }]), {}],
    [
      '88: a context that is never fetched',
      (person) => ({
        ...person.activity('Follow', member.actorId),
        '@context': [`${quiet.origin}/context`, { '@base': quiet.origin }],
      }),
      {},
    ],
    [
      '105: pictures at addresses of this machine, which are never fetched',
      (person) =>
        person.activity('Follow', member.actorId, { icon: { type: 'Image', url: `${quiet.origin}/icon.png` } }),
      {},
    ],
    [
      'an actor with a __proto__',
      (person) =>
        JSON.parse(
          JSON.stringify(person.activity('Follow', member.actorId)).replace(
            '{',
            '{"__proto__":{"actor":"https://elsewhere.example/1"},',
          ),
        ),
      {},
    ],
  ];
  let sent: ReadonlyMap<string, { readonly person: RemotePerson; readonly status: number }>;
  beforeAll(async () => {
    const document = {
      icon: { type: 'Image', url: `${quiet.origin}/icon.png` },
      image: { url: 'http://127.0.0.1:1/' },
    };
    const all = follows.map(async ([name, make, options]) => {
      const person = aPerson(server, { document });
      return [name, { person, status: (await person.send(make(person), options)).status }] as const;
    });
    sent = new Map(await Promise.all(all));
  });

  test.each(follows)('%s', async (name) => {
    const { person, status } = sent.get(name)!;
    expect(status).toBe(202);
    await becomesFollower(person);
    expect(quiet.connections()).toBe(0);
  });

  test.concurrent('85: an actor that is named twice is the last one, for the check as for the effect', async () => {
    const [person, other] = [aPerson(server), aPerson(server)];
    const follow = person.activity('Follow', member.actorId);
    const twice = (first: string, last: string) =>
      JSON.stringify({ ...follow, actor: 'FIRST', id: `${server.origin}/activities/${unique('')}` }).replace(
        '"actor":"FIRST"',
        `"actor":"${first}","actor":"${last}"`,
      );
    expect((await sendSigned('/inbox', twice(other.id, person.id), { keyId: person.keyId })).status).toBe(202);
    await becomesFollower(person);
    // Its key was never seen, and that of the signer is another's: either way it does not count.
    expect([401, 403]).toContain(
      (await sendSigned('/inbox', twice(person.id, other.id), { keyId: person.keyId })).status,
    );
    await allIsDone();
    expect(await rowsAt(`DOINGS#${other.id}`)).toEqual([]);
  });

  test.concurrent('[T11] 90 and 91: the same id twice, also with another body, has one effect', async () => {
    const person = aPerson(server);
    const { postId, id } = await member.share();
    const note = aNote(person, { inReplyTo: id });
    const create = creation(person, note);
    const changed = { ...create, object: { ...note, content: '<p>I do not agree</p>' } };
    for (const sent of [create, create, changed]) {
      expect((await person.send(sent)).status).toBe(202);
      await allIsDone();
    }
    const { items } = await platform().replies(member.memberId, postId);
    expect(items).toMatchObject([{ content: '<p>I agree</p>' }]);
    const like = person.activity('Like', id);
    await Promise.all(Array.from({ length: 8 }, () => person.send(like)));
    await allIsDone();
    expect(await member.shown(postId)).toMatchObject({ likes: 1, replies: 1 });
  });

  test.concurrent('95: a second Follow is accepted again and counts once', async () => {
    const own = await aStackMember();
    const person = aPerson(server);
    for (const times of [1, 2]) {
      expect((await person.send(person.activity('Follow', own.actorId))).status).toBe(202);
      await eventually('it is accepted', async () => server.receivedAt(person.inboxPath, 'Accept').length === times);
    }
    expect(await own.followers()).toBe(1);
  });
});

describe('what was stored changes only by who wrote it', () => {
  const aReply = async () => {
    const person = aPerson(server);
    const { postId, id } = await member.share();
    const note = aNote(person, { inReplyTo: id, published: new Date(Date.now() - 1000).toISOString() });
    expect((await person.send(creation(person, note))).status).toBe(202);
    const replies = async () => (await platform().replies(member.memberId, postId)).items;
    await eventually('the reply is stored', async () => (await replies()).length === 1);
    return { person, note, replies };
  };

  test.concurrent('[T18] 108 and 110: an Update and a Delete of someone’s reply by another of the same server', async () => {
    const { note, replies } = await aReply();
    const other = aPerson(server);
    const update = other.activity('Update', { ...note, content: '<p>Buy now</p>', updated: new Date().toISOString() });
    expect(await other.send(update)).toMatchObject(refusal(403));
    const claimed = { ...note, attributedTo: other.id, content: '<p>Buy now</p>', updated: new Date().toISOString() };
    expect((await other.send(other.activity('Update', claimed))).status).toBe(202);
    expect((await other.send(other.activity('Delete', note.id))).status).toBe(202);
    await allIsDone();
    expect(await replies()).toMatchObject([{ id: note.id, content: '<p>I agree</p>' }]);
  });

  test.concurrent('109: an older Update after a newer one', async () => {
    const { person, note, replies } = await aReply();
    const edited = (content: string, secondsAhead: number) =>
      person.activity('Update', {
        ...note,
        content,
        updated: new Date(Date.now() + secondsAhead * 1000).toISOString(),
      });
    const [older, newer] = [edited('<p>Older</p>', -0.5), edited('<p>Newer</p>', -0.1)];
    for (const sent of [newer, older]) {
      expect((await person.send(sent)).status).toBe(202);
      await allIsDone();
    }
    expect(await replies()).toMatchObject([{ content: '<p>Newer</p>' }]);
  });

  test.concurrent('113: a report’s comment of 10 KB is cut to 5,000', async () => {
    const person = aPerson(server);
    const own = await aStackMember();
    const flag = person.activity('Flag', [own.actorId], { content: `<p>${'x'.repeat(10_000)}</p>` });
    expect((await person.send(flag)).status).toBe(202);
    const report = await eventually('the report is there', async () => {
      const { items } = (
        await platform().ask<{ items: { memberIds: string[]; comment: string }[] }>('GET', '/reports?limit=100')
      ).body;
      return items?.find(({ memberIds }) => memberIds.includes(own.memberId));
    });
    expect(report.comment).toHaveLength(5000);
  });
});
