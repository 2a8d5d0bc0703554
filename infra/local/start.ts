import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { endEarlierStart, forgetEverything, noteStart } from './earlier-start.ts';
import { freePort } from './emulators/free-port.ts';
import type { GuardedProcess } from './emulators/guarded-process.ts';
import { dataDir, readEnvironment } from './machine.ts';
import { startPeer } from './peer.ts';
import { type Stack, startStack } from './stack.ts';

const usage = `npm start [-- OPTIONS]

Runs the whole stack on this machine, and another server of the fediverse beside it. Ctrl-C stops both.

  --fresh     forget everything of earlier starts
  --verbose   show what the functions log
  --help      show this

Environment
  PORT                 where the stack listens (3000); its issuer of tokens takes the next port
  ORIGIN               public address when behind a proxy, e.g. https://share.test (http://localhost:PORT)
  HANDLE_DOMAIN        the part behind the @ of every handle (the origin's host)
  PRIVATE_HOSTS        hosts, host:port or CIDRs, comma-separated, that the functions may reach although private
  SHARE_DELAY_SECONDS  how long a new post waits, 0 to 900 (300)
  PEER_PORT            where the other server listens (PORT + 2)
  DATA_DIR             where the data lies (.local)
  AWS_ENDPOINT_URL_DYNAMODB, _SQS, _SNS, _KMS   use these services instead of the emulators
  NODE_EXTRA_CA_CERTS  certificate authorities to trust`;

/** A faulty command line or environment: answered with the usage. */
class UsageError extends Error {}

async function main(): Promise<void> {
  const { values } = readArguments();
  if (values.help) return console.log(usage);
  const settings = readSettings();
  const { port, privateHosts } = settings;

  const earlier = await endEarlierStart(dataDir);
  if (earlier) console.log(`ended an earlier start of this folder (process ${earlier})`);
  if (!(await freePort(port))) {
    throw new Error(`Port ${port} is taken by another program. End it, or choose another port: PORT=4000 npm start`);
  }
  if (values.fresh) await forgetEverything(dataDir);
  await noteStart(dataDir);
  const peerPort = (await freePort(settings.peerPort)) || (await freePort());
  const peerHosts = `localhost:${peerPort},127.0.0.1:${peerPort}`;
  const stack = await startStack({
    ...settings,
    elsewhere: process.env,
    dataDir,
    privateHosts: privateHosts ? `${privateHosts},${peerHosts}` : peerHosts,
    verbose: values.verbose,
    log: (line) => console.log(line),
  });
  let peer: GuardedProcess | undefined;
  let stopping = false;
  const stop = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    console.log('\nstopping…');
    await peer?.stop();
    await stack.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  console.log('starting the other server…');
  peer = await startPeer(peerPort, stack);
  void peer?.exited.then(() => stopping || console.log('The other server has ended. Ctrl-C ends the rest.'));
  console.log(await describe(stack, peer ? `http://localhost:${peerPort}` : undefined));
}

function readArguments() {
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({ options: { fresh: flag, verbose: flag, help: flag } });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readSettings() {
  try {
    return readEnvironment(process.env);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function describe(stack: Stack, peer: string | undefined): Promise<string> {
  const local = `http://localhost:${stack.port}`;
  const at = stack.origin === local ? local : `${local}, seen as ${stack.origin}`;
  const folder = shown(dataDir);
  return `
The stack runs at ${at}
  by https too, on the same port: the authority of its certificate is ${shown(stack.caFile)}
${peer ? `The other server runs at ${peer}\n` : ''}
A token of the platform, good for ten hours (\`npm run --silent token\` prints another):
${await stack.token()}

Try this in another terminal:
  TOKEN=$(npm run --silent token)
  curl -X PUT ${local}/api/v1/members/m1 -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
    -d '{"username":"alice","displayName":"Alice","bio":"Hello","publicProfile":true,"country":"US","adult":true}'
  curl -X PUT ${local}/api/v1/members/m1/sharing -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
    -d '{"state":"on","consent":{"textVersion":"1"}}'
  curl '${local}/.well-known/webfinger?resource=acct:alice@${stack.environment.HANDLE_DOMAIN ?? `localhost:${stack.port}`}'

Logs are in ${folder}/logs. Ctrl-C stops everything; the data stays in ${folder} until npm start -- --fresh.`;
}

/** A path as one would type it here. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : errorText(error));
  process.exit(1);
}

function errorText(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : { message: String(error) };
  return cause === undefined ? message : `${message}\n${cause}`;
}
