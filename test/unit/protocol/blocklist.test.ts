import { describe, expect, test } from 'vitest';
import { nameToDecide, readBlocklist, writeBlocklist } from '#shared/protocol/blocklist';
import { site } from '../../support/members.ts';

const header = '#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate';
const read = (text: string) => readBlocklist(site, text);
const hosts = (text: string) => read(text).servers.map(({ host }) => host);

describe('the name of a server', () => {
  test.each([
    ['bad.test', 'bad.test'],
    ['BAD.Test.', 'bad.test'],
    ['bad.test:8443', 'bad.test'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['a_b.bad.test', 'a_b.bad.test'],
    ['someone.github.io', 'someone.github.io'],
    ['github.io', 'github.io'],
    ['192.0.2.7', '192.0.2.7'],
    ['[2001:DB8::1]', '[2001:db8::1]'],
    ['localhost', 'localhost'],
  ])('%s is %s', (text, host) => expect(nameToDecide(site, text)).toEqual({ host }));

  test.each([
    ...['com', 'COM.', 'co.uk', 'internal'],
    ...['*', '*.com', '*.bad.test', 'b*d.test', 'https://bad.test', 'bad.test/path', 'a b.test', '', '.', '..bad.test'],
    ...['user@bad.test', 'bad,test', `${'a.'.repeat(130)}test`],
    ...['share.example', 'SHARE.example.', 'example.com'],
  ])('%j is not to be decided on', (text) => expect(nameToDecide(site, text)).toHaveProperty('reason'));
});

test('a name above our own is ours as well', () => {
  const below = { origin: new URL('https://fedi.social.example'), handleDomain: 'social.example' };
  expect(nameToDecide(below, 'fedi.social.example')).toEqual({ reason: 'This is our own name.' });
  expect(nameToDecide({ ...below, handleDomain: 'other.example' }, 'social.example')).toEqual({
    reason: 'This is our own name.',
  });
  expect(nameToDecide(below, 'x.fedi.social.example')).toEqual({ host: 'x.fedi.social.example' });
});

test('whoever means all below a name is told that it is included', () =>
  expect(nameToDecide(site, '*.bad.test')).toEqual({ reason: expect.stringMatching(/is included/) }));

describe('reading a list', () => {
  test('as Mastodon writes it', () => {
    const text = `${header}\nbad.test,suspend,False,False,spam,False\nrude.test,silence,True,False,"Rude, often",True\n`;
    expect(read(text)).toEqual({
      servers: [
        { line: 2, host: 'bad.test', level: 'blocked', category: 'spam' },
        { line: 3, host: 'rude.test', level: 'limited', category: 'other', note: 'Rude, often' },
      ],
      skipped: [],
    });
  });

  test('without a header, or names alone, or with a byte order mark and the ends of lines of Windows', () => {
    expect(hosts('bad.test,suspend\nworse.test')).toEqual(['bad.test', 'worse.test']);
    expect(hosts('\ufeffdomain\r\nbad.test\r\n\r\nworse.test\r\n')).toEqual(['bad.test', 'worse.test']);
  });

  test('who is only named is blocked, and of what is said about it 500 characters are kept', () => {
    expect(read('bad.test').servers).toMatchObject([{ host: 'bad.test', level: 'blocked' }]);
    const [{ note } = {}] = read(`${header}\nbad.test,suspend,,,${'x'.repeat(600)},`).servers;
    expect(note).toHaveLength(500);
  });

  test('with columns in another order', () => {
    expect(read('severity,public_comment,domain\nsilence,hate,bad.test').servers).toEqual([
      { line: 2, host: 'bad.test', level: 'limited', category: 'hate' },
    ]);
  });

  test('comments are passed over, and each other line that decides nothing is named with its reason', () => {
    const text = `${header}\n# my list\nnot a host,suspend\nfine.test,noop\nodd.test,crush\n,suspend\ncom,suspend\nshare.example,suspend\n"open`;
    const { servers, skipped } = read(text);
    expect(servers).toEqual([]);
    expect(skipped.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(skipped.map(({ reason }) => reason)).toEqual([
      'This is not the name of a server.',
      'It asks for nothing.',
      'The severity must be suspend, silence or noop.',
      'It names no server.',
      'Everyone under a public suffix would be meant.',
      'This is our own name.',
      'A quotation mark has no end.',
    ]);
  });
});

test('a list that is written can be read again', () => {
  const servers = [
    { host: 'bad.test', level: 'blocked', category: 'spam' },
    { host: 'rude.test', level: 'limited', category: 'harassment' },
  ] as const;
  const text = writeBlocklist(servers);
  // Mastodon took "False" for true until it read these words in any case.
  expect(text.split('\r\n').slice(0, 2)).toEqual([header, 'bad.test,suspend,false,false,spam,false']);
  expect(read(text).servers).toEqual(servers.map((server, index) => ({ line: index + 2, ...server })));
});

test('a header in another order is understood with and without its number signs', () => {
  for (const header of ['severity,domain', '#severity,#domain', '#Severity, #Domain'])
    expect(readBlocklist(site, `${header}\nsilence,loud.example\n`).servers).toMatchObject([
      { host: 'loud.example', level: 'limited' },
    ]);
});

test('a category is understood in any case of its letters', () =>
  expect(readBlocklist(site, 'bad.example,suspend,,,Harassment\n').servers).toMatchObject([
    { category: 'harassment' },
  ]));
