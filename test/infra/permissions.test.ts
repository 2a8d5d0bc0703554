import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deployed, propertiesOf, target, templateOf } from './synthesise.ts';

const read = ['GetItem', 'Query'];
const readAndWrite = [...read, 'PutItem', 'UpdateItem', 'DeleteItem'];
const empty = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];
const send = ['SendMessage'];

/** What it takes to verify a signature: what is known of others, and the row of the one key that signs our fetches. */
const verifying = {
  table: ['GetItem'],
  'table, only partitions DOINGS#* POLICIES*': ['Query'],
  'table, only partitions ATTEMPT#* KEY#* LIMIT#* PEER#* REMOTE#*': ['PutItem', 'UpdateItem'],
  'memberKey, only for instance': ['Decrypt'],
};

/** Everything that the functions may do: actions by resource, with the condition behind the resource. */
const may: Record<string, Record<string, readonly string[]>> = {
  read: { table: read },
  inbox: {
    received: send,
    counted: send,
    ...verifying,
  },
  receive: {
    received: empty,
    deliveries: send,
    table: readAndWrite,
    'memberKey, only for instance': ['Decrypt'],
    interactions: ['Publish'],
  },
  count: {
    counted: empty,
    deliveries: send,
    table: [...readAndWrite, 'BatchGetItem'],
    'memberKey, only for instance': ['Decrypt'],
    interactions: ['Publish'],
  },
  platform: {
    outbox: send,
    deliveries: send,
    keys: send,
    removals: send,
    slices: send,
    table: [...readAndWrite, 'BatchGetItem'],
    'memberKey, only for instance': ['Decrypt'],
    interactions: ['Publish'],
  },
  'fan-out': {
    outbox: [...empty, ...send],
    deliveries: send,
    table: [...readAndWrite, 'ConditionCheckItem'],
  },
  deliver: {
    deliveries: empty,
    stragglers: [...empty, ...send],
    table: readAndWrite,
    'memberKey, only for members': ['Decrypt'],
  },
  probe: { probes: [...empty, ...send], table: readAndWrite, 'memberKey, only for members': ['Decrypt'] },
  'generate-keys': {
    keys: empty,
    table: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
    'memberKey, only for instance, members': ['GenerateDataKey', 'Decrypt'],
  },
  remove: {
    removals: [...empty, ...send],
    slices: send,
    deliveries: send,
    outbox: send,
    table: readAndWrite,
    interactions: ['Publish'],
  },
  ask: {
    slices: [...empty, ...send],
    removals: send,
    table: readAndWrite,
    'memberKey, only for members': ['Decrypt'],
  },
  sweep: { outbox: send, probes: send, keys: send, removals: send, slices: send, table: readAndWrite },
};

const names: Record<string, string> = {
  StorageTable: 'table',
  StorageMemberKey: 'memberKey',
  ReceivingInteractions: 'interactions',
  ReceivingReceivedQueue: 'received',
  ReceivingCountedQueue: 'counted',
  PublishingOutboxQueue: 'outbox',
  DeliveryDeliveriesQueue: 'deliveries',
  DeliveryStragglersQueue: 'stragglers',
  DeliveryProbesQueue: 'probes',
  KeysQueue: 'keys',
  RemovalRemovalsQueue: 'removals',
  RemovalSlicesQueue: 'slices',
};

const purposes = { instance: 'fediverse-sharing:instance-key', members: 'fediverse-sharing:member-keys' };

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}
interface Policy {
  readonly Roles: unknown[];
  readonly PolicyDocument: { readonly Statement: Statement[] };
}
interface Role {
  readonly AssumeRolePolicyDocument: unknown;
  readonly ManagedPolicyArns?: unknown;
  readonly Policies?: unknown;
}
interface LambdaFunction {
  readonly Role: unknown;
  readonly LoggingConfig: { readonly LogGroup: unknown };
  readonly Environment: { readonly Variables: Record<string, unknown> };
}

const template = templateOf(deployed);
const policies = Object.values(propertiesOf<Policy>(template, 'AWS::IAM::Policy'));
const functions = Object.values(propertiesOf<LambdaFunction>(template, 'AWS::Lambda::Function'));
const folderOf = (handler: LambdaFunction) => String(handler.Environment.Variables.POWERTOOLS_SERVICE_NAME);

test('every function is in the table', () => {
  expect(functions.map(folderOf).sort()).toEqual(Object.keys(may).sort());
});

test('every function has a role of its own, for Lambda only, without a policy made elsewhere', () => {
  const roles = propertiesOf<Role>(template, 'AWS::IAM::Role');
  expect(functions.map((handler) => target(handler.Role)).sort()).toEqual(Object.keys(roles).sort());
  for (const role of Object.values(roles)) {
    expect(role.ManagedPolicyArns ?? role.Policies).toBeUndefined();
    expect(role.AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }],
    });
  }
});

test.each(functions.map((handler) => [folderOf(handler), handler] as const))(
  '%s may do what the table says and write its own log, nothing else',
  (folder, handler) => {
    const log = target(handler.LoggingConfig.LogGroup)!;
    const expected = { ...may[folder], [log]: ['CreateLogStream', 'PutLogEvents'] };
    const sorted = Object.entries(expected).map(([resource, actions]) => [resource, [...actions].sort()]);
    expect(grantsOf(target(handler.Role)!)).toEqual(Object.fromEntries(sorted));
  },
);

test('read may verify signatures where readers have to sign, and only there', () => {
  const signed = templateOf({ ...deployed, authorisedFetch: true });
  const grants = Object.values(propertiesOf<Policy>(signed, 'AWS::IAM::Policy'));
  expect(grantsOf('ReadingReadRole', grants)).toEqual({
    ...verifying,
    table: read,
    ReadingReadLogs: ['CreateLogStream', 'PutLogEvents'],
  });
});

test('the purposes that the key is good for are those that storage tells KMS', () => {
  const storage = readFileSync(new URL('../../shared/storage/signing-keys.ts', import.meta.url), 'utf8');
  for (const [owner, purpose] of Object.entries(purposes)) expect(storage).toContain(`${owner}: '${purpose}'`);
});

/** What the policies of a role allow: sorted actions by resource and condition. */
function grantsOf(role: string, given = policies): Record<string, string[]> {
  const grants: Record<string, string[]> = {};
  const statements = given
    .filter(({ Roles }) => Roles.some((one) => target(one) === role))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  for (const { Effect, Action, Resource, Condition } of statements) {
    expect(Effect).toBe('Allow');
    for (const resource of [Resource].flat()) {
      const id = target(resource);
      const key = `${(id && names[id]) ?? id ?? JSON.stringify(resource)}${inWords(Condition)}`;
      grants[key] = [...(grants[key] ?? []), ...[Action].flat().map((action) => action.split(':')[1]!)].sort();
    }
  }
  return grants;
}

function inWords(condition: Statement['Condition']): string {
  if (!condition) return '';
  const { Null: missing, 'ForAllValues:StringLike': like, StringEquals: equal, ...others } = condition;
  expect(others).toEqual({});
  if (equal) {
    expect(Object.keys(equal)).toEqual(['kms:EncryptionContext:purpose']);
    const allowed = [equal['kms:EncryptionContext:purpose']].flat();
    const owners = Object.entries(purposes).filter(([, purpose]) => allowed.includes(purpose));
    expect(owners).toHaveLength(allowed.length);
    return `, only for ${owners.map(([owner]) => owner).join(', ')}`;
  }
  expect(missing).toEqual({ 'dynamodb:LeadingKeys': 'false' });
  return `, only partitions ${[like?.['dynamodb:LeadingKeys']].flat().sort().join(' ')}`;
}
