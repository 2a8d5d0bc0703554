import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { expireRows } from './data/expire-rows.ts';
import { provision } from './data/provision.ts';
import { type Endpoints, startEmulators } from './emulators/emulators.ts';
import { type AwsVariables, chooseRegion, environmentFor } from './emulators/environment.ts';
import { deployFunctions } from './functions/deploy-functions.ts';
import { openLogs } from './functions/logs.ts';
import { startTriggers } from './functions/triggers.ts';
import { certificateFor } from './gateway/certificates.ts';
import { openGateway } from './gateway/gateway.ts';
import { startIssuer, type TokenClaims } from './gateway/issuer.ts';
import { audienceOf, routesOf } from './gateway/site.ts';
import { readAssembly } from './template/assembly.ts';
import { chooseParameters } from './template/parameters.ts';
import { account, keyArn, type Resources, resolveTemplate } from './template/resources.ts';
import { synthesise } from './template/synthesise.ts';

/** How a local stack is to run. What is left out stays as the template says. */
export interface StackOptions {
  /** 0 takes any free port. */
  port: number;
  /** Everything that is to outlive the process lies here. */
  dataDir: string;
  /** Default: http://localhost:PORT. */
  origin?: string;
  /** Default: the origin's host. */
  handleDomain?: string;
  /** Comma-separated hosts, host:port or CIDRs that the functions may reach although they are private. */
  privateHosts?: string;
  shareDelaySeconds?: number;
  removalDelaySeconds?: number;
  editDelaySeconds?: number;
  spreadSeconds?: number;
  /** For example `60,300,900`. */
  retryDelaysSeconds?: string;
  /** For example `300,900,1800`. */
  probeDelaysSeconds?: string;
  drainPerSecond?: number;
  removalsPerSecond?: number;
  lookAfterSeconds?: number;
  receiptDays?: number;
  /** For example `fetchesPerMinute=5,postsPerServerPerMinute=10`. */
  limits?: string;
  authorisedFetch?: boolean;
  publicBlocklist?: boolean;
  /** Names services to use instead of the emulators. Default: none, whatever this process's own environment says. */
  elsewhere?: AwsVariables;
  /** A synthesised directory to run instead of this project's own stage `local`. */
  template?: string;
  /** Threads per function. Default 2. */
  concurrency?: number;
  /** Copies the functions' own output to stderr, beside their log files. */
  verbose?: boolean;
  log?: (line: string) => void;
}

/** A running local stack. */
export interface Stack {
  origin: string;
  port: number;
  issuer: string;
  audience: string;
  tableName: string;
  /** By logical id and by local name. */
  queueUrls: Record<string, string>;
  /** The template's outputs. */
  outputs: Record<string, string>;
  endpoints: Endpoints;
  /** Region, credentials and endpoints for an SDK client, and the functions' own variables. */
  environment: Record<string, string>;
  /** For NODE_EXTRA_CA_CERTS of a process that is to trust this stack's https. */
  caFile: string;
  /** One log per function, and one of the gateway. */
  logDirectory: string;
  token(claims?: TokenClaims): Promise<string>;
  /** Calls a function, by local name or ARN, as Lambda would. */
  invoke(functionName: string, event: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

const expiryIntervalMilliseconds = 5 * 60 * 1000;

/** Runs the synthesised template on this machine and answers when it is ready for requests. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { elsewhere = {}, concurrency = 2, verbose = false, log = () => undefined } = options;
  const dataDir = resolve(options.dataDir);
  const logDirectory = join(dataDir, 'logs');
  const region = chooseRegion(elsewhere);
  const cleanUps: (() => unknown)[] = [];
  const stop = async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  };
  try {
    await mkdir(logDirectory, { recursive: true });
    const logs = openLogs(logDirectory, verbose);
    cleanUps.push(logs.close);
    const gateway = await openGateway(options.port);
    cleanUps.push(gateway.stop);
    const issuer = await startIssuer(dataDir, options.port && options.port + 1);
    cleanUps.push(issuer.stop);

    const assembly = readAssembly(options.template ?? (await synthesise(log)));
    const origin = new URL(options.origin ?? `http://localhost:${gateway.port}`);
    const handleDomain = options.handleDomain ?? origin.host;
    const parameters = chooseParameters(assembly.template, options, {
      Origin: origin.origin,
      HandleDomain: handleDomain,
      Issuer: issuer.url,
    });

    log('starting the emulators…');
    const keyArns: string[] = [];
    const emulators = await startEmulators(dataDir, region, () => keyArns, elsewhere);
    cleanUps.push(emulators.stop);
    const { endpoints } = emulators;
    const where = { region, sqs: endpoints.sqs, origin: origin.origin };
    const resources = resolveTemplate(assembly.template, parameters, where);
    keyArns.push(...resources.ofType('AWS::KMS::Key').map(({ name }) => keyArn(name, region)));

    const environment = environmentFor(region, emulators, elsewhere);
    const clients = connect(environment);
    cleanUps.push(() => Object.values(clients).forEach((client) => void client.destroy()));
    await provision(resources, clients);
    const expire = () => expireRows(clients.dynamodb, resources).catch((error) => log(`Rows do not expire: ${error}`));
    const expiry = setInterval(expire, expiryIntervalMilliseconds);
    cleanUps.push(() => clearInterval(expiry));

    const certificate = await certificateFor(dataDir, [origin.hostname, new URL(`https://${handleDomain}`).hostname]);
    const trusted = [certificate.authority];
    const deployment = { region, environment, trusted, concurrency, openLog: logs.open };
    const functions = deployFunctions(resources, assembly, deployment);
    cleanUps.push(functions.stop);
    const queues = { sqs: clients.sqs, endpoint: endpoints.sqs, ours: emulators.embedded('sqs') };
    const triggers = await startTriggers({ resources, functions, queues, region, log });
    cleanUps.push(triggers.stop);

    const audience = audienceOf(resources);
    const token = await issuer.serve(audience);
    const accessLog = logs.open('gateway');
    gateway.serve({
      ...certificate,
      route: routesOf(resources, functions),
      domainName: origin.hostname,
      log: (line) => accessLog.write(`${new Date().toISOString()} ${line}\n`),
    });
    // Once more, to be the first to end.
    cleanUps.push(gateway.stop);
    return {
      origin: origin.origin,
      port: gateway.port,
      issuer: issuer.url,
      audience,
      ...addressesOf(resources, endpoints),
      endpoints,
      environment: { ...functions.variables, ...environment },
      caFile: certificate.caFile,
      logDirectory,
      token,
      invoke: (name, event) => functions.find(name).invoke(event),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function connect(environment: Record<string, string>) {
  const { AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL_SNS, AWS_REGION: region } = environment;
  const credentials = {
    accessKeyId: environment.AWS_ACCESS_KEY_ID!,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY!,
    sessionToken: environment.AWS_SESSION_TOKEN,
  };
  return {
    dynamodb: new DynamoDBClient({ region, credentials, endpoint: AWS_ENDPOINT_URL_DYNAMODB }),
    sqs: new SQSClient({ region, credentials, endpoint: AWS_ENDPOINT_URL_SQS }),
    sns: new SNSClient({ region, credentials, endpoint: AWS_ENDPOINT_URL_SNS }),
  };
}

function addressesOf(resources: Resources, endpoints: Endpoints) {
  const [table] = resources.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable');
  const queueUrls = resources.ofType('AWS::SQS::Queue').flatMap(({ id, name }) => {
    const url = `${endpoints.sqs}/${account}/${name}`;
    return [
      [id, url],
      [name, url],
    ] as const;
  });
  return { tableName: table?.name ?? '', queueUrls: Object.fromEntries(queueUrls), outputs: resources.outputs };
}
