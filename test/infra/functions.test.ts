import { readdirSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { deployed, local, propertiesOf, target, templateOf, watchedBy } from './synthesise.ts';

interface LambdaFunction {
  readonly Environment: { readonly Variables: Record<string, unknown> };
  readonly LoggingConfig: { readonly LogGroup: unknown };
}

const template = templateOf(deployed);
const localTemplate = templateOf(local);
const functions = propertiesOf<LambdaFunction>(template, 'AWS::Lambda::Function');

describe('functions', () => {
  const told = Object.values(functions).map(({ Environment: { Variables } }) => [
    String(Variables.POWERTOOLS_SERVICE_NAME),
    Object.keys(Variables)
      .filter((name) => !/^(POWERTOOLS_|NODE_OPTIONS|UV_)/.test(name))
      .sort(),
  ]);

  test('are the folders of functions/', () => {
    expect(told.map(([folder]) => folder).sort()).toEqual(
      readdirSync(new URL('../../functions', import.meta.url)).sort(),
    );
  });

  test('only the inbox, which anybody may call, has its own share of what runs at the same time', () => {
    const reserved = propertiesOf<{ ReservedConcurrentExecutions?: number }>(template, 'AWS::Lambda::Function');
    const shares = Object.entries(reserved).map(([name, one]) => [name, one.ReservedConcurrentExecutions]);
    expect(shares.filter(([, share]) => share !== undefined)).toEqual([['ReceivingInbox', 20]]);
    const all = templateOf({ ...deployed, inboxConcurrency: undefined } as typeof deployed);
    expect(JSON.stringify(all.toJSON())).not.toContain('ReservedConcurrentExecutions');
  });

  test('know only what they need', () => {
    const pages = ['MEMBER_PAGE', 'POST_PAGE'];
    const who = ['HANDLE_DOMAIN', 'ORIGIN'];
    const delays = ['REMOVAL_DELAY_SECONDS', 'EDIT_DELAY_SECONDS'];
    const expected: Record<string, string[]> = {
      read: [...who, ...pages, 'LIMITS', 'AUTHORISED_FETCH', 'PUBLIC_BLOCKLIST'],
      inbox: ['ORIGIN', 'LIMITS', 'RECEIVED_QUEUE_URL', 'COUNTED_QUEUE_URL'],
      receive: ['ORIGIN', 'LIMITS', 'DELIVERIES_QUEUE_URL', 'INTERACTIONS_TOPIC_ARN'],
      count: ['ORIGIN', 'LIMITS', 'DELIVERIES_QUEUE_URL', 'INTERACTIONS_TOPIC_ARN'],
      platform: [
        ...who,
        ...pages,
        'ELIGIBLE_COUNTRIES',
        'SHARE_DELAY_SECONDS',
        ...delays,
        'LIMITS',
        'DELIVERIES_QUEUE_URL',
        'OUTBOX_QUEUE_URL',
        'REMOVALS_QUEUE_URL',
        'KEYS_QUEUE_URL',
        'SLICES_QUEUE_URL',
        'INTERACTIONS_TOPIC_ARN',
      ],
      'fan-out': ['ELIGIBLE_COUNTRIES', ...delays, 'SPREAD_SECONDS', 'DELIVERIES_QUEUE_URL', 'OUTBOX_QUEUE_URL'],
      deliver: [...who, ...pages, 'STRAGGLERS_QUEUE_URL', 'RETRY_DELAYS_SECONDS', 'PROBE_DELAYS_SECONDS'],
      probe: [...who, ...pages, 'PROBES_QUEUE_URL', 'PROBE_DELAYS_SECONDS', 'DRAIN_PER_SECOND'],
      'generate-keys': ['DATA_KEY_ID'],
      remove: [
        ...delays,
        'ELIGIBLE_COUNTRIES',
        'LOOK_AFTER_SECONDS',
        'RECEIPT_DAYS',
        'OUTBOX_QUEUE_URL',
        'DELIVERIES_QUEUE_URL',
        'REMOVALS_QUEUE_URL',
        'SLICES_QUEUE_URL',
        'INTERACTIONS_TOPIC_ARN',
      ],
      ask: [
        ...who,
        ...pages,
        'PROBE_DELAYS_SECONDS',
        'REMOVALS_PER_SECOND',
        'LOOK_AFTER_SECONDS',
        'RECEIPT_DAYS',
        'REMOVALS_QUEUE_URL',
        'SLICES_QUEUE_URL',
      ],
      sweep: ['OUTBOX_QUEUE_URL', 'REMOVALS_QUEUE_URL', 'SLICES_QUEUE_URL', 'KEYS_QUEUE_URL', 'PROBES_QUEUE_URL'],
    };
    const sorted = Object.entries(expected).map(([folder, variables]) => [folder, [...variables, 'TABLE_NAME'].sort()]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(sorted));
  });

  test('may reach private addresses on one machine only', () => {
    expect(JSON.stringify(template.toJSON())).not.toContain('PRIVATE_HOSTS');
    const privileged = Object.entries(propertiesOf<LambdaFunction>(localTemplate, 'AWS::Lambda::Function')).filter(
      ([, { Environment }]) => 'PRIVATE_HOSTS' in Environment.Variables,
    );
    expect(privileged.map(([name]) => name).sort()).toEqual([
      'DeliveryDeliver',
      'DeliveryProbe',
      'ReadingRead',
      'ReceivingCount',
      'ReceivingInbox',
      'ReceivingReceive',
      'RemovalAsk',
    ]);
  });

  test('run on Node 24 and ARM, untraced', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: Match.absent(),
    });
  });

  test('each write to a log of their own that forgets after a month', () => {
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    expect(new Set(Object.values(functions).map(({ LoggingConfig }) => target(LoggingConfig.LogGroup))).size).toBe(
      Object.keys(functions).length,
    );
  });

  test('set off an alarm when they crash, and sweep when it does not run', () => {
    expect(watchedBy(template, 'Errors')).toEqual(Object.keys(functions).sort());
    expect(watchedBy(template, 'Invocations')).toEqual(['SweepingSweep']);
  });

  test('sweep runs every minute', () => {
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
  });
});
