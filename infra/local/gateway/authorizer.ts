import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { type Answer, gatewayAnswer } from './answer.ts';

/** The resolved properties of an AWS::ApiGatewayV2::Authorizer. */
export interface AuthorizerProperties {
  AuthorizerType: string;
  IdentitySource: string[];
  JwtConfiguration?: { Issuer: string; Audience: string[] };
}

/** What a function learns of an accepted token. */
export interface Authorized {
  claims: Record<string, string>;
  scopes: string[] | null;
}

/** Checks the token of a request; a refusal is the gateway's own answer. */
export type Authorizer = (
  headers: NodeJS.Dict<string[]>,
  scopes: string[],
) => Promise<Authorized | { refusal: Answer }>;

/** The gateway's JWT authorizer: keys by discovery, then signature, issuer, audience, times and scopes. */
export function createAuthorizer(name: string, properties: AuthorizerProperties): Authorizer {
  const { AuthorizerType, IdentitySource, JwtConfiguration } = properties;
  const [, header] = /^\$request\.header\.(.+)$/.exec(IdentitySource[0] ?? '') ?? [];
  if (AuthorizerType !== 'JWT' || !JwtConfiguration || !header) {
    throw new Error(`The local runner cannot run the authorizer ${name}: it knows JWT authorizers that read a header.`);
  }
  const { Issuer: issuer, Audience: audiences } = JwtConfiguration;
  let keys: JWTVerifyGetKey | undefined;

  const verify = async (token: string): Promise<JWTPayload> => {
    if (!decodeProtectedHeader(token).kid) throw new errors.JWTInvalid('the token has no key id');
    keys ??= await discoverKeys(issuer);
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      algorithms: ['RS256', 'RS384', 'RS512'],
      requiredClaims: ['exp'],
    });
    const audience = [payload.aud ?? payload.client_id].flat();
    if (!audience.some((one) => audiences.includes(String(one)))) {
      throw new errors.JWTInvalid('the token does not have a valid audience');
    }
    return payload;
  };
  return async (headers, scopes) => {
    const token = headers[header.toLowerCase()]?.[0]?.replace(/^Bearer +/i, '').trim();
    if (!token) return { refusal: gatewayAnswer(401, 'Unauthorized', { 'www-authenticate': 'Bearer' }) };
    try {
      const payload = await verify(token);
      const granted = String(payload.scope ?? payload.scp ?? '').split(' ');
      const matched = scopes.filter((scope) => granted.includes(scope));
      if (scopes.length > 0 && matched.length === 0) return { refusal: gatewayAnswer(403, 'Forbidden') };
      return { claims: asText(payload), scopes: matched.length > 0 ? matched : null };
    } catch (error) {
      if (!(error instanceof errors.JOSEError || error instanceof TypeError)) throw error;
      const description = error.message.replace(/["\\\r\n]/g, "'");
      const challenge = `Bearer scope="" error="invalid_token" error_description="${description}"`;
      return { refusal: gatewayAnswer(401, 'Unauthorized', { 'www-authenticate': challenge }) };
    }
  };
}

async function discoverKeys(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const { jwks_uri } = (await (await fetch(url)).json()) as { jwks_uri: string };
    return createRemoteJWKSet(new URL(jwks_uri));
  } catch (cause) {
    throw new Error(`The issuer of the tokens does not answer at ${url}.`, { cause });
  }
}

/** The gateway hands every claim on as text; lists look like `[a b]`. */
function asText(payload: JWTPayload): Record<string, string> {
  const text = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(text).join(' ')}]`;
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  };
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, text(value)]));
}
