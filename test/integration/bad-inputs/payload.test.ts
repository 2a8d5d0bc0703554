/**
 * Activities that are turned away although their signature may be good, through the gateway. A number is that of the case in the list of bad inputs; the
 * others are its neighbours.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { aNote, refusal } from '../../support/hostile.ts';
import { aPerson, type SendOptions, sendSigned } from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { aStackMember, type StackMember } from '../../support/stack-member.ts';
import { leavesUnmoved, stateOf } from '../../support/unmoved.ts';

/** Whom nothing must happen to. */
let target: StackMember;
let post: { readonly postId: string; readonly id: string };
let before: unknown;
let server: RemoteServer;
/** A server that nobody has a reason to connect to. */
let quiet: RemoteServer;
beforeAll(async () => {
  [server, quiet, target] = await Promise.all([startRemoteServer(), startRemoteServer(), aStackMember()]);
  post = await target.share();
  before = await stateOf(target);
});
afterAll(() => Promise.all([server?.stop(), quiet?.stop()]));

const nested = (depth: number, inside = '1') => `${'{"a":'.repeat(depth)}${inside}${'}'.repeat(depth)}`;

describe('without a look at the sender’s server, the answer is', () => {
  const refused = async (status: number, body: string | Buffer, options: SendOptions = {}) => {
    const { keyId } = aPerson(quiet);
    expect(await sendSigned('/inbox', body, { keyId, ...options })).toMatchObject(refusal(status));
    expect(quiet.connections()).toBe(0);
    expect(await stateOf(target)).toEqual(before);
  };
  const follow = (more: object = {}) => {
    const person = aPerson(quiet);
    return JSON.stringify({ ...person.activity('Follow', target.actorId), ...more });
  };

  test.each<[string, string | Buffer]>([
    ['68: an empty body', ''],
    ['69: what is not UTF-8', Buffer.from('{"id":"\xff\xfe"}', 'latin1')],
    ['UTF-16', Buffer.from('{"id":"x"}', 'utf16le')],
    ['what is cut in the middle of a character', Buffer.from('{"id":"né"}').subarray(0, 9)],
    ['70: a text', '"http://x"'],
    ['a text that is an address of ours', '"http://localhost/inbox"'],
    ['a list', '[{"type":"Follow"}]'],
    ['a number', '7'],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['what is no JSON', 'hello'],
    ['JSON with a comma too many', '{"id":"x",}'],
    ['JSON that is cut', '{"id":"https://far.example/1"'],
    ['two objects', '{}{}'],
    ['72: depth of 2,000', nested(2000)],
    ['depth of 33', nested(33)],
    ['lists in lists', `{"id":${'['.repeat(500)}${']'.repeat(500)}}`],
    ['NaN', '{"id":NaN}'],
  ])('400 for %s', (_, body) => refused(400, body));

  test('a BOM before the object is 400, or nothing: it is never a 5xx', async () => {
    const answer = await sendSigned('/inbox', `\ufeff${follow()}`, { keyId: aPerson(server).keyId });
    expect([400, 401]).toContain(answer.status);
  });

  test.each<[string, object]>([
    ['77: no id', { id: undefined }],
    ['an empty id', { id: '' }],
    ['an id that is a number', { id: 7 }],
    ['an id that is a list', { id: [] }],
    ['an id that is an account', { id: 'acct:someone@far.example' }],
    ['an id that is a script', { id: 'javascript:alert(1)' }],
    ['an id with a password', { id: 'https://user:secret@far.example/1' }],
    ['an id of 600 characters', { id: `https://far.example/${'x'.repeat(580)}` }],
    ['no actor', { actor: undefined }],
    ['an actor that is an empty object', { actor: {} }],
    ['an actor that is null', { actor: null }],
    ['two actors', { actor: ['https://a.example/1', 'https://a.example/2'] }],
    ['an actor that is an account', { actor: 'acct:someone@far.example' }],
    ['52: an actor at circled digits', { actor: 'https://①②⑦.0.0.1/users/1' }],
    ['120: a line break in the actor', { actor: 'https://far.example/a\r\nX-Evil: 1' }],
    ['no type', { type: undefined }],
    ['a type that is a number', { type: 7 }],
    ['an empty list of types', { type: [] }],
    ['a Follow of nothing', { object: undefined }],
    ['a Follow of a number', { object: 7 }],
    ['a Like of nothing', { type: 'Like', object: undefined }],
    ['a Delete of nothing', { type: 'Delete', object: {} }],
  ])('400 for %s', (_, odd) => refused(400, follow(odd)));

  test.each(['@graph', '@reverse', '@included', '@id'])('[T9] 400 for the keyword %s of JSON-LD', async (keyword) =>
    refused(400, follow({ [keyword]: [{ id: target.actorId, type: 'Follow' }] })),
  );

  test('400 for more than 5,000 keys', async () => {
    const many = Object.fromEntries(Array.from({ length: 5001 }, (_, n) => [`k${n}`, n]));
    await refused(400, follow({ many }));
    const spread = Array.from({ length: 2600 }, (_, n) => ({ [`a${n}`]: 1, [`b${n}`]: 2 }));
    await refused(400, follow({ spread }));
  });

  test('73: 413 for 300 KB', () => refused(413, follow({ padding: 'x'.repeat(300 * 1024) })));
  test('413 for a quarter of a megabyte and one byte', () => refused(413, 'x'.repeat(256 * 1024 + 1)));
  test('113: 413 for a report with a comment of a megabyte', () =>
    refused(413, follow({ type: 'Flag', content: 'x'.repeat(1024 * 1024) })));

  test.each([
    ['74: text/plain', 'text/plain'],
    ['75: application/json', 'application/json'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['a page', 'text/html'],
    ['nothing', undefined],
    ['an empty type', ''],
    ['a type that only begins like ours', 'application/activity+jsonp'],
    ['ours as a parameter', 'text/plain; charset=application/activity+json'],
    ['XML', 'application/ld+xml'],
  ])('415 for %s', (_, type) => refused(415, follow(), { headers: { 'content-type': type } }));

  test('78: 403 for an id on another host', async () => {
    await refused(403, follow({ id: 'https://elsewhere.example/1' }));
    await refused(403, follow({ id: `${inject('stack').origin}/activities/1` }));
    await refused(403, follow({ id: `${quiet.origin.replace('127.0.0.1', '127.0.0.2')}/activities/1` }));
  });

  test('114: 403 for a QuoteRequest with an id, or a note, on another host', async () => {
    const request = { type: 'QuoteRequest', object: post.id, instrument: `${quiet.origin}/notes/1` };
    await refused(403, follow({ ...request, id: 'https://elsewhere.example/1' }));
    await refused(403, follow({ ...request, instrument: 'https://elsewhere.example/notes/1' }));
    await refused(403, follow({ ...request, instrument: { type: 'Note', id: 'https://elsewhere.example/notes/1' } }));
  });

  test('97: 403 for an Undo of what another actor did', async () => {
    const object = { type: 'Follow', actor: `${quiet.origin}/users/other`, object: target.actorId };
    await refused(403, follow({ type: 'Undo', object }));
    await refused(403, follow({ type: 'Undo', object: [{ ...object, actor: { id: 'https://elsewhere.example/1' } }] }));
  });

  test.each(['Create', 'Update'])('[T5] 100 and 108: 403 for a %s of a note on another host', async (type) => {
    const person = aPerson(quiet);
    const note = aNote(person, { id: 'https://elsewhere.example/notes/1', inReplyTo: post.id });
    await refused(403, JSON.stringify(person.activity(type, note)), { keyId: person.keyId });
  });

  test.each(['Create', 'Update'])('99 and 108: 403 for a %s of a note that another wrote', async (type) => {
    const [person, other] = [aPerson(quiet), aPerson(quiet)];
    for (const attributedTo of [other.id, 'https://elsewhere.example/users/1', target.actorId]) {
      const note = aNote(person, { attributedTo, inReplyTo: post.id });
      await refused(403, JSON.stringify(person.activity(type, note)), { keyId: person.keyId });
    }
  });

  test('108: 403 for an Update of a member', async () => {
    const update = { type: 'Update', object: { id: target.actorId, type: 'Person', name: 'Mallory' } };
    await refused(403, follow(update));
  });

  test('89: 403 for what someone else did, whatever signature of JSON-LD is in the body', async () => {
    const person = aPerson(quiet);
    const signature = {
      type: 'RsaSignature2017',
      creator: 'https://elsewhere.example/users/1#main-key',
      signatureValue: 'AAAA',
    };
    const body = JSON.stringify({
      ...person.activity('Follow', target.actorId),
      actor: 'https://elsewhere.example/users/1',
      signature,
    });
    await refused(403, body, { keyId: person.keyId });
  });
});

describe('after the signature, the answer is', () => {
  test('79: 403 for an actor who is not the signer, known or not', async () => {
    const [person, other] = [aPerson(server), aPerson(server)];
    const answer = await leavesUnmoved(target, async () => {
      expect((await other.send(other.activity('Follow', 'https://elsewhere.example/users/1'))).status).toBe(202);
      return person.send(person.activity('Follow', target.actorId), { keyId: other.keyId });
    });
    expect(answer).toMatchObject(refusal(403));
  });

  test('93: 404 for a Follow of a member who does not exist', async () => {
    const person = aPerson(server);
    const nobody = `${target.actorId}x`;
    for (const object of [nobody, post.id, `${target.actorId}/followers`, `${inject('stack').origin}/`])
      expect(await person.send(person.activity('Follow', object))).toMatchObject(refusal(404));
    const own = `${new URL(nobody).pathname}/inbox`;
    expect(await person.send(person.activity('Follow', nobody), { to: own })).toMatchObject(refusal(404));
    expect(server.receivedAt(person.inboxPath)).toEqual([]);
  });
});
