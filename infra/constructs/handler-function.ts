import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { alarm } from './alarm.ts';
import { bundle } from './bundle.ts';

export interface HandlerFunctionProps {
  /** Its folder in functions/. */
  readonly folder: string;
  readonly timeout: Duration;
  /** In MB; 1769 is one whole processor. */
  readonly memory?: number;
  /** How many of it run at most; they are kept free for it. Without it, what the account has is shared. */
  readonly concurrency?: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/** A Lambda from functions/ with an alarm on its errors, and a role of its own that so far may only write its own log. */
export class HandlerFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    const { folder, timeout, memory, concurrency, environment } = props;
    const role = new Role(scope, `${id}Role`, {
      description: `What functions/${folder} may do`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(role);
    // Names are looked up in this pool: with the usual four threads, a few servers with dead DNS would hold up all others.
    const threads = { UV_THREADPOOL_SIZE: '64' };
    super(scope, id, {
      code: bundle(folder),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout,
      memorySize: memory ?? 512,
      ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
      role,
      logGroup,
      environment: {
        POWERTOOLS_SERVICE_NAME: folder,
        NODE_OPTIONS: '--enable-source-maps',
        ...threads,
        ...environment,
      },
    });
    alarm(this, 'Errors', {
      metric: this.metricErrors({ period: Duration.minutes(5) }),
      reaches: 1,
      says: `${folder} crashed or ran out of time. Its log tells where: search for "ERROR" and "Task timed out".`,
    });
  }
}
