import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this project. */
export const projectDir = fileURLToPath(new URL('../../', import.meta.url));

/** Where `npm start` keeps its data. */
export const dataDir = process.env.DATA_DIR ?? join(projectDir, '.local');

/** What the environment says about how to start. Throws, in plain words, when it makes no sense. */
export function readEnvironment(env: NodeJS.ProcessEnv) {
  const port = wholeNumber('PORT', env.PORT ?? '3000', 1, 65_535);
  if (env.ORIGIN && !/^https?:\/\/[^/?#]+\/?$/.test(env.ORIGIN)) {
    throw new Error(`ORIGIN must be an address without a path, like https://share.test, not "${env.ORIGIN}".`);
  }
  return {
    port,
    peerPort: wholeNumber('PEER_PORT', env.PEER_PORT ?? String(Math.min(port + 2, 65_535)), 1, 65_535),
    origin: env.ORIGIN || undefined,
    handleDomain: env.HANDLE_DOMAIN || undefined,
    privateHosts: env.PRIVATE_HOSTS || undefined,
    shareDelaySeconds: env.SHARE_DELAY_SECONDS
      ? wholeNumber('SHARE_DELAY_SECONDS', env.SHARE_DELAY_SECONDS, 0, 900)
      : undefined,
  };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${name} must be a whole number from ${least} to ${most}, not "${text}".`);
}
