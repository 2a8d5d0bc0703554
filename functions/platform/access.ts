import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import { forbidden } from '#shared/runtime/errors';

/** Who calls: the platform's own servers, or a member about itself. */
export type Caller = 'platform' | 'member';

const scopesOf = (event: APIGatewayProxyEventV2WithJWTAuthorizer): readonly string[] => {
  const { scope } = event.requestContext.authorizer.jwt.claims;
  return typeof scope === 'string' ? scope.split(' ') : [];
};

/** Who calls, whomever it is about. */
export const callerOf = (event: APIGatewayProxyEventV2WithJWTAuthorizer): Caller =>
  scopesOf(event).includes('platform') ? 'platform' : 'member';

/**
 * Lets the platform reach every member and a member only itself; without a member only the platform. The gateway has
 * verified the token before.
 */
export function authorise(event: APIGatewayProxyEventV2WithJWTAuthorizer, memberId: string | undefined): Caller {
  const { sub } = event.requestContext.authorizer.jwt.claims;
  const scopes = scopesOf(event);
  if (scopes.includes('platform')) return 'platform';
  if (memberId === undefined) throw forbidden('This token has not the scope that is needed: `platform`.');
  if (sub === memberId) return 'member';
  if (scopes.includes('member')) throw forbidden('This token is of another member.');
  throw forbidden('This token has not the scope that is needed: `platform`, or the member itself as its subject.');
}
