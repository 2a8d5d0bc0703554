/** Operations that decide what other servers may do here, one by one. */
import { secondsAfter } from '#shared/domain/job';
import { nameOf, type ServerPolicy } from '#shared/domain/policy';
import { nameToDecide } from '#shared/protocol/blocklist';
import { canonicalHost } from '#shared/protocol/hosts';
import type { Site } from '#shared/protocol/site';
import { badRequest } from '#shared/runtime/errors';
import { jobKey } from '#shared/storage/jobs';
import type { PolicyRows } from '#shared/storage/policies';
import { blockJob, type JobStarter } from '#shared/transport/jobs';
import { operation } from './operation.ts';
import { pageQuery } from './schemas/common.ts';
import { policiesAnswer, policyAnswer, policyWish, serverName } from './schemas/servers.ts';

interface Deps {
  readonly site: Pick<Site, 'origin' | 'handleDomain'>;
  readonly policies: Pick<PolicyRows, 'find' | 'governing' | 'put' | 'remove' | 'page'>;
  readonly starter: Pick<JobStarter, 'start'>;
  /** What follows from a block begins so long after it: by then everyone knows of it. */
  readonly editDelaySeconds: number;
  readonly now: () => Date;
}

const path = '/api/v1/servers/{host}/policy';
const common = { for: 'platform', variables: { host: serverName } } as const;

/** The name of a server that a decision can be about; says what is wrong with `field` otherwise. */
export function decidable(site: Deps['site'], text: string, field: string): string {
  const found = nameToDecide(site, text);
  if ('host' in found) return found.host;
  throw badRequest('The request is not as it must be.', { errors: [{ field, message: found.reason }] });
}

/** What holds for a server, whoever decided it. */
async function view({ policies }: Pick<Deps, 'policies'>, host: string) {
  const policy = await policies.governing(host);
  return {
    host,
    level: policy?.level ?? 'open',
    decidedFor: policy?.host ?? null,
    category: policy?.category ?? null,
    note: policy?.note ?? null,
    since: policy?.at ?? null,
  };
}

export const getPolicy = (deps: Deps) =>
  operation({
    method: 'GET',
    path,
    id: 'getServerPolicy',
    summary: 'What another server may do here',
    ...common,
    answer: { status: 200, schema: policyAnswer },
    run: async ({ host: text }) => {
      const host = canonicalHost(text);
      if (host !== undefined) return { body: await view(deps, nameOf(host)) };
      const errors = [{ field: 'host', message: 'This is not the name of a server.' }];
      throw badRequest('The request is not as it must be.', { errors });
    },
  });

export const putPolicy = (deps: Deps) =>
  operation({
    method: 'PUT',
    path,
    id: 'putServerPolicy',
    summary:
      'Decide what a server and all below its name may do here. Blocking one ends its follows and asks it to remove what it holds; nothing of that comes back by itself',
    ...common,
    body: policyWish,
    answer: { status: 200, schema: policyAnswer },
    run: async ({ host: text, body: { level, category, note } }) => {
      const { site, policies, starter, editDelaySeconds, now } = deps;
      const host = decidable(site, text, 'host');
      const before = await policies.find(host);
      const time = now();
      const at = time.toISOString();
      const job =
        level === 'blocked' ? blockJob({ kind: 'server', host }, at, secondsAfter(at, editDelaySeconds)) : undefined;
      await policies.put([{ host, level, category, note, at: before?.level === level ? before.at : at }], job);
      if (job) await starter.start(job, jobKey(job), time);
      return { body: await view(deps, host) };
    },
  });

export const deletePolicy = (deps: Deps) =>
  operation({
    method: 'DELETE',
    path,
    id: 'deleteServerPolicy',
    summary: 'Take a decision back: what was decided for a name above holds again, or the server is open',
    ...common,
    answer: { status: 200, schema: policyAnswer },
    run: async ({ host: text }) => {
      const host = decidable(deps.site, text, 'host');
      await deps.policies.remove(host);
      return { body: await view(deps, host) };
    },
  });

const shown = ({ at: since, ...policy }: ServerPolicy) => ({ ...policy, since });

export const listPolicies = (deps: Deps) =>
  operation({
    method: 'GET',
    path: '/api/v1/policies',
    id: 'listPolicies',
    summary: 'All decisions about servers, in a stable order; a page may hold fewer than were asked for',
    for: 'platform',
    query: pageQuery,
    answer: { status: 200, schema: policiesAnswer },
    run: async ({ query }) => {
      const { items, next = null } = await deps.policies.page(query);
      return { body: { items: items.map(shown), next } };
    },
  });
