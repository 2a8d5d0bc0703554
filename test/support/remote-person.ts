/** Someone on a remote server, who signs by hand and sends to the stack as other servers do. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { inject } from 'vitest';
import { type Oddities, signedByHand } from './cavage.ts';
import { type MessageOddities, signedMessage } from './message-signature.ts';
import type { Json, Received, RemoteServer } from './remote-server.ts';
import { unique } from './storage-samples.ts';

/** Making keys takes long: everyone has the first of these, unless a test is about keys. */
const [usualKeys, otherKeys] = [0, 1].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));

export { otherKeys, usualKeys };

/** A public key as documents carry it. */
export const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

/** Answer of the stack to a POST. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly problem: Json;
}

/** What is odd about a person, or about one request of theirs. */
export interface SendOptions extends Oddities {
  readonly keyId?: string;
  readonly key?: KeyObject;
  /** Signs after RFC 9421, with these oddities, in place of draft-cavage. */
  readonly message?: MessageOddities;
  /** Sends other headers than those that were signed; undefined leaves one out. */
  readonly spoilt?: (headers: Record<string, string>) => Record<string, string | undefined>;
  /** The address of this machine from which it comes. */
  readonly from?: string;
  /** Another stack than the one of the integration tests. */
  readonly origin?: string;
}

/** The headers that such a request has. */
export function signedHeadersOf(path: string, body: string | Buffer, options: SendOptions): Record<string, string> {
  const { key = usualKeys!.privateKey, keyId, message, spoilt = (headers) => headers, origin } = options;
  const { host, origin: site } = new URL(origin ?? inject('stack').origin);
  const digest = createHash('sha256').update(body).digest('base64');
  if (message) {
    const params = { ...(keyId === undefined ? {} : { keyid: `"${keyId}"` }), ...message.params };
    const headers = { host, ...message.headers };
    return present(spoilt(signedMessage(key, { targetUri: site + path, body, ...message, params, headers })));
  }
  const { headers } = signedByHand(key, {
    target: path,
    body: body.toString(),
    ...options,
    headers: { host, date: new Date().toUTCString(), digest: `SHA-256=${digest}`, ...options.headers },
    params: { keyId: `"${keyId}"`, ...options.params },
  });
  return present(spoilt(present(headers)));
}

const present = (headers: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));

const sources = new Map<string, Dispatcher>();

/** Connections that leave from a certain address of this machine, as from someone else's. */
function dispatcherFrom(localAddress: string): Dispatcher {
  const known = sources.get(localAddress);
  if (known) return known;
  const connect = buildConnector({});
  const made = new Agent({ connect: (options, callback) => connect({ ...options, localAddress }, callback) });
  sources.set(localAddress, made);
  return made;
}

/** Sends a body to a path of the stack, signed. */
export async function sendSigned(path: string, body: string | Buffer, options: SendOptions): Promise<Answered> {
  const site = new URL(options.origin ?? inject('stack').origin);
  const headers = { ...signedHeadersOf(path, body, options), host: site.host };
  return sendAs(site.origin + path, body, headers, options.from);
}

/** Sends a POST as it is. */
export async function sendAs(
  address: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string | readonly string[]>>,
  from?: string,
): Promise<Answered> {
  const response = await request(address, {
    method: 'POST',
    headers: headers as Record<string, string | string[]>,
    body,
    ...(from ? { dispatcher: dispatcherFrom(from) } : {}),
  });
  const answer = await response.body.text();
  return {
    status: response.statusCode,
    headers: response.headers,
    problem: answer.startsWith('{') ? JSON.parse(answer) : {},
  };
}

/** Adds someone to a server, with a document that says so. */
export function aPerson(server: RemoteServer, { sharedInbox = true, document = {} as object } = {}) {
  const name = unique('p');
  const id = `${server.origin}/users/${name}`;
  const keyId = `${id}#main-key`;
  const inboxPath = `/users/${name}/inbox`;
  const described = {
    '@context': ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1'],
    id,
    type: 'Person',
    preferredUsername: name,
    name: `Person ${name}`,
    inbox: server.origin + inboxPath,
    ...(sharedInbox ? { endpoints: { sharedInbox: `${server.origin}/inbox` } } : {}),
    publicKey: { id: keyId, owner: id, publicKeyPem: pemOf(usualKeys!.publicKey) },
    ...document,
  };
  const path = new URL(id).pathname;
  server.serve(path, { body: described });
  const activity = (type: string, object: unknown, more: object = {}) => ({
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${server.origin}/activities/${unique('')}`,
    type,
    actor: id,
    object,
    ...more,
  });
  return {
    id,
    keyId,
    path,
    inboxPath,
    document: described,
    activity,
    /** Sends an activity to the shared inbox, or to another path. */
    send: (sent: object, { to = '/inbox', ...options }: SendOptions & { readonly to?: string } = {}) =>
      sendSigned(to, JSON.stringify(sent), { keyId, ...options }),
  };
}

/** A person as tests use one. */
export type RemotePerson = ReturnType<typeof aPerson>;

/** Verifies by hand that a delivery was signed by this key, for this inbox, over this very body. */
export function isSignedBy({ path, headers, bytes }: Received, publicKeyPem: string): boolean {
  const params = new Map(
    [...String(headers.signature).matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
  );
  const covered = (params.get('headers') ?? '').split(' ');
  const needed = ['(request-target)', 'host', 'date', 'digest'];
  const digest = `SHA-256=${createHash('sha256').update(bytes).digest('base64')}`;
  if (headers.digest !== digest || !needed.every((name) => covered.includes(name))) return false;
  if (Math.abs(Date.now() - Date.parse(String(headers.date))) > 60_000) return false;
  const lines = covered.map((name) =>
    name === '(request-target)' ? `(request-target): post ${path}` : `${name}: ${headers[name]}`,
  );
  const signature = Buffer.from(params.get('signature') ?? '', 'base64');
  return verify('sha256', Buffer.from(lines.join('\n')), createPublicKey(publicKeyPem), signature);
}
