import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

export interface StorageProps {
  /** Keep everything, even when the stack is deleted. */
  readonly keep: boolean;
}

/** What outlives everything else: the one table, and the key around the members' private keys. */
export class Storage extends Construct {
  readonly table: Table;
  readonly memberKey: Key;

  constructor(scope: Construct, id: string, { keep }: StorageProps) {
    super(scope, id);
    const removalPolicy = keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.AWS_MANAGED,
      deletionProtection: keep,
      removalPolicy,
    });
    this.memberKey = new Key(this, 'MemberKey', {
      description: "Encrypts the data keys that encrypt the members' private keys",
      enableKeyRotation: true,
      removalPolicy,
    });
  }
}
