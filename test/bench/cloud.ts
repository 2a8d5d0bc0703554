/** The emulators alone, with the table, queues and topics of the template and no functions: the bench runs those itself. */
import { join } from 'node:path';
import { tables } from '#shared/storage/table';
import { provision } from '../../infra/local/data/provision.ts';
import { startEmulators } from '../../infra/local/emulators/emulators.ts';
import type { Assembly } from '../../infra/local/template/assembly.ts';
import { chooseParameters } from '../../infra/local/template/parameters.ts';
import { account, keyArn, resolveTemplate } from '../../infra/local/template/resources.ts';
import { type CloudAddress, clientsOf, region } from './cloud-address.ts';

/** Starts the emulators and makes what the template says. */
export async function startCloud(directory: string, { template }: Assembly) {
  const masterKey = keyArn('bench', region);
  const emulators = await startEmulators(join(directory, 'emulators'), region, () => [masterKey]);
  try {
    const { endpoints } = emulators;
    const origin = 'https://share.example';
    const machine = { Origin: origin, HandleDomain: 'example.com', Issuer: origin };
    const resources = resolveTemplate(template, chooseParameters(template, {}, machine), {
      region,
      sqs: endpoints.sqs,
      origin,
    });
    const queues = resources.ofType('AWS::SQS::Queue').map(({ name }) => {
      const short = /-([A-Za-z]+)-Queue$/.exec(name)?.[1] ?? name;
      return [short, `${endpoints.sqs}/${account}/${name}`] as const;
    });
    const topic = resources.ofType('AWS::SNS::Topic').find(({ name }) => name.includes('Interactions'))!;
    const address: CloudAddress = {
      tableName: resources.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable')[0]!.name,
      endpoints,
      queueUrls: Object.fromEntries(queues),
      topicArn: `arn:aws:sns:${region}:${account}:${topic.name}`,
      masterKey,
    };
    const clients = clientsOf(address);
    await provision(resources, clients);
    return {
      address,
      tables: tables(address.tableName, clients.dynamodb),
      kms: clients.kms,
      stop: async () => {
        for (const client of Object.values(clients)) client.destroy();
        await emulators.stop();
      },
    };
  } catch (error) {
    await emulators.stop();
    throw error;
  }
}

/** Emulators at work. */
export type Cloud = Awaited<ReturnType<typeof startCloud>>;
