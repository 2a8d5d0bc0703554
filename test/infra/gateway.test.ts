import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { deployed, local, propertiesOf, target, templateOf } from './synthesise.ts';

interface Route {
  readonly RouteKey: string;
  readonly AuthorizationType: string;
  readonly AuthorizationScopes?: string[];
  readonly Target: { readonly 'Fn::Join': [string, [string, unknown]] };
}
interface Integration {
  readonly IntegrationUri: unknown;
  readonly PayloadFormatVersion: string;
}

const template = templateOf(deployed);

describe('routes', () => {
  test('are these, and only the platform API needs a token', () => {
    const integrations = propertiesOf<Integration>(template, 'AWS::ApiGatewayV2::Integration');
    const routes = Object.values(propertiesOf<Route>(template, 'AWS::ApiGatewayV2::Route'));
    const table = routes.map(({ RouteKey, AuthorizationType, Target }) => {
      const integration = integrations[target(Target['Fn::Join'][1][1])!]!;
      return `${RouteKey} -> ${target(integration.IntegrationUri)}, ${AuthorizationType}`;
    });
    const guarded = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'].map(
      (method) => `${method} /api/v1/{proxy+} -> PublishingPlatform, JWT`,
    );
    const open = [
      'GET / -> ReadingRead, NONE',
      'GET /api/v1/openapi.json -> PublishingPlatform, NONE',
      'HEAD /api/v1/openapi.json -> PublishingPlatform, NONE',
      'GET /{proxy+} -> ReadingRead, NONE',
      'HEAD / -> ReadingRead, NONE',
      'HEAD /{proxy+} -> ReadingRead, NONE',
      'POST /actors/{actor}/inbox -> ReceivingInbox, NONE',
      'POST /inbox -> ReceivingInbox, NONE',
      'GET /api/v1/blocked-servers -> ReadingRead, NONE',
      'HEAD /api/v1/blocked-servers -> ReadingRead, NONE',
    ];
    expect(table.sort()).toEqual([...guarded, ...open].sort());
    expect(routes.flatMap(({ AuthorizationScopes }) => AuthorizationScopes ?? [])).toEqual([]);
    template.allResourcesProperties('AWS::ApiGatewayV2::Integration', { PayloadFormatVersion: '2.0' });
  });

  test('take the tokens of the stage’s issuer and audience', () => {
    const authorizer = (issuer: unknown, audience: string) => ({
      AuthorizerType: 'JWT',
      JwtConfiguration: { Issuer: issuer, Audience: [audience] },
    });
    template.hasResourceProperties(
      'AWS::ApiGatewayV2::Authorizer',
      authorizer('https://login.platform.test', 'sharing'),
    );
    templateOf(local).hasResourceProperties(
      'AWS::ApiGatewayV2::Authorizer',
      authorizer({ Ref: 'Issuer' }, 'fediverse-sharing'),
    );
  });

  test('are logged without addresses of people, and throttled', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: Match.anyValue(), ThrottlingBurstLimit: Match.anyValue() },
      AccessLogSettings: { Format: Match.not(Match.stringLikeRegexp('sourceIp')), DestinationArn: Match.anyValue() },
    });
  });
});

describe('the origin', () => {
  const originOf = (of: typeof template) => {
    const [read] = Object.values(
      propertiesOf<{ Environment: { Variables: Record<string, unknown> } }>(of, 'AWS::Lambda::Function'),
    );
    return { origin: read?.Environment.Variables.ORIGIN, handleDomain: read?.Environment.Variables.HANDLE_DOMAIN };
  };
  const endpoint = { 'Fn::GetAtt': [expect.stringMatching(/^GatewayApi/), 'ApiEndpoint'] };

  test('is what the settings say', () => {
    expect(originOf(template)).toEqual({ origin: 'https://share.platform.test', handleDomain: 'platform.test' });
  });

  test('gives the handles their domain, unless the settings name one', () => {
    const { handleDomain } = originOf(templateOf({ ...deployed, handleDomain: undefined }));
    expect(handleDomain).toBe('share.platform.test');
  });

  test('is the API’s own endpoint if the settings name none', () => {
    expect(originOf(templateOf({ ...deployed, origin: undefined, handleDomain: undefined }))).toEqual({
      origin: endpoint,
      handleDomain: { 'Fn::Select': [2, { 'Fn::Split': ['/', endpoint] }] },
    });
  });

  test('becomes the API’s only address with a certificate', () => {
    const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/1';
    const withDomain = templateOf({ ...deployed, certificateArn });
    withDomain.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'share.platform.test',
      DomainNameConfigurations: [Match.objectLike({ CertificateArn: certificateArn, EndpointType: 'REGIONAL' })],
    });
    withDomain.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 1);
    withDomain.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
    withDomain.hasOutput('CustomDomainTarget', {});
    template.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0);
  });
});
