/** Signing and checking by draft-cavage, as all six kinds do it: by hand, so that it also shows what our own code does. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { signedByHand } from '../cavage.ts';

/** A request as it arrived. */
export interface ArrivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body?: Buffer;
}

/** The address of the key that signed a request; undefined for one that is not signed. */
export const keyIdOf = ({ headers }: ArrivedRequest): string | undefined => paramsOf(headers).get('keyId');

const paramsOf = ({ signature = '' }: IncomingHttpHeaders) =>
  new Map([...String(signature).matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]));

/** Does the signature hold, with the digest of the body and a date of these days? */
export function signatureHolds({ method, path, headers, body }: ArrivedRequest, publicKeyPem: string): boolean {
  const params = paramsOf(headers);
  const covered = (params.get('headers') ?? '').split(' ');
  const needed = ['(request-target)', 'host', 'date', ...(body ? ['digest'] : [])];
  if (!needed.every((name) => covered.includes(name))) return false;
  if (body && headers.digest !== `SHA-256=${createHash('sha256').update(body).digest('base64')}`) return false;
  if (Math.abs(Date.now() - Date.parse(String(headers.date))) > 12 * 3_600_000) return false;
  const lines = covered.map((name) =>
    name === '(request-target)' ? `${name}: ${method.toLowerCase()} ${path}` : `${name}: ${headers[name]}`,
  );
  const signature = Buffer.from(params.get('signature') ?? '', 'base64');
  return verify('sha256', Buffer.from(lines.join('\n')), createPublicKey(publicKeyPem), signature);
}

/** Headers of a signed request to an address; a GET when there is no body. */
export function signedFor(
  address: string,
  { keyId, privateKey, body }: { readonly keyId: string; readonly privateKey: KeyObject; readonly body?: string },
): Record<string, string> {
  const { host, pathname, search } = new URL(address);
  const digest = body === undefined ? undefined : `SHA-256=${createHash('sha256').update(body).digest('base64')}`;
  const { headers } = signedByHand(privateKey, {
    method: body === undefined ? 'GET' : 'POST',
    target: pathname + search,
    headers: { host, date: new Date().toUTCString(), digest },
    covered: `(request-target) host date${digest ? ' digest' : ''}`,
    params: { keyId: `"${keyId}"` },
  });
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[0] !== 'host'),
  );
}
