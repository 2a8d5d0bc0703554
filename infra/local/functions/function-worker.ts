import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { keepToRole } from './role.ts';

/** What the thread of a function is told when it starts. */
export interface SandboxData {
  directory: string;
  handler: string;
  context: { functionName: string; invokedFunctionArn: string; memoryLimitInMB: string; logGroupName: string };
  /** What its role allows. */
  allowed: string[];
  /** Certificate authorities to trust beside the usual ones. */
  trusted: string[];
}
/** One invocation; everything crosses the border as JSON, as it does in Lambda. */
export interface Invocation {
  awsRequestId: string;
  event: string;
  deadline: number;
}
/** What the thread answers: ready once, then one outcome per invocation. */
export type Outcome =
  | { kind: 'ready' }
  | { kind: 'result'; json: string }
  | { kind: 'error'; name: string; message: string };

const { directory, handler, context, allowed, trusted }: SandboxData = workerData;
const answer = (outcome: Outcome) => parentPort?.postMessage(outcome);
// NODE_EXTRA_CA_CERTS of the process counts too, although a function's own environment does not name it.
const usual = [...getCACertificates('default'), ...getCACertificates('extra')];
setDefaultCACertificates([...usual, ...trusted]);

keepToRole(allowed);
enableCompileCache(); // every thread of every start compiles the same bundles
const dot = handler.lastIndexOf('.');
const [file, exported] = [handler.slice(0, dot), handler.slice(dot + 1)];
const candidates = ['mjs', 'js', 'cjs'].map((extension) => join(directory, `${file}.${extension}`));
const found = candidates.find((path) => existsSync(path));
if (!found) throw new Error(`There is no ${candidates.join(' or ')}.`);
const bundle = await import(pathToFileURL(found).href);
const run = bundle[exported] ?? bundle.default?.[exported];
if (typeof run !== 'function') throw new Error(`${found} exports no function "${exported}".`);

parentPort?.on('message', async ({ awsRequestId, event, deadline }: Invocation) => {
  try {
    const result = await run(JSON.parse(event), {
      ...context,
      functionVersion: '$LATEST',
      logStreamName: 'local',
      awsRequestId,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    });
    answer({ kind: 'result', json: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    console.error(error);
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    answer({ kind: 'error', name, message });
  }
});
answer({ kind: 'ready' });
