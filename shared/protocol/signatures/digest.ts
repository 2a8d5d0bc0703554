import { createHash } from 'node:crypto';

/** The Digest header of a body (RFC 3230, RFC 5843). */
export const digestOf = (body: Uint8Array): string => `SHA-256=${createHash('sha256').update(body).digest('base64')}`;

/** Does a Digest header hold the SHA-256 of these bytes? Its algorithm name may be in any case; others are ignored. */
export function digestMatches(header: string, body: Uint8Array): boolean {
  const expected = digestOf(body).slice('SHA-256='.length);
  const given = header
    .split(',')
    .map((part) => /^\s*sha-256=([A-Za-z0-9+/]{43}=)\s*$/i.exec(part)?.[1])
    .filter((value) => value !== undefined);
  return given.length > 0 && given.every((value) => value === expected);
}
