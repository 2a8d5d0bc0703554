/** Signatures by RFC 9421, as newer servers make them. */
import { verify } from 'node:crypto';
import {
  isSignatureError,
  type SignatureMessage,
  type UntrustedSignatureCandidate,
  type VerificationPolicy,
  verifySignature,
} from 'http-message-sig';
import { webAddress } from '../json.ts';
import { contentDigestOn } from './digest.ts';
import { isFresh, isLasting, oldest, skew } from './freshness.ts';
import { type BadSignature, headerFault, type ReadSignature, type SignedRequest } from './request.ts';

const algorithm = 'rsa-v1_5-sha256';
const mostLabels = 2;
const shortest = 256; // bytes: with 2048 bits; what is shorter was made by a key of another kind

/** A signature that meets a policy, and the bytes that it is over; nobody has looked yet whether it holds. */
export interface CapturedSignature {
  readonly candidate: UntrustedSignatureCandidate;
  readonly base: Uint8Array;
  readonly signature: Uint8Array;
}

/** Reads one signature of a message without its key; a text says what is wrong with it. */
export async function capture(
  message: SignatureMessage,
  label: string,
  policy: Pick<VerificationPolicy, 'algorithms' | 'requiredComponents' | 'requiredParameters' | 'maxAge' | 'clockSkew'>,
  now: Date,
): Promise<CapturedSignature | string> {
  let captured: CapturedSignature | undefined;
  try {
    await verifySignature(message, {
      label,
      policy: { ...policy, now: Math.floor(now.getTime() / 1000) },
      resolveVerifier: (candidate) => ({
        algorithm: candidate.algorithm ?? policy.algorithms[0] ?? '',
        verify: (base, signature) => {
          captured = { candidate, base, signature };
          return true;
        },
      }),
    });
  } catch (error) {
    if (isSignatureError(error)) return error.message;
    throw error;
  }
  return captured ?? 'The signature was not looked at';
}

/** The labels of a Signature-Input header, as far as they can be told without reading it whole. */
function labelsIn(header: string): readonly string[] {
  const outside = header.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\([^()]*\)/g, '()');
  return outside.split(',').map((member) => /^[ \t]*([^=;\s]*)/.exec(member)![1]!);
}

/** Checks the signatures of a request as far as that goes without the key; the first that is acceptable counts. */
export async function readMessageSignature(request: SignedRequest, now: Date): Promise<ReadSignature | BadSignature> {
  const { 'signature-input': input, signature } = request.headers;
  if (input === undefined || !signature) return { reason: 'There is no Signature header beside Signature-Input.' };
  const fault = headerFault('Signature-Input', input) ?? headerFault('Signature', signature);
  if (fault) return fault;
  const labels = labelsIn(input);
  if (labels.length > mostLabels) return { reason: `There may be ${mostLabels} signatures, not ${labels.length}.` };
  const digest = digestProblem(request);
  if (digest) return digest;

  const message = messageOf(request);
  const read = [];
  for (const label of labels) read.push(await readOne(request, message, label, now));
  return read.find((one) => 'madeBy' in one) ?? read[0]!;
}

/** What a POST's digest does not say as it must; that it is covered is seen to with the other components. */
function digestProblem({ method, headers, body }: SignedRequest): BadSignature | undefined {
  const header = headers['content-digest'];
  if (method !== 'POST' || header === undefined) return undefined;
  switch (contentDigestOn(header, body)) {
    case 'fits':
      return undefined;
    case 'differs':
      return { reason: 'The Content-Digest does not fit the body; sha-256 is needed.' };
    case 'unreadable':
      return { reason: 'The Content-Digest cannot be read: it must be a dictionary as of RFC 9530.', status: 400 };
  }
}

/** Our own name for what was asked for: neither scheme nor host is taken from the request. */
const messageOf = ({ method, scheme = 'https', target, headers }: SignedRequest) => ({
  kind: 'request' as const,
  method,
  targetUri: `${scheme}://${headers.host}${target}`,
  requestTarget: target,
  fields: Object.entries(headers).flatMap(([name, value]) =>
    value !== undefined && isField(name, value) ? [{ name, value }] : [],
  ),
});

/** What cannot be a component of a base is as good as not sent: one odd header must not spoil the others. */
const isField = (name: string, value: string) =>
  /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value);

async function readOne(
  { method }: SignedRequest,
  message: ReturnType<typeof messageOf>,
  label: string,
  now: Date,
): Promise<ReadSignature | BadSignature> {
  const policy = {
    algorithms: [algorithm],
    requiredComponents: ['@method', ...(method === 'POST' ? ['content-digest'] : [])],
    requiredParameters: ['created', 'keyid'],
    maxAge: oldest,
    clockSkew: skew,
  };
  const captured = await capture(message, label, policy, now);
  if (typeof captured === 'string') return { reason: `The signature cannot be accepted: ${captured}.` };
  const { candidate, base, signature } = captured;
  if (signature.length < shortest) return { reason: 'The signature is not one by RSA with at least 2048 bits.' };

  const covered = candidate.components.map(({ name }) => name);
  if (!covered.includes('@target-uri') && !(covered.includes('@authority') && covered.includes('@path')))
    return { reason: 'The signature must cover @target-uri, or @authority and @path.' };
  const { created = Number.NaN, expires, keyid } = candidate.parameters;
  if (!isFresh(created, now)) return { reason: 'The created time is too old or too far ahead.' };
  if (expires !== undefined && !isLasting(expires, now)) return { reason: 'The signature has expired.' };
  const keyId = webAddress(keyid);
  if (!keyId) return { reason: 'keyid must be an https address of at most 500 characters.' };
  return {
    keyId,
    signedAt: new Date(created * 1000),
    madeBy: (key) => verify('sha256', base, key, signature),
  };
}
