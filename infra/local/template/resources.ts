import type { Resource, Template } from './assembly.ts';
import { createResolver } from './intrinsics.ts';

/** The account that every local ARN and queue URL names. */
export const account = '000000000000';

/** A resource with its values filled in. `name` is what AWS would have made up a name for. */
export interface Resolved<Properties> {
  id: string;
  name: string;
  properties: Properties;
}

/** The resources of a template, resolved for this machine. */
export interface Resources {
  ofType<Properties>(...types: string[]): Resolved<Properties>[];
  outputs: Readonly<Record<string, string>>;
}

/** What resources of each kind are called and known by here. Only these types run locally. */
const kinds: Record<string, { name?: string; attributes(name: string, where: Where): Record<string, string> }> = {
  'AWS::DynamoDB::Table': { name: 'TableName', attributes: named('dynamodb', 'table/') },
  'AWS::DynamoDB::GlobalTable': { name: 'TableName', attributes: named('dynamodb', 'table/') },
  'AWS::Lambda::Function': { name: 'FunctionName', attributes: named('lambda', 'function:') },
  'AWS::Events::Rule': { name: 'Name', attributes: named('events', 'rule/') },
  'AWS::Scheduler::Schedule': { name: 'Name', attributes: named('scheduler', 'schedule/default/') },
  'AWS::SQS::Queue': {
    name: 'QueueName',
    attributes: (name, { sqs, region }) => {
      const url = `${sqs}/${account}/${name}`;
      return { Ref: url, QueueUrl: url, QueueName: name, Arn: `arn:aws:sqs:${region}:${account}:${name}` };
    },
  },
  'AWS::SNS::Topic': {
    name: 'TopicName',
    attributes: (name, { region }) => {
      const arn = `arn:aws:sns:${region}:${account}:${name}`;
      return { Ref: arn, TopicArn: arn, TopicName: name };
    },
  },
  'AWS::KMS::Key': { attributes: (name, { region }) => ({ Ref: name, KeyId: name, Arn: keyArn(name, region) }) },
  'AWS::ApiGatewayV2::Api': { attributes: (name, { origin }) => ({ Ref: name, ApiId: name, ApiEndpoint: origin }) },
  'AWS::ApiGatewayV2::Integration': { attributes: (name) => ({ Ref: name }) },
  'AWS::ApiGatewayV2::Route': { attributes: (name) => ({ Ref: name }) },
  'AWS::ApiGatewayV2::Authorizer': { attributes: (name) => ({ Ref: name }) },
  'AWS::Lambda::EventSourceMapping': { attributes: (name) => ({ Ref: name }) },
  'AWS::SNS::Subscription': { attributes: (name) => ({ Ref: name }) },
};

/** Has no counterpart on one machine, and nothing behaves differently without it. */
const withoutCounterpart = [
  /^AWS::(IAM|Logs|CloudWatch|Budgets|CDK|Route53)::/,
  /^AWS::Lambda::Permission$/,
  /^AWS::(SQS::Queue|SNS::Topic)Policy$/,
  /^AWS::KMS::Alias$/,
  /^AWS::Scheduler::ScheduleGroup$/,
  /^AWS::ApiGatewayV2::(Stage|DomainName|ApiMapping)$/,
];
const isWithoutCounterpart = (type: string) => withoutCounterpart.some((pattern) => pattern.test(type));

/** Where the resources are to be found on this machine. */
export interface Where {
  region: string;
  sqs: string;
  origin: string;
}

/** The ARN of a local KMS key. */
export const keyArn = (id: string, region: string) => `arn:aws:kms:${region}:${account}:key/${id}`;

/** Resolves a whole template. A resource type that could matter and cannot run here is an error. */
export function resolveTemplate(template: Template, parameters: Record<string, string>, where: Where): Resources {
  for (const [id, { Type }] of Object.entries(template.Resources)) {
    if (Type in kinds || isWithoutCounterpart(Type)) continue;
    throw new Error(`The local runner cannot run ${id}: it does not know ${Type} (infra/local/template/resources.ts).`);
  }
  const names = localNames(template.Resources);
  const nameOf = (id: string): string => {
    const { Type, Properties } = template.Resources[id]!;
    const given = Properties?.[kinds[Type]?.name ?? ''];
    return given === undefined ? names.get(id)! : String(resolver.resolve(given));
  };
  const resolver = createResolver(template, {
    parameters,
    pseudoParameters: {
      'AWS::AccountId': account,
      'AWS::Region': where.region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': 'local',
      'AWS::StackId': `arn:aws:cloudformation:${where.region}:${account}:stack/local/local`,
    },
    attribute: (id, attribute) => {
      const type = template.Resources[id]?.Type ?? '';
      // A role or log group is only ever named, never reached.
      if (isWithoutCounterpart(type)) return nameOf(id);
      const value = kinds[type]?.attributes(nameOf(id), where)[attribute];
      if (value === undefined) throw new Error(`The local runner does not know the attribute ${attribute} of ${id}.`);
      return value;
    },
  });
  const ofType = <Properties>(...types: string[]): Resolved<Properties>[] =>
    Object.entries(template.Resources)
      .filter(([, { Type, Condition }]) => types.includes(Type) && resolver.holds(Condition))
      .map(([id, { Properties }]) => ({
        id,
        name: nameOf(id),
        properties: resolver.resolve(Properties ?? {}) as Properties,
      }));
  const outputs = Object.entries(template.Outputs ?? {})
    .filter(([, { Condition }]) => resolver.holds(Condition))
    .map(([name, { Value }]) => [name, String(resolver.resolve(Value))]);
  return { ofType, outputs: Object.fromEntries(outputs) };
}

function named(service: string, prefix: string) {
  return (name: string, { region }: Where): Record<string, string> => ({
    Ref: name,
    Arn: `arn:aws:${service}:${region}:${account}:${prefix}${name}`,
  });
}

/** A readable name for each resource: its path in the stack, or else its logical id. */
function localNames(resources: Record<string, Resource>): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const [id, { Metadata }] of Object.entries(resources)) {
    const path = String(Metadata?.['aws:cdk:path'] ?? '').replace(/^[^/]*\/|\/Resource$/g, '');
    const readable = path.replace(/[^A-Za-z0-9]+/g, '-');
    const name = readable && readable.length <= 64 && !taken.has(readable) ? readable : id.slice(-64);
    names.set(id, name);
    taken.add(name);
  }
  return names;
}
