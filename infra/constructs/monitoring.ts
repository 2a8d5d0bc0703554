import { Aws, Stack } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface MonitoringProps {
  readonly alarmAddress?: string | undefined;
}

/** Every alarm of the stack goes to one topic, and from there by mail. Made last: it takes the alarms that it finds. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, { alarmAddress }: MonitoringProps) {
    super(scope, id);
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    // A topic with a policy of its own no longer lets CloudWatch in by default.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    if (alarmAddress) topic.addSubscription(new EmailSubscription(alarmAddress));

    const notify = new SnsAction(topic);
    for (const found of Stack.of(this).node.findAll()) {
      if (found instanceof Alarm) found.addAlarmAction(notify);
    }
  }
}
