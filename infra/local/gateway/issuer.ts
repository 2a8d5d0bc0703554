import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { keep, recall } from '../data/remember.ts';

/** What a token says about its bearer. */
export interface TokenClaims {
  /** Default: `platform`, or `member` when a subject is given. */
  scope?: string;
  sub?: string;
  expiresInSeconds?: number;
}

/** The OIDC issuer of this machine. */
export interface Issuer {
  url: string;
  /** Tokens are for this audience from now on; also those that `tokenOf` makes later. */
  serve(audience: string): Promise<(claims?: TokenClaims) => Promise<string>>;
  stop(): Promise<void>;
}

/** What outlives a restart, so that tokens do. */
interface Kept {
  port: number;
  key: JWK;
  audience: string;
}

const fileIn = (dataDir: string) => join(dataDir, 'issuer.json');
const urlOf = (port: number) => `http://localhost:${port}`;
const workingDaySeconds = 10 * 60 * 60;

/** Serves discovery and the public key, at the port of the last time, else at the wished one, else at any. */
export async function startIssuer(dataDir: string, wishedPort: number): Promise<Issuer> {
  const kept = await recall<Kept>(fileIn(dataDir));
  const key = kept?.key ?? (await newKey());
  const server = createServer((request, response) => {
    const document = documents[request.url ?? ''];
    response
      .writeHead(document ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(document ?? {}));
  });
  const wishes = [kept?.port ?? 0, wishedPort].filter((wish) => wish > 0);
  const port = await listenAtFirstFree(server, [...wishes, 0]);
  const issuer = urlOf(port);
  const { kty, n, e, kid, alg } = key;
  const documents: Record<string, object> = {
    '/.well-known/openid-configuration': {
      issuer,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [alg],
    },
    '/jwks': { keys: [{ kty, n, e, kid, alg, use: 'sig' }] },
  };
  return {
    url: issuer,
    serve: async (audience) => {
      await keep(fileIn(dataDir), { port, key, audience } satisfies Kept);
      return (claims) => sign(issuer, key, audience, claims);
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A token of the stack that runs, or last ran, on this data directory. */
export async function tokenOf(dataDir: string, claims?: TokenClaims): Promise<string> {
  const kept = await recall<Kept>(fileIn(dataDir));
  if (!kept) throw new Error('There is no local stack yet. Run `npm start` first.');
  return sign(urlOf(kept.port), kept.key, kept.audience, claims);
}

async function sign(issuer: string, key: JWK, audience: string, claims: TokenClaims = {}): Promise<string> {
  const { sub = 'platform', expiresInSeconds = workingDaySeconds } = claims;
  const scope = claims.scope ?? (claims.sub ? 'member' : 'platform');
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ scope, sub, iss: issuer, aud: audience, iat: now, nbf: now, exp: now + expiresInSeconds })
    .setProtectedHeader({ alg: key.alg!, kid: key.kid, typ: 'JWT' })
    .sign(await importJWK(key));
}

async function listenAtFirstFree(server: Server, ports: number[]): Promise<number> {
  for (const port of ports) {
    const listening = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (listening) return (server.address() as AddressInfo).port;
  }
  throw new Error('The issuer of tokens found no free port.');
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: 'RS256', kid: `local-${Date.now()}` };
}
