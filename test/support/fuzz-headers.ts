/** Headers of signed requests, changed so that they are almost right. */
import fc from 'fast-check';
import { anyText } from './arbitraries.ts';
import { anEdit, type Change } from './fuzz-texts.ts';

/** Headers as they are sent. */
export type Headers = Readonly<Record<string, string>>;

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
