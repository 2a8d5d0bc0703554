/** Signatures by RFC 9421 made and read by the letter of its sections 2 and 3, on their own, so that they also show what our own code does. */
import { createHash, type KeyObject, sign, verify } from 'node:crypto';

/** A request as it arrived. Header names are lower case. */
export interface ReceivedMessage {
  readonly method: string;
  readonly targetUri: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: Uint8Array;
}

/** The one signature of a request: what it covers, its parameters as they are written, its bytes. */
export function messageSignatureOf({ headers }: ReceivedMessage) {
  const input = /^(?<label>[a-z][a-z0-9_-]*)=(?<params>\((?<names>[^)]*)\)(?<rest>(?:;[a-z]+=(?:\d+|"[^"]*"))*))$/;
  const { label, params, names, rest } = input.exec(headers['signature-input'] ?? '')!.groups!;
  const signature = new RegExp(`^${label}=:([A-Za-z0-9+/]+=*):$`).exec(headers.signature ?? '')![1]!;
  return {
    components: names!.split(' ').map((name) => /^"([a-z@-]+)"$/.exec(name)![1]!),
    parameters: Object.fromEntries(
      [...rest!.matchAll(/;([a-z]+)=(?:(\d+)|"([^"]*)")/g)].map(([, name, digits, text]) => [
        name!,
        digits === undefined ? text! : Number(digits),
      ]),
    ),
    params: params!,
    signature: Buffer.from(signature, 'base64'),
  };
}

/** The signature base (section 2.5) of this request. */
export function signatureBaseOf(message: ReceivedMessage): string {
  const { components, params } = messageSignatureOf(message);
  return [
    ...components.map((name) => `"${name}": ${componentOf(message, name)}`),
    `"@signature-params": ${params}`,
  ].join('\n');
}

/** The value of a component (sections 2.1 and 2.2); what there is not is empty. */
function componentOf({ method, targetUri, headers }: ReceivedMessage, name: string): string {
  const { host, protocol, pathname, search } = new URL(targetUri);
  const derived: Record<string, string> = {
    '@method': method,
    '@target-uri': targetUri,
    '@authority': host,
    '@scheme': protocol.slice(0, -1),
    '@request-target': pathname + search,
    '@path': pathname,
    '@query': search || '?',
  };
  return derived[name] ?? headers[name]?.trim() ?? '';
}

/** Does the signature hold, with rsa-v1_5-sha256 (section 3.3.2), and the digest of the body (RFC 9530) as well? */
export function messageSignatureHolds(message: ReceivedMessage, key: KeyObject): boolean {
  const { body, headers } = message;
  const digest = body && `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  if (headers['content-digest'] !== digest) return false;
  return verify('sha256', Buffer.from(signatureBaseOf(message)), key, messageSignatureOf(message).signature);
}

/** What is unusual about a request that is signed by hand after RFC 9421. */
export interface MessageOddities {
  readonly method?: string;
  readonly targetUri?: string;
  readonly body?: string | Buffer;
  /** Header values that differ from the usual ones, before signing; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** The names of what is covered, in order. */
  readonly components?: readonly string[];
  /** Parameters that differ, raw with their quotes; undefined leaves one out. */
  readonly params?: Readonly<Record<string, string | undefined>>;
  /** The label of the input, and that of the signature where it is another. */
  readonly label?: string;
  readonly signatureLabel?: string;
  /** Header values that are changed after signing. */
  readonly afterwards?: (headers: Record<string, string>) => Record<string, string | undefined>;
}

export const usualComponents = ['@method', '@target-uri', 'content-digest'];

/** The headers of a request that is signed with rsa-v1_5-sha256, as Mastodon and Fedify do. */
export function signedMessage(privateKey: KeyObject, odd: MessageOddities = {}): Record<string, string> {
  const { method = 'POST', targetUri = 'https://share.example/inbox', body = '{"type":"Like"}', label = 'sig1' } = odd;
  const { components = usualComponents, signatureLabel = label, afterwards = (headers) => headers } = odd;
  const headers = present({
    'content-type': 'application/activity+json',
    'content-digest': `sha-256=:${createHash('sha256').update(body).digest('base64')}:`,
    ...odd.headers,
  });
  const params = present({
    alg: '"rsa-v1_5-sha256"',
    keyid: '"https://remote.example/users/bob#main-key"',
    created: String(Math.floor(Date.now() / 1000)),
    ...odd.params,
  });
  const covered = components.map((name) => (name.includes(';') ? name : `"${name}"`)).join(' ');
  const written = `(${covered})${Object.entries(params)
    .map(([name, value]) => `;${name}=${value}`)
    .join('')}`;
  const lines = components.map((name) => `"${name}": ${componentOf({ method, targetUri, headers }, name)}`);
  const base = [...lines, `"@signature-params": ${written}`].join('\n');
  const signature = sign('sha256', Buffer.from(base), privateKey).toString('base64');
  return present(
    afterwards({
      ...headers,
      'signature-input': `${label}=${written}`,
      signature: `${signatureLabel}=:${signature}:`,
    }),
  );
}

const present = (values: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
