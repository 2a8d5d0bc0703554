import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressOf,
  idOf,
  idsOf,
  isObject,
  jsonObject,
  jsonObjects,
  only,
  typesOf,
  webAddress,
} from '#shared/protocol/json';
import { anAddress, anyText } from '../../support/arbitraries.ts';

const read = (text: string) => jsonObject(Buffer.from(text));
const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;

describe('jsonObjects', () => {
  const list = (text: string) => jsonObjects(Buffer.from(text));

  test.each([
    ['[]', []],
    ['[{"a":1},{}]', [{ a: 1 }, {}]],
  ])('reads %j', (text, value) => expect(list(text)).toEqual(value));

  test.each(['', '{}', 'null', '"x"', '[1]', '[null]', '[[]]', '[{},"x"]', '[{}', '<html>'])('refuses %j', (text) =>
    expect(list(text)).toBeUndefined(),
  );

  test('reads 32 levels and 5000 members, and not one more', () => {
    expect(list(`[${nested(31)}]`)).toBeDefined();
    expect(list(`[${nested(32)}]`)).toBeUndefined();
    const members = (count: number) => `[{${Array.from({ length: count }, (_, n) => `"${n}":0`).join()}}]`;
    expect(list(members(5000))).toBeDefined();
    expect(list(members(5001))).toBeUndefined();
  });
});

describe('jsonObject', () => {
  test.each([
    ['{}', {}],
    [' {"a":[1,"x",null,true]} \n', { a: [1, 'x', null, true] }],
    ['\ufeff{"a":1}', { a: 1 }],
    ['{"a":"{[{[\\"{[\\\\"}', { a: '{[{["{[\\' }],
  ])('reads %j', (text, value) => expect(read(text)).toEqual(value));

  test.each([
    ['68: nothing', ''],
    ['70: a text', '"http://x"'],
    ['a number', '1'],
    ['null', 'null'],
    ['true', 'true'],
    ['a list', '[{"id":"x"}]'],
    ['two objects', '{}{}'],
    ['an object that does not end', '{"a":1'],
    ['single quotes', "{'a':1}"],
    ['a comment', '{/**/}'],
    ['more closing than opening', ']]]]{}'],
    ['HTML', '<!doctype html>'],
  ])('refuses bad input %s', (_, text) => expect(read(text)).toBeUndefined());

  test.each([
    ['a single byte', [0x7b, 0x22, 0xff, 0x22, 0x7d]],
    ['latin-1', [...Buffer.from('{"a":"é"}', 'latin1')]],
    ['UTF-16', [...Buffer.from('{"a":1}', 'utf16le')]],
    ['half a character in UTF-8', [...Buffer.from('{"a":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')]],
  ])('bad input 69: refuses what is not UTF-8: %s', (_, bytes) =>
    expect(jsonObject(Uint8Array.from(bytes))).toBeUndefined(),
  );

  test('reads 32 levels, and not one more', () => {
    expect(read(nested(32))).toBeDefined();
    expect(read(nested(33))).toBeUndefined();
    expect(read(`{"a":${'['.repeat(31)}${']'.repeat(31)}}`)).toBeDefined();
    expect(read(`{"a":${'['.repeat(32)}${']'.repeat(32)}}`)).toBeUndefined();
  });

  test('brackets within texts are no levels', () => {
    expect(read(`{"a":"${'['.repeat(100)}"}`)).toBeDefined();
    expect(read(`{"a":"\\"${'{'.repeat(100)}"}`)).toBeDefined();
    expect(read(`{"\\\\":${nested(31)}}`)).toBeDefined();
    expect(read(`{"\\\\":${nested(32)}}`)).toBeUndefined();
  });

  test('[T12] bad input 72: a hostile depth costs nothing', () => {
    const started = performance.now();
    for (const depth of [2000, 100_000]) {
      expect(read(nested(depth))).toBeUndefined();
      expect(read('['.repeat(depth))).toBeUndefined();
      expect(read(`{"a":${'{'.repeat(depth)}`)).toBeUndefined();
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('bad input 85: of a key that comes twice the last counts, everywhere', () =>
    expect(read('{"actor":"https://a.example","actor":"https://b.example"}')).toEqual({ actor: 'https://b.example' }));

  test('a key named __proto__ is a key like any other', () => {
    const document = read('{"__proto__":{"type":"Follow"},"constructor":1}')!;
    expect(document.type).toBeUndefined();
    expect(Object.getPrototypeOf(document)).toBe(Object.prototype);
  });

  test('[T12] reads 5000 members, and not one more; colons in texts are none', () => {
    const members = (count: number, value = '1') =>
      `{${Array.from({ length: count }, (_, n) => `"${n}":${value}`).join(',')}}`;
    expect(read(members(5000))).toBeDefined();
    expect(read(members(5000, '"a:b"'))).toBeDefined();
    expect(read(members(5001))).toBeUndefined();
    expect(read(`{"a":[${Array.from({ length: 5000 }, () => '{"b":1}').join(',')}]}`)).toBeUndefined();
  });

  test('reads every object that is not too deep as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, fc.jsonValue({ maxDepth: 8 })), (value) => {
        const text = JSON.stringify(value);
        expect(read(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('never throws, and gives an object or nothing', () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      anyText.map((text) => Buffer.from(text)),
      anyText.map((text) => Buffer.from(`{"a":${text}}`)),
    );
    fc.assert(
      fc.property(bytes, (content) => {
        const value = jsonObject(content);
        if (value !== undefined) expect(isObject(value)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  [{}, true],
  [{ a: 1 }, true],
  [[], false],
  [null, false],
  ['x', false],
  [undefined, false],
])('is %j an object? %s', (value, answer) => expect(isObject(value)).toBe(answer));

describe('ids', () => {
  test.each<[unknown, string | undefined]>([
    ['x', 'x'],
    [{ id: 'x' }, 'x'],
    [{ id: 'x', type: 'Person' }, 'x'],
    [['x'], 'x'],
    [[{ id: 'x' }], 'x'],
    [[['x']], 'x'],
    [{ id: 1 }, undefined],
    [{ id: { id: 'x' } }, undefined],
    [{}, undefined],
    [['x', 'y'], undefined],
    [[], undefined],
    [1, undefined],
    [null, undefined],
    [undefined, undefined],
  ])('the id of %j is %j', (value, id) => expect(idOf(value)).toBe(id));

  test.each<[unknown, string[]]>([
    ['x', ['x']],
    [
      ['x', { id: 'y' }, 1, null, {}],
      ['x', 'y'],
    ],
    [undefined, []],
    [null, []],
    [{ id: 'x' }, ['x']],
  ])('the ids in %j are %j', (value, ids) => expect(idsOf(value)).toEqual(ids));

  test.each<[unknown, unknown]>([
    ['x', 'x'],
    [['x'], 'x'],
    [[[{ a: 1 }]], { a: 1 }],
    [
      [1, 2],
      [1, 2],
    ],
    [[], []],
  ])('the one thing in %j is %j', (value, one) => expect(only(value)).toEqual(one));

  test('a list in a list to the deepest level that is read costs nothing', () =>
    expect(idOf(JSON.parse(`${'['.repeat(30)}"x"${']'.repeat(30)}`))).toBe('x'));
});

test.each<[unknown, string[]]>([
  ['Follow', ['Follow']],
  [
    ['Follow', 'x'],
    ['Follow', 'x'],
  ],
  [['Follow', 1, null, {}], ['Follow']],
  [undefined, []],
  [1, []],
  [{ id: 'Follow' }, []],
])('the types in %j are %j', (type, types) => expect(typesOf({ type })).toEqual(types));

describe('webAddress', () => {
  test.each([
    ['https://remote.example/users/bob', 'https://remote.example/users/bob'],
    ['https://remote.example', 'https://remote.example/'],
    ['HTTPS://Remote.Example:443/A?b#c', 'https://remote.example/A?b#c'],
    ['http://localhost:8080/x', 'http://localhost:8080/x'],
    ['https://wp.example/?author=1', 'https://wp.example/?author=1'],
  ])('%s is one, spelled %s', (text, href) => expect(webAddress(text)?.href).toBe(href));

  test.each<[string, unknown]>([
    ['no text', 1],
    ['an object', { id: 'https://remote.example' }],
    ['nothing', undefined],
    ['an empty text', ''],
    ['a path', '/users/bob'],
    ['a host', 'remote.example'],
    ['an account', 'acct:bob@remote.example'],
    ['a script', 'javascript:alert(1)'],
    ['data', 'data:text/plain,x'],
    ['a file', 'file:///etc/passwd'],
    ['ftp', 'ftp://remote.example/x'],
    ['a name and password', 'https://a:b@remote.example/'],
    ['a name alone', 'https://a@remote.example/'],
    ['a password alone', 'https://:b@remote.example/'],
    ['600 characters of a short path', `https://remote.example/${'a/../'.repeat(120)}`],
    ['a space', 'https://remote.example/a b'],
    ['a space before', ' https://remote.example/'],
    ['120: a line end', 'https://remote.example/a\r\nx: y'],
    ['a tab that parsers drop', 'https://remote\t.example/'],
    ['letters beyond ASCII', 'https://remote.example/ü'],
    ['digits that look like others', 'https://①②⑦.0.0.1/'],
    ['no host', 'https://'],
    ['a port that is none', 'https://remote.example:99999/'],
    ['501 characters', `https://remote.example/${'a'.repeat(478)}`],
    ['500 characters of which escaping makes 1,400', `https://remote.example/${'"'.repeat(477)}`],
  ])('bad input %s is none', (_, value) => expect(webAddress(value)).toBeUndefined());

  test('500 characters are one', () =>
    expect(webAddress(`https://remote.example/${'a'.repeat(477)}`)?.href).toHaveLength(500));

  test('[T29] is always short, printable and of the web, and reads back as itself', () => {
    const text = fc.oneof(
      anyText,
      anAddress,
      fc.string({ unit: 'binary-ascii', maxLength: 520, size: 'max' }).map((path) => `https://remote.example/${path}`),
    );
    fc.assert(
      fc.property(text, (value) => {
        const url = webAddress(value);
        fc.pre(url !== undefined);
        expect(url!.href).toMatch(/^https?:\/\/[\x21-\x7e]{1,493}$/);
        expect(url!.href.length).toBeLessThanOrEqual(500);
        expect(webAddress(url!.href)?.href).toBe(url!.href);
      }),
    );
  });
});

test('the same address in other spellings and forms is one', () => {
  const forms = [
    'https://remote.example',
    'https://remote.example/',
    'https://REMOTE.example:443',
    { id: 'https://remote.example' },
    [{ id: 'https://remote.example/' }],
  ];
  expect(new Set(forms.map(addressOf))).toEqual(new Set(['https://remote.example/']));
  expect(addressOf({ id: 'bob' })).toBeUndefined();
});
