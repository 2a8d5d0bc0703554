/** Whatever strangers send is read or refused in words; nothing throws, nothing takes long, nothing hostile comes out. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainText, sanitiseHtml } from '#shared/protocol/html';
import { readActivity } from '#shared/protocol/incoming';
import { jsonObject } from '#shared/protocol/json';
import { readActorDocument } from '#shared/protocol/remote-actor';
import { readSignature } from '#shared/protocol/signatures/verify';
import { parseResource } from '#shared/protocol/webfinger';
import { anyText } from '../../support/arbitraries.ts';
import { now } from '../../support/cavage.ts';
import { site } from '../../support/members.ts';
import { runs } from '../../support/runs.ts';

const address = fc.oneof(
  fc.webUrl(),
  fc.constantFrom('https://far.example/users/fern', 'https://share.example/actors/a1', ''),
  anyText,
);
const leaf: fc.Arbitrary<unknown> = fc.oneof(address, fc.integer(), fc.boolean(), fc.constant(null));
const value: fc.Memo<unknown> = fc.memo((depth) =>
  depth <= 1 ? leaf : fc.oneof(leaf, fc.array(value(depth - 1), { maxLength: 3 }), document(depth - 1)),
);
const types = ['Follow', 'Like', 'Announce', 'Undo', 'Create', 'Delete', 'Note', 'Person', '__proto__', 'toString'];
const document: fc.Memo<object> = fc.memo((depth) =>
  fc.record(
    {
      id: value(depth),
      type: fc.oneof(fc.constantFrom(...types), fc.array(fc.constantFrom(...types), { maxLength: 3 }), value(depth)),
      actor: value(depth),
      object: value(depth),
      attributedTo: value(depth),
      inReplyTo: value(depth),
      to: value(depth),
      content: fc.oneof(anyText, value(depth)),
      url: value(depth),
      inbox: value(depth),
      endpoints: value(depth),
      publicKey: value(depth),
      preferredUsername: value(depth),
      name: value(depth),
    },
    { requiredKeys: [] },
  ),
);

test('activities', () => {
  fc.assert(
    fc.property(document(4), (given) => {
      const read = readActivity(given as Record<string, unknown>);
      if (typeof read !== 'string') expect([read.id, read.actor].every((id) => URL.canParse(id))).toBe(true);
    }),
    runs(500, 20_000),
  );
});

test('actor documents', () => {
  fc.assert(
    fc.property(document(4), fc.webUrl(), (given, from) => {
      const read = readActorDocument(given as Record<string, unknown>, from);
      if (typeof read !== 'string') expect(read.actor.id).toBe(new URL(from).href);
    }),
    runs(500, 20_000),
  );
});

test('bodies', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    anyText.map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, (body) => {
      const read = jsonObject(body);
      if (read) expect(typeof read).toBe('object');
    }),
    runs(1000, 60_000),
  );
});

test('signatures by draft-cavage', async () => {
  const parameter = fc.oneof(
    fc.constantFrom(
      'keyId="https://far.example/a#main-key"',
      'algorithm="rsa-sha256"',
      'headers="(request-target) host date digest"',
      'signature="AAAA"',
      'created=1',
      ', ',
      '"',
      '=',
    ),
    anyText,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(parameter, { maxLength: 8 }), anyText, anyText, async (parts, date, digest) => {
      const headers = { signature: parts.join(','), host: 'share.example', date, digest };
      const read = await readSignature({ method: 'POST', target: '/inbox', headers, body: Buffer.from('{}') }, now);
      expect('reason' in read && read.reason.length > 0).toBe(true);
    }),
    runs(1000, 60_000),
  );
});

test('signatures by RFC 9421', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'sig1=',
      'sig2=',
      '("@method" "@target-uri" "content-digest")',
      '("@authority" "@path";req "@query-param";name="x")',
      ';created=1',
      `;created=${now.getTime() / 1000}`,
      ';keyid="https://far.example/a#main-key"',
      ';alg="rsa-v1_5-sha256"',
      ';alg="hmac-sha256"',
      ':AAAA:',
      ', ',
      '"',
      '(',
      ')',
      '?1',
      '@1',
    ),
    anyText,
  );
  const pieces = fc.array(piece, { maxLength: 10 }).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(pieces, pieces, pieces, anyText, async (input, signature, digest, date) => {
      const headers = { 'signature-input': input, signature, 'content-digest': digest, date, host: 'share.example' };
      const read = await readSignature({ method: 'POST', target: '/inbox', headers, body: Buffer.from('{}') }, now);
      expect('reason' in read && read.reason.length > 0).toBe(true);
    }),
    runs(1000, 60_000),
  );
});

test('resources of WebFinger', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        address,
        anyText.map((text) => `acct:${text}`),
      ),
      (resource) => {
        const read = parseResource(resource, site);
        if (read?.kind === 'account') expect(read.username).toMatch(/^[a-z0-9_.-]+$/);
      },
    ),
    runs(1000, 60_000),
  );
});

test('HTML and names', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '<script>',
      '</script>',
      '<img src=x onerror=alert(1)>',
      '<svg/onload=alert(1)>',
      '<math>',
      '<style>',
      '<a href="javascript:alert(1)">',
      '<a href=" data:text/html,x">',
      '<iframe srcdoc=',
      '<!--',
      '-->',
      '<p onclick=x>',
      '<',
      '>',
      '"',
      '&lt;script&gt;',
    ),
    anyText,
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const safe = sanitiseHtml(pieces.join(''));
      const tags = [...safe.matchAll(/<\/?([a-zA-Z!?/][^\s>/]*)([^>]*)>/g)];
      for (const [, name, attributes] of tags) {
        expect([
          'p',
          'br',
          'a',
          'span',
          'em',
          'strong',
          'b',
          'i',
          'u',
          's',
          'del',
          'sub',
          'sup',
          'code',
          'pre',
          'blockquote',
          'ul',
          'ol',
          'li',
        ]).toContain(name);
        expect(attributes).toMatch(
          /^( (href="(https:[^"]*)?"|rel="nofollow noopener noreferrer ugc"|target="_blank"))* ?\/?$/,
        );
      }
      expect([...plainText(pieces.join(''), 50)].length).toBeLessThanOrEqual(50);
    }),
    runs(500, 20_000),
  );
});
