import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { HttpApi, type HttpMethod, type IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { inject } from 'vitest';

/** A new empty directory; it is removed when all tests are over. */
export const newDirectory = () => mkdtempSync(join(inject('directories'), 'directory-'));

/** What the definition of a small test stack is built with. */
export interface Sample {
  stack: Stack;
  /** A function whose code is this JavaScript. */
  fn(id: string, source: string, settings?: { timeout?: number; environment?: Record<string, string> }): LambdaFunction;
  /** Routes like `GET /posts/{id}` of one HTTP API. */
  route(key: string, target: LambdaFunction, authorizer?: IHttpRouteAuthorizer): void;
}

/** Answers the event it was called with. */
export const echo = `export const handler = async (event) => ({
  statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) });`;

/** Synthesises a stack defined on the spot and answers its directory, as `startStack({ template })` takes it. */
export function synthesiseSample(define: (sample: Sample) => void): string {
  const directory = newDirectory();
  const context = { 'aws:cdk:enable-path-metadata': true };
  const app = new App({ outdir: directory, context, analyticsReporting: false });
  const stack = new Stack(app, 'Sample');
  let api: HttpApi | undefined;
  define({
    stack,
    fn: (id, source, { timeout = 5, environment } = {}) => {
      const code = newDirectory();
      writeFileSync(join(code, 'index.mjs'), source);
      return new LambdaFunction(stack, id, {
        runtime: Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: Code.fromAsset(code),
        timeout: Duration.seconds(timeout),
        environment,
      });
    },
    route: (key, target, authorizer) => {
      api ??= new HttpApi(stack, 'Api');
      const [method, path] = key.split(' ') as [HttpMethod, string];
      const integration = new HttpLambdaIntegration(key.replace(/\W+/g, ''), target);
      api.addRoutes({ path, methods: [method], integration, authorizer });
    },
  });
  app.synth();
  return directory;
}
