import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HandlerFunction } from './handler-function.ts';
import { allow, allowVerifying, readItems } from './permissions.ts';
import type { Surroundings } from './surroundings.ts';

export interface ReadingProps {
  readonly surroundings: Surroundings;
  /** Who reads has to sign: their keys are looked for and kept. */
  readonly authorisedFetch: boolean;
}

/** Every public document: read only, but for the keys of who has to sign. */
export class Reading extends Construct {
  readonly read: HandlerFunction;

  constructor(scope: Construct, id: string, { surroundings, authorisedFetch }: ReadingProps) {
    super(scope, id);
    const { gateway, storage, tell } = surroundings;
    const { table, memberKey } = storage;
    this.read = new HandlerFunction(this, 'Read', {
      folder: 'read',
      timeout: Duration.seconds(10),
      environment: {
        TABLE_NAME: table.tableName,
        ...tell('ORIGIN', 'HANDLE_DOMAIN', 'MEMBER_PAGE', 'POST_PAGE'),
        ...tell('LIMITS', 'AUTHORISED_FETCH', 'PUBLIC_BLOCKLIST', 'PRIVATE_HOSTS'),
      },
    });
    allow(this.read, readItems, table.tableArn);
    if (authorisedFetch) allowVerifying(this.read, table.tableArn, memberKey.keyArn);
    gateway.open(
      this.read,
      'Public documents of the fediverse: every server and reader gets them without a token.',
      'GET /',
      'HEAD /',
      'GET /{proxy+}',
      'HEAD /{proxy+}',
      'GET /api/v1/blocked-servers',
      'HEAD /api/v1/blocked-servers',
    );
  }
}
