/** Signatures by RFC 9421 read by the letter of its sections 2 and 3, on their own, so that they also show what our own signing does. */
import { createHash, type KeyObject, verify } from 'node:crypto';

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
  const componentOf = (name: string) => {
    if (name === '@method') return message.method;
    if (name === '@target-uri') return message.targetUri;
    return message.headers[name]!.trim();
  };
  return [...components.map((name) => `"${name}": ${componentOf(name)}`), `"@signature-params": ${params}`].join('\n');
}

/** Does the signature hold, with rsa-v1_5-sha256 (section 3.3.2), and the digest of the body (RFC 9530) as well? */
export function messageSignatureHolds(message: ReceivedMessage, key: KeyObject): boolean {
  const { body, headers } = message;
  const digest = body && `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  if (headers['content-digest'] !== digest) return false;
  return verify('sha256', Buffer.from(signatureBaseOf(message)), key, messageSignatureOf(message).signature);
}
