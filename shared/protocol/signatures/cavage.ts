/** Signatures by draft-cavage-http-signatures-12, as most servers make them. */
import { verify } from 'node:crypto';
import { parseRequest } from 'http-signature';
import { webAddress } from '../json.ts';
import { digestMatches } from './digest.ts';
import { isFresh, isLasting } from './freshness.ts';
import { type BadSignature, headerFault, type ReadSignature, type SignedRequest } from './request.ts';

const parameters = /\s*([a-zA-Z]+)\s*=\s*(?:"([^"]*)"|(\d+))\s*(?:,|$)/y;
const known = new Set(['keyId', 'algorithm', 'headers', 'signature', 'created', 'expires']);

/** Reads the parameters strictly (each once, nothing else) though spaces after commas are fine. */
function parametersOf(header: string): Map<string, string> | undefined {
  const found = new Map<string, string>();
  parameters.lastIndex = 0;
  while (parameters.lastIndex < header.length) {
    const match = parameters.exec(header);
    if (!match || found.has(match[1]!)) return undefined;
    if (known.has(match[1]!)) found.set(match[1]!, match[2] ?? match[3]!);
  }
  return found;
}

/**
 * Checks a draft-cavage-12 signature as far as that goes without the key. http-signature only builds the signing
 * string: bare, it throws on hs2019, lets X-Date stand in for Date and old `(created)` pass, and compares no digest.
 */
export function readCavageSignature(request: SignedRequest, now: Date): ReadSignature | BadSignature {
  const header = request.headers.signature;
  if (!header) return { reason: 'There is no Signature header.' };
  const fault = headerFault('Signature', header);
  if (fault) return fault;
  const params = parametersOf(header);
  if (!params) return { reason: 'The Signature header cannot be read.' };

  const algorithm = params.get('algorithm') ?? 'hs2019';
  if (!['rsa-sha256', 'hs2019'].includes(algorithm.toLowerCase()))
    return { reason: `The algorithm ${algorithm} is not accepted; use rsa-sha256.` };
  const signature = params.get('signature') ?? '';
  if (!/^[A-Za-z0-9+/]{2,}={0,2}$/.test(signature)) return { reason: 'The signature is not base64.' };
  const keyId = webAddress(params.get('keyId'));
  if (!keyId) return { reason: 'keyId must be an https address of at most 500 characters.' };

  const covered = (params.get('headers') ?? '').toLowerCase().split(' ').filter(Boolean);
  const unsound = coverageProblem(request, covered, params, now);
  if (unsound) return { reason: unsound };

  const signingString = signingStringOf(request, params);
  if (typeof signingString !== 'string') return signingString;
  return {
    keyId,
    signedAt: signingTime(request, covered, params),
    madeBy: (key) => verify('sha256', Buffer.from(signingString), key, Buffer.from(signature, 'base64')),
  };
}

/** What the signature with these parameters is over, whatever it covers. */
export function signingStringOf(request: SignedRequest, params: ReadonlyMap<string, string>): string | BadSignature {
  // They go on without their quotes: whatever else stood in them would be read as parameters.
  if (['created', 'expires'].some((name) => /\D/.test(params.get(name) ?? '')))
    return { reason: 'The signature cannot be read: created and expires must be whole seconds.' };
  const canonical = [...params]
    .filter(([name]) => name !== 'algorithm')
    .map(([name, value]) => `${name}=${/^(created|expires)$/.test(name) ? value : `"${value}"`}`);
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !['x-date', 'authorization'].includes(entry[0]),
    ),
  );
  try {
    const { signingString } = parseRequest(
      {
        method: request.method,
        url: request.target,
        headers: { ...headers, signature: [...canonical, 'algorithm="rsa-sha256"'].join(',') },
      },
      {
        authorizationHeaderName: 'signature',
        algorithms: ['rsa-sha256'],
        headers: [], // what must be covered was seen to before
        clockSkew: Number.MAX_SAFE_INTEGER,
        strict: true,
      },
    );
    return signingString;
  } catch (error) {
    return { reason: `The signature cannot be read: ${(error as Error).message}.` };
  }
}

/** The Date header where it is covered, else `(created)`; both were found fresh before. */
const signingTime = (request: SignedRequest, covered: readonly string[], params: ReadonlyMap<string, string>): Date =>
  covered.includes('date') ? new Date(request.headers.date ?? '') : new Date(Number(params.get('created')) * 1000);

/** What is wrong with the covered headers, their times or the digest; undefined when all is well. */
function coverageProblem(
  request: SignedRequest,
  covered: readonly string[],
  params: ReadonlyMap<string, string>,
  now: Date,
): string | undefined {
  const needed = ['(request-target)', 'host', ...(request.method === 'POST' ? ['digest'] : [])];
  const missing = needed.filter((name) => !covered.includes(name));
  if (missing.length > 0) return `The signature must cover ${missing.join(', ')}.`;
  if (new Set(covered).size !== covered.length) return 'The signature names a header twice.';
  const odd = covered.find(
    (name) =>
      name === 'x-date' || (/^[(]/.test(name) && !['(request-target)', '(created)', '(expires)'].includes(name)),
  );
  if (odd) return `The signature must not cover ${odd}.`;

  if (!covered.includes('date') && !covered.includes('(created)')) return 'The signature must cover date or (created).';
  if (covered.includes('date') && !isFresh(Date.parse(request.headers.date ?? '') / 1000, now))
    return 'The Date is missing, unreadable, too old or too far ahead.';
  if (covered.includes('(created)') && !isFresh(Number(params.get('created') ?? Number.NaN), now))
    return 'The created time is missing, too old or too far ahead.';
  const mayExpire = params.has('expires') || covered.includes('(expires)');
  if (mayExpire && !isLasting(Number(params.get('expires')), now)) return 'The signature has expired.';

  if (request.method === 'POST' && !digestMatches(request.headers.digest ?? '', request.body))
    return 'The Digest does not fit the body; SHA-256 is needed.';
  return undefined;
}
