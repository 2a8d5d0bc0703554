/** One local stack for all integration tests: they keep apart by using members of their own. */
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startStack } from '../../infra/local/stack.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly stack: {
      readonly origin: string;
      readonly tableName: string;
      readonly environment: Record<string, string>;
      readonly queueUrls: Record<string, string>;
      readonly issuer: string;
      readonly tokens: {
        readonly platform: string;
        /** A member's own: its subject is `ownMember`. */
        readonly member: string;
        /** Another member's own: its subject is `blockingMember`. */
        readonly blockingMember: string;
        /** Of neither scope. */
        readonly stranger: string;
        readonly expired: string;
      };
    };
  }
}

/** The member that the member's token is about. */
export const ownMember = 'own-member';

/** The member of the second such token. */
export const blockingMember = 'blocking-member';

/** Why a function failed, as its log tells. */
function lastErrorOf(dataDir: string, name: string): string {
  const [log] = globSync(join(dataDir, '**', `${name}.log`));
  const lines = log ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
  return lines.findLast((line) => line.includes('"ERROR"'))?.slice(0, 2000) ?? '';
}

export default async function oneStack(project: TestProject) {
  const dataDir = await mkdtemp(join(tmpdir(), 'fediverse-sharing-test-'));
  const stack = await startStack({
    port: 0,
    dataDir,
    privateHosts: '127.0.0.0/8,localhost',
    removalDelaySeconds: 1,
    editDelaySeconds: 0,
    spreadSeconds: 1,
    retryDelaysSeconds: '1,1,1',
    probeDelaysSeconds: '1,1,2',
    lookAfterSeconds: 1,
    // All tests come from one address, and a server of theirs has more people than it would have in a minute.
    limits:
      'failuresPerAddressPerMinute=1000000,fetchesPerDomainPerMinute=100000,fetchesPerMinute=100000,postsPerMemberPerHour=100000',
    // A message that comes back only minutes later looks like one that got lost: say why.
    log: (line) => {
      const [, failing] = /^(\S+) failed/.exec(line) ?? [];
      if (failing || line.includes('does not answer'))
        console.error(line, failing ? lastErrorOf(dataDir, failing) : '');
    },
  }).catch((error) => {
    throw new Error(`The local stack did not start, so no integration test can run: ${error.message}`, {
      cause: error,
    });
  });
  const { origin, tableName, environment, queueUrls, issuer } = stack;
  const [platform, member, blocking, stranger, expired] = await Promise.all([
    stack.token({ scope: 'platform' }),
    stack.token({ sub: ownMember }),
    stack.token({ sub: blockingMember }),
    stack.token({ scope: 'reports', sub: 'reporter' }),
    stack.token({ scope: 'platform', expiresInSeconds: -3600 }),
  ]);
  const tokens = { platform, member, blockingMember: blocking, stranger, expired };
  project.provide('stack', { origin, tableName, environment, queueUrls, issuer, tokens });
  return async () => {
    await stack.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
