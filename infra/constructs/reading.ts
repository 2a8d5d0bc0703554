import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HandlerFunction } from './handler-function.ts';
import { allow, readItems } from './permissions.ts';
import type { Surroundings } from './surroundings.ts';

/** Every public document: read only. */
export class Reading extends Construct {
  readonly read: HandlerFunction;

  constructor(scope: Construct, id: string, { gateway, storage: { table }, tell }: Surroundings) {
    super(scope, id);
    this.read = new HandlerFunction(this, 'Read', {
      folder: 'read',
      timeout: Duration.seconds(10),
      environment: {
        TABLE_NAME: table.tableName,
        ...tell('ORIGIN', 'HANDLE_DOMAIN', 'MEMBER_PAGE', 'POST_PAGE'),
      },
    });
    allow(this.read, readItems, table.tableArn);
    gateway.open(
      this.read,
      'Public documents of the fediverse: every server and reader gets them without a token.',
      'GET /',
      'HEAD /',
      'GET /{proxy+}',
      'HEAD /{proxy+}',
    );
  }
}
