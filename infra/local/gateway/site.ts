import type { Functions } from '../functions/deploy-functions.ts';
import type { Resources } from '../template/resources.ts';
import { type AuthorizerProperties, createAuthorizer } from './authorizer.ts';
import type { Integration, Site } from './gateway.ts';
import { createRouter } from './routes.ts';

interface RouteProperties {
  RouteKey: string;
  Target: string;
  AuthorizationType?: string;
  AuthorizerId?: string;
  AuthorizationScopes?: string[];
}
interface IntegrationProperties {
  IntegrationType: string;
  IntegrationUri: string;
  PayloadFormatVersion?: string;
  TimeoutInMillis?: number;
}

const longestWaitMilliseconds = 30_000;

/** The routes of the template's one HTTP API, with what stands behind each. */
export function routesOf(resources: Resources, functions: Functions): Site['route'] {
  const apis = resources.ofType<{ ProtocolType?: string; CorsConfiguration?: unknown }>('AWS::ApiGatewayV2::Api');
  if (apis.length > 1) throw new Error('The local runner serves one HTTP API; the template has several.');
  for (const { id, properties } of apis) {
    const isPlain = properties.ProtocolType === 'HTTP' && !properties.CorsConfiguration;
    if (!isPlain) throw new Error(`The local runner cannot run ${id}: it knows HTTP APIs without CORS settings.`);
  }
  for (const { id, properties } of resources.ofType<{ StageName: string }>('AWS::ApiGatewayV2::Stage')) {
    if (properties.StageName !== '$default') throw new Error(`The local runner cannot run ${id}: it knows $default.`);
  }
  const authorizers = new Map(
    resources
      .ofType<AuthorizerProperties>('AWS::ApiGatewayV2::Authorizer')
      .map(({ name, properties }) => [name, createAuthorizer(name, properties)]),
  );
  const integrations = new Map(
    resources.ofType<IntegrationProperties>('AWS::ApiGatewayV2::Integration').map(({ id, name, properties }) => {
      const { IntegrationType, IntegrationUri, PayloadFormatVersion, TimeoutInMillis } = properties;
      if (IntegrationType !== 'AWS_PROXY' || PayloadFormatVersion !== '2.0') {
        throw new Error(`The local runner cannot run ${id}: it knows functions with payload format 2.0.`);
      }
      const timeoutMilliseconds = Math.min(Number(TimeoutInMillis ?? longestWaitMilliseconds), longestWaitMilliseconds);
      return [`integrations/${name}`, { target: functions.find(IntegrationUri), timeoutMilliseconds }];
    }),
  );
  const routes = resources.ofType<RouteProperties>('AWS::ApiGatewayV2::Route').map(({ id, properties }) => {
    const { RouteKey, Target, AuthorizationType = 'NONE', AuthorizerId = '', AuthorizationScopes = [] } = properties;
    const authorizer = authorizers.get(AuthorizerId);
    const integration = integrations.get(Target);
    if (!integration || (AuthorizationType !== 'NONE' && !authorizer)) {
      throw new Error(`The local runner cannot run ${id}: it needs a function, and a JWT authorizer or none.`);
    }
    return { key: RouteKey, target: { ...integration, authorizer, scopes: AuthorizationScopes } satisfies Integration };
  });
  return createRouter(routes);
}

/** Whom the template's tokens are for. */
export function audienceOf(resources: Resources): string {
  const [first] = resources.ofType<AuthorizerProperties>('AWS::ApiGatewayV2::Authorizer');
  return first?.properties.JwtConfiguration?.Audience[0] ?? 'local';
}
