import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { FediverseStack } from '../../infra/fediverse-stack.ts';
import { checked, type Settings, settingsOf } from '../../infra/settings.ts';

const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

/** A stage that is deployed; the tests do not depend on what somebody writes into infra/settings.ts. */
export const deployed: Settings = {
  stage: 'deployed',
  origin: 'https://share.platform.test',
  handleDomain: 'platform.test',
  eligibleCountries: ['US', 'CA'],
  shareDelaySeconds: 120,
  memberPage: 'https://platform.test/@{username}',
  postPage: 'https://platform.test/@{username}/{postId}',
  oidc: { issuer: 'https://login.platform.test', audience: 'sharing' },
  removalDelaySeconds: 75,
  editDelaySeconds: 30,
  spreadSeconds: 45,
  retryDelaysSeconds: [10, 20],
  probeDelaysSeconds: [100, 2000],
  drainPerSecond: 3,
  removalsPerSecond: 4,
  lookAfterSeconds: 300,
  receiptDays: 90,
  limits: { fetchesPerMinute: 600 },
  inboxConcurrency: 20,
  authorisedFetch: false,
  publicBlocklist: true,
  alarmAddress: 'alarms@platform.test',
};

/** The stage that runs on one machine. */
export const local: Settings = settingsOf('local');

/** A stage's app with its stack, without bundling the functions. */
export function appOf(
  settings: Settings,
  outdir = join(tmpdir(), 'fediverse-sharing-synth'),
): {
  app: App;
  stack: FediverseStack;
} {
  const app = new App({ outdir, context: { ...context, 'aws:cdk:bundling-stacks': [] } });
  return { app, stack: new FediverseStack(app, 'Test', checked(settings)) };
}

const templates = new Map<Settings, Template>();

/** The template of a stage; those settings are synthesised once. */
export function templateOf(settings: Settings): Template {
  const known = templates.get(settings);
  if (known) return known;
  const template = synthesised(settings);
  templates.set(settings, template);
  return template;
}

function synthesised(settings: Settings): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'fediverse-sharing-synth-'));
  try {
    return Template.fromStack(appOf(settings, outdir).stack);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** The short name of a resource: its logical id without the hash. */
export const shortName = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');

/** The short name of the resource that a Ref or GetAtt points to; undefined for anything else. */
export function target(value: unknown): string | undefined {
  const { Ref: ref, 'Fn::GetAtt': getAtt } = (value ?? {}) as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  const logicalId = ref ?? getAtt?.[0];
  return logicalId === undefined ? undefined : shortName(logicalId);
}

/** The properties of every resource of a type, by short name. */
export function propertiesOf<T>(template: Template, type: string): Record<string, T> {
  const found = Object.entries(template.findResources(type));
  return Object.fromEntries(found.map(([logicalId, { Properties }]) => [shortName(logicalId), Properties as T]));
}

interface Alarm {
  readonly MetricName: string;
  readonly Dimensions: { readonly Value: unknown }[];
}

/** The short names of what the alarms on a metric watch. */
export function watchedBy(template: Template, metric: string): (string | undefined)[] {
  return Object.values(propertiesOf<Alarm>(template, 'AWS::CloudWatch::Alarm'))
    .filter(({ MetricName }) => MetricName === metric)
    .map(({ Dimensions }) => target(Dimensions[0]?.Value))
    .sort();
}
