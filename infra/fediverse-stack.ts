import { CfnOutput, Stack, Tags, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Delivery } from './constructs/delivery.ts';
import { Gateway } from './constructs/gateway.ts';
import { Keys } from './constructs/keys.ts';
import { Monitoring } from './constructs/monitoring.ts';
import { Publishing } from './constructs/publishing.ts';
import { Reading } from './constructs/reading.ts';
import { Receiving } from './constructs/receiving.ts';
import { Removal } from './constructs/removal.ts';
import { stageEnvironment, valueIn } from './constructs/stage-environment.ts';
import { Storage } from './constructs/storage.ts';
import { Sweeping } from './constructs/sweeping.ts';
import type { Settings } from './settings.ts';

/** All of one stage: what everything stands on, then the constructs in the order of the data flow. */
export class FediverseStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings) {
    const { stage, origin, certificateArn, oidc, alarmAddress, local } = settings;
    const keep = local === undefined;
    super(scope, id, { description: `Fediverse sharing, stage ${stage}`, terminationProtection: keep });
    Tags.of(this).add('stage', stage);

    const value = valueIn(this, settings);
    const storage = new Storage(this, 'Storage', { keep });
    const gateway = new Gateway(this, 'Gateway', {
      issuer: value('Issuer', oidc.issuer),
      audience: oidc.audience,
      ...(origin && certificateArn && { domain: { host: new URL(origin).host, certificateArn } }),
    });
    const tell = stageEnvironment(settings, gateway.endpoint, value);
    const surroundings = { storage, gateway, tell };

    const maySign = settings.authorisedFetch || settings.local !== undefined; // a parameter turns it on locally
    new Reading(this, 'Reading', { surroundings, authorisedFetch: maySign });
    const concurrency = settings.inboxConcurrency;
    const receiving = new Receiving(this, 'Receiving', { surroundings, concurrency });
    const { inbox, receive, received, counted, count, interactions } = receiving;
    const { platform, outbox, fanOut } = new Publishing(this, 'Publishing', surroundings);
    const { deliver, probe, deliveries, stragglers, probes } = new Delivery(this, 'Delivery', surroundings);
    const { keys } = new Keys(this, 'Keys', surroundings);
    const { removals, remove, slices, ask } = new Removal(this, 'Removal', surroundings);
    const { sweep } = new Sweeping(this, 'Sweeping', surroundings);

    // Functions never call each other. These are all the ways between them.
    received.acceptFrom(inbox);
    counted.acceptFrom(inbox);
    outbox.acceptFrom(platform, fanOut, remove, sweep);
    deliveries.acceptFrom(fanOut, count, receive, remove, platform);
    stragglers.acceptFrom(deliver);
    probes.acceptFrom(sweep, probe);
    keys.acceptFrom(platform, sweep);
    removals.acceptFrom(platform, remove, ask, sweep);
    slices.acceptFrom(platform, remove, ask, sweep);

    receiving.announceFor(receive, count, platform, remove);

    new Monitoring(this, 'Monitoring', { alarmAddress });

    const output = (name: string, what: string) => new CfnOutput(this, name, { value: what });
    output('PublicOrigin', tell('ORIGIN').ORIGIN!);
    output('ApiEndpoint', gateway.endpoint);
    if (gateway.domainName) output('CustomDomainTarget', gateway.domainName.regionalDomainName);
    output('TableName', storage.table.tableName);
    output('InteractionsTopicArn', interactions.topicArn);
    for (const queue of [received, counted, outbox, deliveries, stragglers, probes, keys, removals, slices]) {
      output(`${queue.node.id}DeadLettersUrl`, queue.deadLetters.queueUrl);
    }

    if (keep && /\bexample\.com$/.test(origin ?? oidc.issuer)) {
      Validations.of(this).addWarning(
        'ExampleValues',
        `infra/settings.ts still holds example values for ${stage}: edit them before you deploy.`,
      );
    }
  }
}
