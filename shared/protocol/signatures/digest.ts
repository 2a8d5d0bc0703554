import { hash } from 'node:crypto';

const sha256 = (body: Uint8Array) => hash('sha256', body, 'base64');

/** The Digest header of a body (RFC 3230, RFC 5843). */
export const digestOf = (body: Uint8Array): string => `SHA-256=${sha256(body)}`;

/** The Content-Digest header of a body (RFC 9530). */
export const contentDigestOf = (body: Uint8Array): string => `sha-256=:${sha256(body)}:`;

/** Does a Digest header hold the SHA-256 of these bytes? Its algorithm name may be in any case; others are ignored. */
export function digestMatches(header: string, body: Uint8Array): boolean {
  const expected = digestOf(body).slice('SHA-256='.length);
  const given = header
    .split(',')
    .map((part) => /^\s*sha-256=([A-Za-z0-9+/]{43}=)\s*$/i.exec(part)?.[1])
    .filter((value) => value !== undefined);
  return given.length > 0 && given.every((value) => value === expected);
}

const members = /\s*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):[ \t]*(?:,(?=.)|$)/y;

/**
 * How a Content-Digest header (RFC 9530) stands to these bytes. SHA-256 must be there and right; other algorithms beside
 * it are not looked at, but the whole must be readable, each algorithm once and by its name in lower case.
 */
export function contentDigestOn(header: string, body: Uint8Array): 'fits' | 'differs' | 'unreadable' {
  const found = new Map<string, string>();
  members.lastIndex = 0;
  while (members.lastIndex < header.length) {
    const match = members.exec(header);
    if (!match || found.has(match[1]!)) return 'unreadable';
    found.set(match[1]!, match[2]!);
  }
  if (found.size === 0) return 'unreadable';
  return found.get('sha-256') === sha256(body) ? 'fits' : 'differs';
}
