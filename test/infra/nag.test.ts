import { Validations } from 'aws-cdk-lib';
import { HttpRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { appOf, deployed, local } from './synthesise.ts';

const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/1';

test.each([
  ['a deployed stage', deployed],
  ['a stage with a domain name', { ...deployed, certificateArn }],
  ['the local stage', local],
])('cdk-nag finds nothing in %s', (_, settings) => {
  expect(new AwsSolutionsChecks().validateScope(appOf(settings).app).violations).toEqual([]);
});

test('cdk-nag would find something', () => {
  const { app, stack } = appOf(deployed);
  new Queue(stack, 'Careless');
  const { violations } = new AwsSolutionsChecks().validateScope(app);
  expect(violations.map(({ ruleName }) => ruleName)).toContain('AwsSolutions-SQS4');
});

test('the only finding that is accepted is a public route, each with its reason', () => {
  const accepted = appOf(deployed)
    .stack.node.findAll()
    .flatMap((construct) =>
      construct.node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .map(({ data }) => ({ construct, data: JSON.stringify(data) })),
    );
  expect(accepted).toHaveLength(10);
  for (const { construct, data } of accepted) {
    expect(construct).toBeInstanceOf(HttpRoute);
    expect(data).toMatch(/AwsSolutions-APIG4.{20,}/);
  }
});
