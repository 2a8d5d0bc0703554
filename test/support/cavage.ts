import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { SignedRequest } from '#shared/protocol/signatures/verify';

/** A key pair as remote servers have them. */
export const aKeyPair = (modulusLength = 2048) => generateKeyPairSync('rsa', { modulusLength });

/** What is unusual about a request that is signed by hand. */
export interface Oddities {
  readonly method?: string;
  readonly target?: string;
  readonly body?: string;
  /** Header values that differ from the usual ones, before signing; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** The names in the `headers` parameter; undefined leaves the parameter out. */
  readonly covered?: string | undefined;
  /** Parameters of the Signature header that differ, raw with their quotes; undefined leaves one out. */
  readonly params?: Readonly<Record<string, string | undefined>>;
  /** What stands between the parameters. */
  readonly separator?: string;
}

export const now = new Date('2026-11-22T22:00:00Z');

/** The date header of so many hours ago. */
export const hoursAgo = (hours: number): string => new Date(now.getTime() - hours * 3_600_000).toUTCString();

/** The created parameter of so many hours ago. */
export const createdHoursAgo = (hours: number): string => String(now.getTime() / 1000 - hours * 3600);

/** Signs a request after draft-cavage-12 by the letter, on its own, so that it also shows what our own signing does. */
export function signedByHand(privateKey: KeyObject, odd: Oddities = {}): SignedRequest {
  const { method = 'POST', target = '/inbox', body = '{"type":"Like"}', separator = ',' } = odd;
  const headers: Record<string, string | undefined> = {
    host: 'share.example',
    date: now.toUTCString(),
    digest: `SHA-256=${createHash('sha256').update(body).digest('base64')}`,
    'content-type': 'application/activity+json',
    ...odd.headers,
  };
  const covered = 'covered' in odd ? odd.covered : '(request-target) host date digest';
  const raw = (name: string) => odd.params?.[name]?.replaceAll('"', '') ?? '';
  const textOf = (name: string) => {
    if (name === '(request-target)') return `${method.toLowerCase()} ${target}`;
    return /^\(\w+\)$/.test(name) ? raw(name.slice(1, -1)) : (headers[name] ?? '');
  };
  const lines = (covered ?? 'date').split(' ').map((name) => `${name.toLowerCase()}: ${textOf(name.toLowerCase())}`);
  const params: Record<string, string | undefined> = {
    keyId: '"https://remote.example/users/bob#main-key"',
    algorithm: '"rsa-sha256"',
    headers: covered === undefined ? undefined : `"${covered}"`,
    signature: `"${sign('sha256', Buffer.from(lines.join('\n')), privateKey).toString('base64')}"`,
    ...odd.params,
  };
  const signature = Object.entries(params)
    .flatMap(([name, value]) => (value === undefined ? [] : `${name}=${value}`))
    .join(separator);
  return { method, target, headers: { ...headers, signature }, body: Buffer.from(body) };
}
