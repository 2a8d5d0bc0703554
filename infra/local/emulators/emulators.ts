import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startDynoxide } from './dynoxide.ts';
import type { AwsVariables } from './environment.ts';
import { startFauxqs } from './fauxqs.ts';
import { startKms } from './kms.ts';

/** Something that stands in for a service of AWS. */
export interface Emulator {
  endpoint: string;
  stop(): Promise<void>;
}

/** Where each service of AWS answers. */
export interface Endpoints {
  dynamodb: string;
  sqs: string;
  sns: string;
  kms: string;
}

/** The stand-ins for DynamoDB, SQS, SNS and KMS, with their data under `dataDir`. */
export interface Emulators {
  endpoints: Endpoints;
  /** True for a service that this process runs itself. */
  embedded(service: keyof Endpoints): boolean;
  stop(): Promise<void>;
}

/** Starts what no `AWS_ENDPOINT_URL_…` of `elsewhere` already names. */
export async function startEmulators(
  dataDir: string,
  region: string,
  keyArns: () => string[],
  elsewhere: AwsVariables = {},
): Promise<Emulators> {
  await mkdir(dataDir, { recursive: true });
  const given = {
    dynamodb: elsewhere.AWS_ENDPOINT_URL_DYNAMODB,
    sqs: elsewhere.AWS_ENDPOINT_URL_SQS,
    sns: elsewhere.AWS_ENDPOINT_URL_SNS,
    kms: elsewhere.AWS_ENDPOINT_URL_KMS,
  };
  if (Boolean(given.sqs) !== Boolean(given.sns)) {
    throw new Error('Set AWS_ENDPOINT_URL_SQS and AWS_ENDPOINT_URL_SNS together: topics deliver to queues.');
  }
  const running: Emulator[] = [];
  const stop = async () => {
    await Promise.all(running.map((emulator) => emulator.stop()));
  };
  const endpoint = async (address: string | undefined, start: () => Promise<Emulator>) => {
    if (address) return address.replace(/\/$/, '');
    const emulator = await start();
    running.push(emulator);
    return emulator.endpoint;
  };
  try {
    const dynamodb = await endpoint(given.dynamodb, () => startDynoxide(dataDir));
    const sqs = await endpoint(given.sqs, () => startFauxqs(join(dataDir, 'queues'), region));
    const kms = await endpoint(given.kms, () => startKms(dataDir, keyArns));
    const sns = given.sns?.replace(/\/$/, '') ?? sqs;
    return { endpoints: { dynamodb, sqs, sns, kms }, embedded: (service) => !given[service], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
