import fc from 'fast-check';
import type { PostState } from '#shared/domain/post';
import type { Inbox } from '#shared/domain/reach';
import { sharingStates } from '#shared/domain/sharing';

/** A time of these years, RFC 3339 in Z. */
export const aTime = fc
  .date({ min: new Date('2024-01-01'), max: new Date('2034-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** The state in which a member's switch may be. */
export const aSharing = fc.constantFrom(...sharingStates);

/** What a post's row may say. */
export const aPostState = fc.constantFrom<PostState>('waiting', 'shared', 'deleted', 'cancelled');

/** An inbox row, open or closed. */
export const anInbox: fc.Arbitrary<Inbox> = fc.tuple(aTime, aTime, fc.boolean()).map(([one, other, active]) => {
  const [since, until] = [one, other].sort() as [string, string];
  const row = { url: 'https://remote.example/inbox', server: 'remote.example', active, since };
  return active ? row : { ...row, until };
});

/** The opaque part of an id, as we give it out. */
export const aKey = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789'),
  minLength: 1,
  maxLength: 64,
});

const aUnit = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }),
  fc.nat(0xffff), // halves of surrogate pairs among them
  fc.nat(0x10ffff),
  fc.constantFrom(...[...'<>&"\'\\/:@.\r\n\t\u0000\u200b\u202e\ufeff'].map((char) => char.charCodeAt(0))),
);

/** Any text: every character of Unicode, broken and dangerous ones among them. */
export const anyText = fc.string({ unit: aUnit.map((code) => String.fromCodePoint(code)) });

/** A web address, well-formed and often odd. */
export const anAddress = fc
  .tuple(
    fc.constantFrom('https://', 'http://', 'HTTPS://'),
    fc.constantFrom('remote.example', 'Remote.Example:443', 'sub.remote.example', '127.0.0.1:8080', '[::1]', 'a.b.c.d'),
    fc.constantFrom('', '/', '/@bob', '/users/bob/inbox', '/a%20b/../c', '//', '/{x}'),
    fc.constantFrom('', '?', '?author=1', '?a=b&c=%C3%BC'),
    fc.constantFrom('', '#', '#main-key'),
  )
  .map((parts) => parts.join(''));
