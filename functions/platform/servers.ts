/** Operations on other servers: how one is doing, and a probe ahead of time. */

import { nameOf } from '#shared/domain/policy';
import { hurried, type Server } from '#shared/domain/server';
import type { ParkedActivities } from '#shared/storage/parked';
import type { PolicyRows } from '#shared/storage/policies';
import type { Servers } from '#shared/storage/servers';
import { operation } from './operation.ts';
import { serverAnswer, serverHost } from './schemas/servers.ts';

interface Deps {
  readonly servers: Pick<Servers, 'find' | 'change' | 'lastSuccess'>;
  readonly parked: Pick<ParkedActivities, 'count'>;
  readonly policies: Pick<PolicyRows, 'governing'>;
  readonly now: () => Date;
}

const path = '/api/v1/servers/{host}';
const common = { for: 'platform', variables: { host: serverHost } } as const;
const states = { counting: 'failing', open: 'out', trial: 'recovering' } as const;

async function view({ servers, parked, policies }: Deps, { host, breaker, scheme = 'cavage' }: Server) {
  const [waiting, lastSuccessAt, policy] = await Promise.all([
    parked.count(host),
    servers.lastSuccess(host),
    policies.governing(nameOf(host)),
  ]);
  return {
    host,
    state: breaker ? states[breaker.state] : ('well' as const),
    failingSince: breaker?.since ?? null,
    fruitlessProbes: breaker?.probes ?? 0,
    nextProbeAt: breaker?.probeAt ?? null,
    parked: waiting,
    lastSuccessAt: lastSuccessAt ?? null,
    signatures: scheme,
    level: policy?.level ?? ('open' as const),
  };
}

export const getServer = (deps: Deps) =>
  operation({
    method: 'GET',
    path,
    id: 'getServer',
    summary: 'How another server is doing, and how much waits for it',
    ...common,
    answer: { status: 200, schema: serverAnswer },
    run: async ({ host }) => ({ body: await view(deps, await deps.servers.find(host)) }),
  });

export const probeServer = (deps: Deps) =>
  operation({
    method: 'POST',
    path: `${path}/probe`,
    id: 'probeServer',
    summary:
      'Try what waits for a server within a minute instead of at its next probe; nothing changes for one that is well',
    ...common,
    answer: { status: 202, schema: serverAnswer },
    run: async ({ host }) => {
      const { after } = await deps.servers.change(host, (server) => hurried(server, deps.now(), { always: true }));
      return { body: await view(deps, after) };
    },
  });
