import { CfnParameter } from 'aws-cdk-lib';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startIssuer } from '../../../infra/local/gateway/issuer.ts';
import { type Stack, startStack } from '../../../infra/local/stack.ts';
import { echo, newDirectory, synthesiseSample } from './sample-app.ts';

const dataDir = newDirectory();
let stack: Stack;
beforeAll(async () => {
  const template = synthesiseSample(({ stack, fn, route }) => {
    const issuer = new CfnParameter(stack, 'Issuer', { default: 'https://login.example.com' });
    const tokens = new HttpJwtAuthorizer('Tokens', issuer.valueAsString, { jwtAudience: ['sample'] });
    route('GET /private', fn('Private', echo), tokens);
  });
  stack = await startStack({ port: 0, dataDir, template });
});
afterAll(() => stack.stop());

const enter = (token?: string) =>
  fetch(`${stack.origin}/private`, { headers: token === undefined ? {} : { authorization: token } });

describe('a token of the issuer', () => {
  test.each(['Bearer ', ''])('is accepted behind "%s", and its claims arrive as text', async (prefix) => {
    const response = await enter(prefix + (await stack.token()));
    expect(response.status).toBe(200);
    const { jwt } = JSON.parse(await response.text()).requestContext.authorizer;
    expect(jwt).toEqual({
      claims: {
        iss: stack.issuer,
        aud: 'sample',
        sub: 'platform',
        scope: 'platform',
        iat: expect.stringMatching(/^\d+$/),
        nbf: expect.stringMatching(/^\d+$/),
        exp: expect.stringMatching(/^\d+$/),
      },
      scopes: null,
    });
  });

  test('of a member carries the member', async () => {
    const response = await enter(await stack.token({ sub: 'm1' }));
    const { claims } = JSON.parse(await response.text()).requestContext.authorizer.jwt;
    expect(claims).toMatchObject({ sub: 'm1', scope: 'member' });
  });
});

describe('the gateway refuses', () => {
  const signedByOthers = async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const token = new SignJWT({ iss: stack.issuer, aud: 'sample' }).setExpirationTime('1h');
    return token.setProtectedHeader({ alg: 'RS256', kid: 'theirs' }).sign(privateKey);
  };
  const unsigned = async () => {
    const [, payload] = (await stack.token()).split('.');
    return `${Buffer.from('{"alg":"none","kid":"x"}').toString('base64url')}.${payload}.`;
  };
  const forAnother = async () => {
    const issuer = await startIssuer(newDirectory(), 0);
    const token = await (await issuer.serve('another'))();
    await issuer.stop();
    return token;
  };
  test.each([
    ['no token', undefined],
    ['an empty token', () => 'Bearer '],
    ['what is no token', () => 'Bearer nonsense'],
    ['an expired token', () => stack.token({ expiresInSeconds: -1 })],
    ['a token of another key', signedByOthers],
    ['a token without signature', unsigned],
    ['a token of another issuer', forAnother],
  ])('%s', async (_, token) => {
    const response = await enter(await token?.());
    expect(response.status).toBe(401);
    expect(await response.text()).toBe('{"message":"Unauthorized"}');
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  test('a token for another audience', async () => {
    const { createAuthorizer } = await import('../../../infra/local/gateway/authorizer.ts');
    const authorize = createAuthorizer('Others', {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: stack.issuer, Audience: ['others'] },
    });
    const answer = await authorize({ authorization: [await stack.token()] }, []);
    expect(answer).toMatchObject({
      refusal: { status: 401, headers: { 'www-authenticate': expect.stringContaining('valid audience') } },
    });
  });

  test('a token without the scope of the route', async () => {
    const { createAuthorizer } = await import('../../../infra/local/gateway/authorizer.ts');
    const authorize = createAuthorizer('Scoped', {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: stack.issuer, Audience: ['sample'] },
    });
    const token = await stack.token({ scope: 'read write' });
    expect(await authorize({ authorization: [token] }, ['write', 'other'])).toMatchObject({ scopes: ['write'] });
    expect(await authorize({ authorization: [token] }, ['other'])).toMatchObject({ refusal: { status: 403 } });
  });
});
