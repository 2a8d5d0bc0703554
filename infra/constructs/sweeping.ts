import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { HandlerFunction } from './handler-function.ts';
import { allow, readItems, writeItems } from './permissions.ts';
import type { Surroundings } from './surroundings.ts';

/** Once a minute: sends again what is due and was never finished, and closes inboxes without followers. */
export class Sweeping extends Construct {
  readonly sweep: HandlerFunction;

  constructor(scope: Construct, id: string, { storage: { table } }: Surroundings) {
    super(scope, id);
    this.sweep = new HandlerFunction(this, 'Sweep', {
      folder: 'sweep',
      timeout: Duration.seconds(50),
      environment: { TABLE_NAME: table.tableName },
    });
    allow(this.sweep, [...readItems, ...writeItems], table.tableArn);
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(this.sweep)],
    });
    // Nothing else would tell: without the sweep what was lost on the way stays lost.
    new Alarm(this, 'Silent', {
      metric: this.sweep.metricInvocations({ period: Duration.minutes(10) }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription:
        'sweep has not run for ten minutes. Is its schedule disabled, or the account out of concurrency?',
    });
  }
}
