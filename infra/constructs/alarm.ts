import { Alarm, ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

export interface AlarmProps {
  readonly metric: Metric;
  /** The lowest value that is alarming. */
  readonly reaches: number;
  /** What has happened, and what to do about it: this is the text of the mail. */
  readonly says: string;
}

/** An alarm that goes off as soon as a metric reaches a value; no data is good news. */
export function alarm(scope: Construct, id: string, { metric, reaches, says }: AlarmProps): Alarm {
  return new Alarm(scope, id, {
    metric,
    threshold: reaches,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: says,
  });
}
