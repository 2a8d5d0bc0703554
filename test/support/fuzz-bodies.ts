/** Parts of activities as strangers may send them. */
import fc from 'fast-check';
import { anyText } from './arbitraries.ts';

const hostileTexts = [
  '',
  'https://elsewhere.example/users/1',
  'http://127.0.0.1/',
  'https://far.example',
  'javascript:alert(1)',
  'acct:a@b.example',
  '__proto__',
  'constructor',
  'toString',
  'as:Public',
  'https://www.w3.org/ns/activitystreams#Public',
  '\u202e\u200b\ufeff',
  '\ud800',
  '<script>alert(1)</script>',
  '9999-12-31T23:59:59Z',
];
const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...hostileTexts),
  anyText,
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, -0, Number.MAX_SAFE_INTEGER + 1, 1e308, [], {}),
  fc.nat(3000).map((length) => 'y'.repeat(length)),
);
const fieldNames = [
  'to',
  'cc',
  'tag',
  'content',
  'summary',
  'name',
  'url',
  'published',
  'updated',
  'inReplyTo',
  'quote',
  'attachment',
  'icon',
  'inbox',
  'publicKey',
  'proof',
  'signature',
  '@context',
  '__proto__',
  'constructor',
  'prototype',
  'length',
  'href',
  'instrument',
  'target',
  'origin',
  'result',
];
const tree: fc.Memo<unknown> = fc.memo((depth) =>
  depth <= 1
    ? leaf
    : fc.oneof(
        leaf,
        fc.array(tree(depth - 1), { maxLength: 4 }),
        fc.dictionary(
          fc.constantFrom(...fieldNames, 'id', 'type', 'actor', 'object', 'attributedTo'),
          tree(depth - 1),
          { maxKeys: 5 },
        ),
      ),
);

/** Any JSON that a stranger may send as a part of something. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  tree(3),
  fc.nat(40).map((depth) => Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 'deep')),
  fc
    .nat(400)
    .map((count) =>
      Array.from({ length: count }, (_, n) => ({ type: 'Mention', href: `https://elsewhere.example/${n}` })),
    ),
);

/** Odd fields beside those that matter. */
export const oddFields: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.dictionary(
  fc.constantFrom(...fieldNames),
  anyValue,
  { maxKeys: 4 },
);

/** What an activity's type may be when it is none that we know. */
export const unknownTypes: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    'follow',
    'Follow ',
    ' Like',
    'as:Follow',
    'https://www.w3.org/ns/activitystreams#Follow',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    '',
    7,
    null,
    {},
    [],
    [[]],
    [['Follow']],
    { type: 'Follow' },
    ['x', 'y'],
    true,
  ),
  anyText,
);
