import { type Conditions, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** Rows by key and queries; nobody scans. */
export const readItems = ['dynamodb:GetItem', 'dynamodb:Query'] as const;

/** Writes of rows, alone or as parts of a transaction. */
export const writeItems = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'] as const;

/** Only for signing keys of these owners: the encryption context that storage gives to every call of KMS. */
export const forKeysOf = (...owners: readonly ('instance' | 'member')[]): Conditions => {
  const purposes = { instance: 'fediverse-sharing:instance-key', member: 'fediverse-sharing:member-keys' };
  return { StringEquals: { 'kms:EncryptionContext:purpose': owners.map((owner) => purposes[owner]) } };
};

/** Only rows whose partition key looks like one of these. */
export function onlyPartitions(...keys: readonly string[]): Conditions {
  return {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...keys] },
    // ForAllValues is also true of no value at all.
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}

/** What a function does that verifies signatures: keys of others, found and kept, and how often it may look for them. */
export function allowVerifying(who: IGrantable, tableArn: string, memberKeyArn: string): void {
  allow(who, ['dynamodb:GetItem'], tableArn);
  allow(who, ['dynamodb:Query'], tableArn, onlyPartitions('DOINGS#*', 'POLICIES*'));
  const own = onlyPartitions('REMOTE#*', 'KEY#*', 'ATTEMPT#*', 'LIMIT#*', 'PEER#*');
  allow(who, ['dynamodb:PutItem', 'dynamodb:UpdateItem'], tableArn, own);
  allow(who, ['kms:Decrypt'], memberKeyArn, forKeysOf('instance'));
}

/** Lets a function do these actions on this one resource. */
export function allow(
  who: IGrantable,
  actions: readonly string[],
  resource: string,
  conditions: Conditions = {},
): void {
  who.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: [...actions], resources: [resource], conditions }),
  );
}
