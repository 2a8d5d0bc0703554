import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#shared/protocol/json';
import { readActorDocument } from '#shared/protocol/remote-actor';
import { publicKeyFrom } from '#shared/protocol/signatures/verify';
import { anyText } from '../../support/arbitraries.ts';
import { type RecordedServer, recordedActor } from '../../support/recordings.ts';

const id = 'https://remote.example/users/bob';
const key = { id: `${id}#main-key`, owner: id, publicKeyPem: 'PEM' };
const bob: JsonObject = {
  '@context': 'https://www.w3.org/ns/activitystreams',
  id,
  type: 'Person',
  preferredUsername: 'bob',
  name: 'Bob',
  url: 'https://remote.example/@bob',
  inbox: `${id}/inbox`,
  endpoints: { sharedInbox: 'https://remote.example/inbox' },
  publicKey: key,
};
const read = (more: JsonObject, address = id) => readActorDocument({ ...bob, ...more }, address);
const keysOf = (publicKey: unknown) => {
  const document = read({ publicKey });
  return typeof document === 'string' ? document : document.keys;
};

describe('an actor document', () => {
  test('tells who it is, where to reach them and which keys are theirs', () =>
    expect(read({})).toEqual({
      actor: {
        id,
        handle: 'bob@remote.example',
        name: 'Bob',
        url: 'https://remote.example/@bob',
        server: 'remote.example',
        inbox: `${id}/inbox`,
        sharedInbox: 'https://remote.example/inbox',
      },
      keys: [{ id: `${id}#main-key`, pem: 'PEM' }],
      alsoKnownAs: [],
    }));

  test.each<[RecordedServer, JsonObject, string]>([
    [
      'gotosocial',
      {
        id: 'https://gts.test/users/gigi',
        handle: 'gigi@gts.test',
        name: 'gigi',
        url: 'https://gts.test/@gigi',
        server: 'gts.test',
        inbox: 'https://gts.test/users/gigi/inbox',
      },
      'https://gts.test/users/gigi/main-key',
    ],
    [
      'wordpress',
      {
        id: 'https://wp.test/?author=1',
        handle: 'walt@wp.test',
        name: 'walt',
        url: 'https://wp.test/author/walt/',
        server: 'wp.test',
        inbox: 'https://wp.test/wp-json/activitypub/1.0/actors/1/inbox',
      },
      'https://wp.test/?author=1#main-key',
    ],
    [
      'hollo',
      {
        id: 'https://hollo.test/@hana',
        handle: 'hana@hollo.test',
        name: 'Hana',
        url: 'https://hollo.test/@hana',
        server: 'hollo.test',
        inbox: 'https://hollo.test/@hana/inbox',
        sharedInbox: 'https://hollo.test/inbox',
      },
      'https://hollo.test/@hana#main-key',
    ],
  ])('of %s, as recorded', (server, actor, keyId) => {
    const document = readActorDocument(recordedActor(server), actor.id as string);
    expect(document).toEqual({ actor, keys: [{ id: keyId, pem: expect.any(String) }], alsoKnownAs: expect.any(Array) });
    if (typeof document === 'object') expect(publicKeyFrom(document.keys[0]!.pem)).toBeDefined();
  });

  test.each(['Person', 'Service', 'Application', 'Group', 'Organization'])('may be of a %s', (type) =>
    expect(read({ type: ['x', type] })).toBeTypeOf('object'),
  );

  test.each<[string, unknown, readonly string[]]>([
    ['nothing', undefined, []],
    ['one id', 'https://old.example/bob', ['https://old.example/bob']],
    [
      'several, in any form',
      ['https://OLD.example/bob', { id: 'https://b.example/b' }],
      ['https://old.example/bob', 'https://b.example/b'],
    ],
    ['what is no address', ['bob', 7, null, 'javascript:x', 'https://a.example/a'], ['https://a.example/a']],
    [
      'more than twenty',
      Array.from({ length: 30 }, (_, n) => `https://a.example/${n}`),
      Array.from({ length: 20 }, (_, n) => `https://a.example/${n}`),
    ],
  ])('tells which other ids are its own: %s', (_, alsoKnownAs, expected) =>
    expect(read({ alsoKnownAs })).toMatchObject({ alsoKnownAs: expected }),
  );

  test('of an actor whose id is a bare host, in any spelling', () => {
    const bare = 'https://bob.example';
    const document = { ...bob, id: bare, publicKey: { id: `${bare}#k`, owner: bare, publicKeyPem: 'PEM' } };
    for (const address of [bare, `${bare}/`])
      expect(readActorDocument(document, address)).toMatchObject({
        actor: { id: 'https://bob.example/', server: 'bob.example' },
        keys: [{ id: 'https://bob.example/#k' }],
      });
  });

  test.each<[string, JsonObject, RegExp]>([
    ['47: another id than its address', { id: 'https://remote.example/users/eve' }, /not the address/],
    ['an id on another host', { id: 'https://evil.test/users/bob' }, /not the address/],
    ['an id with a fragment', { id: `${id}#me` }, /not the address/],
    ['no id', { id: undefined }, /not the address/],
    ['a note', { type: 'Note' }, /no actor/],
    ['no type', { type: undefined }, /no actor/],
    ['no inbox', { inbox: undefined }, /no inbox/],
    ['120: an inbox with a line end', { inbox: `${id}/inbox\r\nx` }, /no inbox/],
    ['an inbox that is a script', { inbox: 'javascript:alert(1)' }, /no inbox/],
    ['an inbox that is a file', { inbox: 'file:///etc/passwd' }, /no inbox/],
    ['an inbox that is an object', { inbox: { id: `${id}/inbox` } }, /no inbox/],
  ])('bad input %s cannot count', (_, more, reason) => expect(read(more)).toMatch(reason));

  test.each<[string, JsonObject]>([
    ['on another host than the inbox', { endpoints: { sharedInbox: 'https://victim.example/inbox' } }],
    ['on another port than the inbox', { endpoints: { sharedInbox: 'https://remote.example:8443/inbox' } }],
    ['that is no address', { endpoints: { sharedInbox: 'inbox' } }],
    ['that is nothing', { endpoints: {} }],
    ['among endpoints that are only named', { endpoints: 'https://remote.example/endpoints' }],
  ])('a shared inbox %s is none', (_, more) =>
    expect(read(more)).toMatchObject({ actor: { sharedInbox: undefined, inbox: `${id}/inbox` } }),
  );

  test.each<[JsonObject, JsonObject]>([
    [{ name: '<b>Bob</b> \u202eevil\u200b' }, { name: 'Bob evil' }], // bad input 103
    [{ name: 'x'.repeat(10_000) }, { name: 'x'.repeat(200) }],
    [{ name: undefined }, { name: 'bob' }],
    [{ name: '\u3164' }, { name: 'bob' }],
    [{ name: { en: 'Bob' } }, { name: 'bob' }],
    [{ preferredUsername: undefined }, { handle: 'remote.example', name: 'Bob' }],
    [{ preferredUsername: 'b\u202eob\n' }, { handle: 'bob@remote.example' }],
    [{ preferredUsername: 'b'.repeat(1000) }, { handle: `${'b'.repeat(100)}@remote.example` }],
    [{ name: 'Bob 🏳️\u200d🌈' }, { name: 'Bob 🏳️\u200d🌈' }],
    [{ preferredUsername: 'ann@good.example' }, { handle: 'remote.example' }], // it would read as somebody else's
    [{ preferredUsername: 'ann@good.example (old: bob' }, { handle: 'remote.example' }],
    [{ preferredUsername: 'bob.example' }, { handle: 'bob.example@remote.example' }],
    [{ preferredUsername: 'bøb_1-x' }, { handle: 'bøb_1-x@remote.example' }],
    [{ url: undefined }, { url: id }],
    [{ url: 'http://remote.example/@bob' }, { url: id }],
    [{ url: 'https://192.168.0.1/' }, { url: id }],
    [{ url: 'https://www.bob.example/about' }, { url: 'https://www.bob.example/about' }],
    [{ url: 'javascript:alert(1)' }, { url: id }],
    [{ url: [{ type: 'Link', href: 'x' }, 'https://remote.example/@bob'] }, { url: id }],
  ])('%.80j reads as %j', (more, actor) => expect(read(more)).toMatchObject({ actor }));

  test('never throws, whatever it says', () => {
    const value = fc.oneof(anyText, fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(id, key, [key]));
    const strange = fc.record(Object.fromEntries(Object.keys(bob).map((name) => [name, value])), { requiredKeys: [] });
    fc.assert(
      fc.property(strange, fc.boolean(), (document, keepsId) => {
        const some = JSON.parse(JSON.stringify(keepsId ? { ...bob, ...document, id, type: 'Person' } : document));
        const answer = readActorDocument(some, id);
        if (typeof answer === 'object') expect(answer.actor.id).toBe(id);
      }),
    );
  });
});

describe('the keys of an actor', () => {
  const listed = (of = id) => ({ id: of, pem: 'PEM' });

  test('bad input 61: may be several', () =>
    expect(keysOf([key, { ...key, id: `${id}#second` }])).toEqual([listed(key.id), listed(`${id}#second`)]));

  test('bad input 67: may be at an address of their own', () =>
    expect(keysOf({ ...key, id: `${id}/main-key` })).toEqual([listed(`${id}/main-key`)]));

  test('may name their owner as an object', () => expect(keysOf({ ...key, owner: { id } })).toEqual([listed(key.id)]));

  test.each<[string, unknown]>([
    ['45: of another owner', { ...key, owner: 'https://remote.example/users/eve' }],
    ['of an owner elsewhere', { ...key, owner: 'https://evil.test/users/bob' }],
    ['without owner', { ...key, owner: undefined }],
    [
      'that are said to be on another host, where they would take the place of the real ones',
      { ...key, id: 'https://victim.example/users/ann#main-key' },
    ],
    ['on another port', { ...key, id: 'https://remote.example:8443/users/bob#main-key' }],
    ['without id', { ...key, id: undefined }],
    ['whose id is too long for a row', { ...key, id: `${id}#${'k'.repeat(500)}` }],
    ['without the key itself', { ...key, publicKeyPem: undefined }],
    ['that are only named', key.id],
    ['that are nothing', undefined],
    ['in a list in a list', [[key]]],
  ])('bad input %s are none', (_, publicKey) => expect(keysOf(publicKey)).toEqual([]));

  test('are at most ten', () =>
    expect(keysOf(Array.from({ length: 50 }, (_, at) => ({ ...key, id: `${id}#${at}` })))).toHaveLength(10));
});
