import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import type { Template as AssembledTemplate } from '../../infra/local/template/assembly.ts';
import { chooseParameters } from '../../infra/local/template/parameters.ts';
import { deployed, local, propertiesOf, shortName, target, templateOf, watchedBy } from './synthesise.ts';

interface Alarm {
  readonly AlarmActions: unknown[];
  readonly AlarmDescription: string;
}

const template = templateOf(deployed);
const localTemplate = templateOf(local);

describe('the table', () => {
  const table = {
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    SSESpecification: { SSEEnabled: true },
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    GlobalSecondaryIndexes: Match.absent(),
  };

  test('is one, on demand, recoverable, encrypted, with a time to live', () => {
    template.resourceCountIs('AWS::DynamoDB::Table', 1);
    template.hasResourceProperties('AWS::DynamoDB::Table', table);
    localTemplate.hasResourceProperties('AWS::DynamoDB::Table', table);
  });

  test('and the members’ key outlive the stack, but not on one machine', () => {
    const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
    template.hasResource('AWS::DynamoDB::Table', { ...kept, Properties: { DeletionProtectionEnabled: true } });
    template.hasResource('AWS::KMS::Key', { ...kept, Properties: { EnableKeyRotation: true } });
    localTemplate.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Delete',
      Properties: { DeletionProtectionEnabled: false },
    });
    localTemplate.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Delete' });
  });

  test('keep their logical ids: under another one CloudFormation makes an empty table and a new key', () => {
    expect(Object.keys(template.findResources('AWS::DynamoDB::Table'))).toEqual(['StorageTableB43FDCE7']);
    expect(Object.keys(template.findResources('AWS::KMS::Key'))).toEqual(['StorageMemberKey119F442A']);
  });
});

describe('alarms', () => {
  const alarms = Object.values(propertiesOf<Alarm>(template, 'AWS::CloudWatch::Alarm'));

  test('all go to one topic and say what to do', () => {
    for (const { AlarmActions, AlarmDescription } of alarms) {
      expect(AlarmActions.map(target)).toEqual(['MonitoringAlarms']);
      expect(AlarmDescription.length).toBeGreaterThan(40);
    }
  });

  test('are let into the topic, and mailed to the alarm address', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' } }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'alarms@platform.test' });
    localTemplate.resourceCountIs('AWS::SNS::Subscription', 0);
  });

  test('watch also what the API answers and whom the topic cannot reach', () => {
    template.hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern: '{ $.status = "500" }',
      MetricTransformations: [{ MetricName: Match.stringLikeRegexp('Gateway/Failures$') }],
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: Match.stringLikeRegexp('Gateway/Failures$'),
    });
    expect(watchedBy(template, 'NumberOfNotificationsFailed')).toEqual(['ReceivingInteractions']);
  });
});

describe('what the template tells', () => {
  const parameters = (of: typeof template) =>
    Object.keys(of.findParameters('*'))
      .filter((name) => name !== 'BootstrapVersion')
      .sort();

  test('parameters on one machine, fixed values elsewhere', () => {
    expect(parameters(template)).toEqual([]);
    expect(parameters(localTemplate)).toEqual([
      'AuthorisedFetch',
      'DrainPerSecond',
      'EditDelaySeconds',
      'HandleDomain',
      'Issuer',
      'Limits',
      'LookAfterSeconds',
      'Origin',
      'PrivateHosts',
      'ProbeDelaysSeconds',
      'PublicBlocklist',
      'ReceiptDays',
      'RemovalDelaySeconds',
      'RemovalsPerSecond',
      'RetryDelaysSeconds',
      'ShareDelaySeconds',
      'SpreadSeconds',
    ]);
    for (const parameter of parameters(localTemplate))
      localTemplate.hasParameter(parameter, { Type: 'String', Default: Match.anyValue() });
  });

  test('what a local stack is asked to change is changed, the rest is as the settings say', () => {
    const json = localTemplate.toJSON() as AssembledTemplate;
    const machine = { Origin: 'http://o', HandleDomain: 'h', Issuer: 'http://i' };
    expect(chooseParameters(json, {}, machine)).toEqual(machine);
    const wishes = {
      privateHosts: 'localhost',
      shareDelaySeconds: 1,
      removalDelaySeconds: 0,
      editDelaySeconds: 3,
      spreadSeconds: 4,
      retryDelaysSeconds: '5,6',
      probeDelaysSeconds: '7,8',
      drainPerSecond: 9,
      removalsPerSecond: 10,
      lookAfterSeconds: 11,
      receiptDays: 12,
    };
    expect(chooseParameters(json, wishes, machine)).toEqual({
      ...machine,
      PrivateHosts: 'localhost',
      ShareDelaySeconds: '1',
      RemovalDelaySeconds: '0',
      EditDelaySeconds: '3',
      SpreadSeconds: '4',
      RetryDelaysSeconds: '5,6',
      ProbeDelaysSeconds: '7,8',
      DrainPerSecond: '9',
      RemovalsPerSecond: '10',
      LookAfterSeconds: '11',
      ReceiptDays: '12',
    });
    const defaults = Object.entries(json.Parameters ?? {}).map(([name, { Default }]) => [name, Default]);
    expect(Object.fromEntries(defaults)).toMatchObject({
      ShareDelaySeconds: String(local.shareDelaySeconds),
      RemovalDelaySeconds: String(local.removalDelaySeconds),
      EditDelaySeconds: String(local.editDelaySeconds),
      SpreadSeconds: String(local.spreadSeconds),
      RetryDelaysSeconds: local.retryDelaysSeconds.join(','),
      ProbeDelaysSeconds: local.probeDelaysSeconds.join(','),
      DrainPerSecond: String(local.drainPerSecond),
      RemovalsPerSecond: String(local.removalsPerSecond),
      LookAfterSeconds: String(local.lookAfterSeconds),
      ReceiptDays: String(local.receiptDays),
    });
  });

  test('where everything is: origin, endpoint, table, topic, dead letters', () => {
    expect(Object.keys(template.findOutputs('*')).sort()).toEqual([
      'ApiEndpoint',
      'CountedDeadLettersUrl',
      'DeliveriesDeadLettersUrl',
      'InteractionsTopicArn',
      'KeysDeadLettersUrl',
      'OutboxDeadLettersUrl',
      'ProbesDeadLettersUrl',
      'PublicOrigin',
      'ReceivedDeadLettersUrl',
      'RemovalsDeadLettersUrl',
      'SlicesDeadLettersUrl',
      'StragglersDeadLettersUrl',
      'TableName',
    ]);
  });

  test('short names are unique', () => {
    const ids = Object.keys(template.toJSON().Resources);
    expect(new Set(ids.map(shortName)).size).toBe(ids.length);
  });
});
