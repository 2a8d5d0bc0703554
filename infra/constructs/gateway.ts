import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { DomainName, HttpApi, type HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { FilterPattern, LogGroup, MetricFilter, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { alarm } from './alarm.ts';
import type { HandlerFunction } from './handler-function.ts';

export interface GatewayProps {
  readonly issuer: string;
  readonly audience: string;
  /** The API's own domain name; without it only its generated endpoint answers, with it only the domain does. */
  readonly domain?: { readonly host: string; readonly certificateArn: string };
}

/** `METHOD /path`, as API Gateway writes its route keys. */
export type Route = `${HttpMethod} /${string}`;

/** The HTTP API in front of every function: a route is open to all, or needs a token of the issuer. */
export class Gateway extends Construct {
  readonly api: HttpApi;
  readonly domainName?: DomainName;
  /** Where the API answers, with or without a domain name of its own. */
  readonly endpoint: string;
  readonly #tokens: HttpJwtAuthorizer;
  readonly #integrations = new Map<HandlerFunction, HttpLambdaIntegration>();

  constructor(scope: Construct, id: string, { issuer, audience, domain }: GatewayProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', { createDefaultStage: false, disableExecuteApiEndpoint: domain !== undefined });
    this.endpoint = domain ? `https://${domain.host}` : this.api.apiEndpoint;
    this.#tokens = new HttpJwtAuthorizer('Tokens', issuer, { jwtAudience: [audience] });
    if (domain) {
      this.domainName = new DomainName(this, 'Domain', {
        domainName: domain.host,
        certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      });
    }
    const logs = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 1000, burstLimit: 2000 },
      accessLogSettings: { destination: new LogGroupLogDestination(logs), format: accessLog },
      ...(this.domainName && { domainMapping: { domainName: this.domainName } }),
    });
    // Not the API's own count of 5xx: a 503 for a key host that is down is an answer, and strangers can ask for it.
    const failures = new MetricFilter(this, 'Failures', {
      logGroup: logs,
      filterPattern: FilterPattern.stringValue('$.status', '=', '500'),
      metricNamespace: 'FediverseSharing',
      metricName: `${this.node.path}/Failures`,
    });
    alarm(this, 'ServerErrors', {
      metric: failures.metric({ period: Duration.minutes(5), statistic: 'Sum' }),
      reaches: 5,
      says: 'Five requests in five minutes were answered 500. The access log tells the route, the log of its function why: search for "unhandled".',
    });
  }

  /** Routes that anybody may call, and why that is right. */
  open(handler: HandlerFunction, why: string, ...routes: readonly Route[]): void {
    for (const route of this.#add(handler, routes)) {
      Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: why });
    }
  }

  /** Routes that need a valid token; what its scope and subject may do is the function's decision. */
  guarded(handler: HandlerFunction, ...routes: readonly Route[]): void {
    this.#add(handler, routes, this.#tokens);
  }

  #add(handler: HandlerFunction, routes: readonly Route[], authorizer?: HttpJwtAuthorizer) {
    const integration = this.#integrations.get(handler) ?? new HttpLambdaIntegration(handler.node.id, handler);
    this.#integrations.set(handler, integration);
    return routes.flatMap((route) => {
      const [method, path] = route.split(' ') as [HttpMethod, string];
      return this.api.addRoutes({ path, methods: [method], integration, ...(authorizer && { authorizer }) });
    });
  }
}

/** Which server asked for what, and how it went; no addresses of people, no query strings. */
const accessLog = AccessLogFormat.custom(
  JSON.stringify({
    at: '$context.requestTime',
    requestId: '$context.requestId',
    route: '$context.routeKey',
    status: '$context.status',
    milliseconds: '$context.responseLatency',
    bytes: '$context.responseLength',
    userAgent: '$context.identity.userAgent',
    integrationError: '$context.integrationErrorMessage',
    authorizerError: '$context.authorizer.error',
  }),
);
