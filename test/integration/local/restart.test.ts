import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CfnParameter, Duration } from 'aws-cdk-lib';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { expireRows } from '../../../infra/local/data/expire-rows.ts';
import { freePort } from '../../../infra/local/emulators/free-port.ts';
import { spawnGuarded } from '../../../infra/local/emulators/guarded-process.ts';
import { readAssembly } from '../../../infra/local/template/assembly.ts';
import { resolveTemplate } from '../../../infra/local/template/resources.ts';
import { kill, processesNaming, type RunningStack, startKillableStack } from './killable-stack.ts';
import { echo, newDirectory, synthesiseSample } from './sample-app.ts';

const dataDir = newDirectory();
const [stuck, seen] = ['stuck', 'seen'].map((name) => join(newDirectory(), name)) as [string, string];
/** Says what it got; hangs as long as the file `stuck` is there. */
const worker = `import { appendFileSync, existsSync } from 'node:fs';
  export const handler = async ({ Records }) => {
    appendFileSync(process.env.SEEN, Records[0].body + ' ');
    if (existsSync(process.env.STUCK)) await new Promise(() => {});
  };`;
const template = synthesiseSample(({ stack, fn, route }) => {
  const issuer = new CfnParameter(stack, 'Issuer', { default: 'https://login.example.com' }).valueAsString;
  route('GET /private', fn('Private', echo), new HttpJwtAuthorizer('Tokens', issuer, { jwtAudience: ['sample'] }));
  new Table(stack, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    timeToLiveAttribute: 'expiresAt',
  });
  new Key(stack, 'Key');
  const queue = new Queue(stack, 'Queue', { visibilityTimeout: Duration.minutes(10) });
  const environment = { STUCK: stuck, SEEN: seen };
  fn('Worker', worker, { timeout: 60, environment }).addEventSource(new SqsEventSource(queue, { batchSize: 1 }));
  new Queue(stack, 'Untouched');
});

const until = (holds: () => boolean) => vi.waitFor(() => expect(holds()).toBe(true), { timeout: 10_000, interval: 20 });

describe('after kill -9 and a start on the same data', () => {
  const clientFor = ({ environment, endpoints }: RunningStack) => {
    const region = environment.AWS_REGION;
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    return {
      dynamodb: new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb }),
      sqs: new SQSClient({ region, credentials, endpoint: endpoints.sqs }),
      kms: new KMSClient({ region, credentials, endpoint: endpoints.kms }),
    };
  };
  const context = { member: 'm1' };
  let first: RunningStack;
  let second: RunningStack;
  const start = (port: number) => startKillableStack({ template, dataDir, port });
  let dataKey: Uint8Array;

  beforeAll(async () => {
    first = await start(0);
    const { dynamodb, sqs, kms } = clientFor(first);
    await dynamodb.send(new PutItemCommand({ TableName: 'Table', Item: { pk: { S: 'kept' } } }));
    const generate = new GenerateDataKeyCommand({ KeyId: 'Key', KeySpec: 'AES_256', EncryptionContext: context });
    dataKey = (await kms.send(generate)).CiphertextBlob!;
    writeFileSync(stuck, '');
    await sqs.send(new SendMessageCommand({ QueueUrl: first.queueUrls.Queue, MessageBody: 'letter' }));
    await until(() => readFileSync(seen, { encoding: 'utf8', flag: 'a+' }) === 'letter ');

    expect(processesNaming(dataDir).length).toBeGreaterThan(2);
    await kill(first, dataDir);
    rmSync(stuck);
    second = await start(first.port);
  });
  afterAll(async () => {
    first?.child.kill('SIGKILL');
    await kill(second, dataDir);
  });

  test('rows are still there', async () => {
    const command = new GetItemCommand({ TableName: 'Table', Key: { pk: { S: 'kept' } } });
    expect((await clientFor(second).dynamodb.send(command)).Item).toEqual({ pk: { S: 'kept' } });
  });

  test('work that was interrupted is done, without waiting for the visibility timeout', async () => {
    await expect.poll(() => readFileSync(seen, 'utf8'), { timeout: 4000 }).toBe('letter letter ');
  });

  test('keys still decrypt', async () => {
    const command = new DecryptCommand({ CiphertextBlob: dataKey, EncryptionContext: context });
    expect((await clientFor(second).kms.send(command)).Plaintext).toHaveLength(32);
  });

  test('tokens are still good', async () => {
    expect(second.issuer).toBe(first.issuer);
    const headers = { authorization: `Bearer ${first.memberToken}` };
    expect((await fetch(`${second.origin}/private`, { headers })).status).toBe(200);
  });

  test('the authority of the certificate is the same', () => {
    expect(second.caFile).toBe(first.caFile);
    expect(readFileSync(second.caFile, 'utf8')).toContain(
      JSON.parse(readFileSync(join(dataDir, 'authority.json'), 'utf8')).cert.trim(),
    );
  });

  test('rows expire', async () => {
    const { dynamodb } = clientFor(second);
    const soon = String(Math.floor(Date.now() / 1000) + 60);
    for (const [pk, expiresAt] of [
      ['old', '1000'],
      ['young', soon],
    ] as const) {
      await dynamodb.send(
        new PutItemCommand({ TableName: 'Table', Item: { pk: { S: pk }, expiresAt: { N: expiresAt } } }),
      );
    }
    const where = { region: 'us-east-1', sqs: second.endpoints.sqs, origin: second.origin };
    await expireRows(dynamodb, resolveTemplate(readAssembly(template).template, { Issuer: 'x' }, where));
    const left = async (pk: string) =>
      (await dynamodb.send(new GetItemCommand({ TableName: 'Table', Key: { pk: { S: pk } } }))).Item;
    expect(await left('old')).toBeUndefined();
    expect(await left('young')).toBeDefined();
    expect(await left('kept')).toBeDefined();
  });
});

describe('a guarded process', () => {
  test('ends when it is stopped', async () => {
    const marker = `guarded-${await freePort()}`;
    const script = 'trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done';
    const child = spawnGuarded('sh', ['-c', script, marker]);
    await once(child.stdout, 'data');
    await child.stop();
    expect(await child.exited).toBe(7);
    await expect.poll(() => processesNaming(marker)).toEqual([]);
  });

  test('takes its guard with it when it ends by itself', async () => {
    const marker = `guarded-${await freePort()}`;
    const child = spawnGuarded('sh', ['-c', 'exit 5', marker]);
    expect(await child.exited).toBe(5);
    await expect.poll(() => processesNaming(marker)).toEqual([]);
  });
});
