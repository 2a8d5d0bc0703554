/** Requests that are almost right: valid ones, changed where it matters and anywhere else. */
import fc from 'fast-check';
import { anyText } from './arbitraries.ts';

/** Headers as they are sent. */
export type Headers = Readonly<Record<string, string>>;

/** A way to spoil something. */
export type Change<T> = (given: T) => T;

const times = [
  'Sun, 22 Nov 2026 21:59:30 GMT',
  'Sun, 22 Nov 2026 02:00:00 GMT',
  'yesterday',
  '0',
  '1e99',
  '',
  '2026-11-22',
];
const signatureParts = [
  'keyId="https://far.example/users/1#main-key"',
  'keyId="https://share.example/actor#main-key"',
  'keyid="https://far.example/users/1"',
  'algorithm="none"',
  'algorithm="rsa-sha256"',
  'alg="hmac-sha256"',
  'headers=""',
  'headers="date"',
  'headers="(request-target) (created) (expires) host date digest digest"',
  'created=1',
  'created=99999999999999999999',
  'expires=-1',
  'signature=""',
  'signature="AAAA"',
  'sig1=("@method")',
  'sig1=();created=1',
  'sig2=("@method" "@target-uri" "content-digest");created=1795384800;keyid="https://far.example/1";alg="rsa-v1_5-sha256"',
  'sig1=:AAAA:',
  'sig2=:AAAA:',
  ';sf',
  ';bs',
  ';req',
  ';tr',
  ';key="a"',
  '"@query-param";name="x"',
  '"@status"',
];
const digests = [
  'SHA-256=',
  'sha-256=:AAAA:',
  'SHA-512=AAAA',
  'md5=AAAA',
  'sha-256=:',
  'sha-256=?1',
  'SHA-256=:AAAA:',
  '()',
  '::::',
];
const names = [
  'signature',
  'signature-input',
  'digest',
  'content-digest',
  'date',
  'x-date',
  'authorization',
  'content-type',
  'host',
  '__proto__',
];

const aValue = fc.oneof(
  fc.constantFrom(...times, ...signatureParts, ...digests),
  anyText,
  fc.array(fc.constantFrom(...signatureParts), { maxLength: 5 }).map((parts) => parts.join(',')),
  fc.nat(6000).map((length) => 'x'.repeat(length)),
);
const withHeader = (headers: Headers, name: string, value: string | undefined): Headers => {
  const { [name]: _old, ...rest } = headers;
  return value === undefined ? rest : { ...rest, [name]: value };
};
/** Changes a text at one place. */
const anEdit: fc.Arbitrary<Change<string>> = fc
  .tuple(fc.nat(), fc.nat(8), fc.oneof(anyText, fc.constantFrom(...signatureParts, ...'",;:=() \t')))
  .map(([place, removed, inserted]) => (text: string) => {
    const at = text.length === 0 ? 0 : place % (text.length + 1);
    return text.slice(0, at) + inserted + text.slice(at + removed);
  });

const aHeaderChange: fc.Arbitrary<Change<Headers>> = fc
  .tuple(
    fc.constantFrom(...names),
    fc.constantFrom('replace', 'drop', 'twice', 'edit', 'cut', 'swap'),
    aValue,
    anEdit,
    fc.nat(),
  )
  .map(([name, kind, value, edit, place]) => (headers: Headers) => {
    const own = (one: string) => (Object.hasOwn(headers, one) ? headers[one] : undefined);
    const old = own(name) ?? '';
    switch (kind) {
      case 'replace':
        return withHeader(headers, name, value);
      case 'drop':
        return withHeader(headers, name, undefined);
      case 'twice':
        return withHeader(headers, name, `${old},${place % 2 ? old : value}`);
      case 'edit':
        return withHeader(headers, name, edit(old));
      case 'cut':
        return withHeader(headers, name, old.slice(0, place % (old.length + 1)));
      default: {
        const other = names[place % names.length]!;
        return withHeader(withHeader(headers, name, own(other)), other, own(name));
      }
    }
  });

/** One to four changes of headers. */
export const headerChanges: fc.Arbitrary<Change<Headers>> = fc
  .array(aHeaderChange, { minLength: 1, maxLength: 4 })
  .map((changes) => (headers) => changes.reduce((changed, change) => change(changed), headers));

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

/** Edits of a JSON text that leave little of it. */
export const textEdits: fc.Arbitrary<Change<string>> = fc
  .array(
    fc.oneof(
      anEdit,
      fc
        .tuple(
          fc.nat(),
          fc.constantFrom(
            '"id":7,',
            '"__proto__":{"type":"Follow"},',
            '"x":1e999,',
            '{',
            '}',
            '[',
            ']',
            '"',
            '\\',
            '\\ud800',
            '\u0000',
            ',',
            ':',
          ),
        )
        .map(([place, inserted]) => (text: string) => {
          const at = place % (text.length + 1);
          return text.slice(0, at) + inserted + text.slice(at);
        }),
    ),
    { maxLength: 3 },
  )
  .map((edits) => (text) => edits.reduce((edited, edit) => edit(edited), text));

const pieces = [
  '<script>',
  '</script>',
  '<script src=//x.example>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<svg><a xlink:href="javascript:alert(1)">',
  '<math><mi xlink:href="data:x">',
  '<style>',
  '</style>',
  '<a href="javascript:alert(1)">',
  '<a href=" jAvAsCrIpT&colon;alert(1)">',
  '<a href="https://x.example/" onclick=x>',
  '<a href="http://x.example/">',
  '<a href=//x.example>',
  '</a>',
  '<iframe srcdoc=',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?xml',
  '<p onclick=x>',
  '<p>',
  '</p>',
  '<br>',
  '<',
  '>',
  '"',
  "'",
  '&lt;script&gt;',
  '&#x3c;script&#x3e;',
  '&#0;',
  '\u0000',
  '<noscript>',
  '<template>',
  '<textarea>',
  '</title>',
  '<xmp>',
  '<plaintext>',
  '<b',
  '<form action=',
  '<base href=',
  '<meta http-equiv=refresh content=',
  '<object data=',
  '<embed src=',
  '<p style="background:url(javascript:x)">',
  'text',
];

/** HTML that wants to be more than text. */
export const hostileHtml: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...pieces), anyText), { maxLength: 14 })
  .map((parts) => parts.join(''));
