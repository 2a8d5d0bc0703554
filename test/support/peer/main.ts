/**
 * A small fediverse server of its own, for the demo and the tests. Its pages are at / and its control API is described in
 * api.ts. From the environment:
 *
 *   PEER_PORT            default 3002; 0 takes any free port
 *   PEER_DATA_DIR        keeps keys and posts there; in memory without it
 *   PEER_USERS           the people here, comma-separated; default fern
 *   PEER_ORIGIN          public origin, default http://localhost:PORT
 *   PEER_TLS_CERT, PEER_TLS_KEY  PEM files: the port then answers https as well
 *   PEER_FIRST_KNOCK     rfc9421 (default) or cavage: the signature tried first
 *   PEER_LOG=debug       prints what Fedify does
 *   PEER_STAYS_WITH_PARENT=1     ends when standard input ends
 *   NODE_EXTRA_CA_CERTS  CA of the servers that it talks to
 */
import { reason } from './problem.ts';
import { startServer } from './server.ts';

const environment = process.env;

if (environment.PEER_LOG === 'debug') {
  const { configure, getConsoleSink } = await import('@logtape/logtape');
  await configure({
    sinks: { console: getConsoleSink() },
    loggers: [{ category: 'fedify', lowestLevel: 'debug', sinks: ['console'] }],
  });
}

try {
  const { PEER_TLS_CERT: cert, PEER_TLS_KEY: key } = environment;
  const server = await startServer({
    port: Number(environment.PEER_PORT || 3002),
    dataDir: environment.PEER_DATA_DIR || undefined,
    users: (environment.PEER_USERS || 'fern').split(',').map((name) => name.trim()),
    origin: environment.PEER_ORIGIN || undefined,
    tls: cert && key ? { cert, key } : undefined,
    firstKnock: environment.PEER_FIRST_KNOCK === 'cavage' ? 'cavage' : 'rfc9421',
  });

  const end = (): void => void server.close().then(() => process.exit(0));
  process.on('SIGTERM', end).on('SIGINT', end);
  if (environment.PEER_STAYS_WITH_PARENT) process.stdin.on('end', end).on('error', end).resume();
  console.log(`The other server is ready: ${server.origin} (port ${server.port})`);
} catch (error) {
  console.error(`The other server cannot start: ${reason(error)}`);
  process.exit(1);
}
