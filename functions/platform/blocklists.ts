/** Operations that take over and give away lists of blocked servers, in Mastodon's format. */
import { secondsAfter } from '#shared/domain/job';
import { isStricter, type ServerPolicy } from '#shared/domain/policy';
import { type ListedServer, readBlocklist, type SkippedLine, writeBlocklist } from '#shared/protocol/blocklist';
import type { Site } from '#shared/protocol/site';
import { HttpProblem } from '#shared/runtime/errors';
import { jobKey } from '#shared/storage/jobs';
import type { PolicyRows } from '#shared/storage/policies';
import { blockJob, type JobStarter } from '#shared/transport/jobs';
import { operation } from './operation.ts';
import { blocklist, importAnswer } from './schemas/servers.ts';

interface Deps {
  readonly site: Pick<Site, 'origin' | 'handleDomain'>;
  readonly policies: Pick<PolicyRows, 'all' | 'put'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly editDelaySeconds: number;
  readonly now: () => Date;
}

const mostLines = 20_000;

export const importPolicies = (deps: Deps) =>
  operation({
    method: 'POST',
    path: '/api/v1/policies/import',
    id: 'importPolicies',
    summary:
      'Take over a list of servers to block or limit. It adds and tightens, never loosens; a repeat changes nothing. Of a list whose import failed some lines may hold already: send it again',
    for: 'platform',
    consumes: 'text/csv',
    body: blocklist,
    answer: { status: 200, schema: importAnswer },
    run: async ({ body }) => {
      const { site, policies, starter, editDelaySeconds, now } = deps;
      if (body.split(/\r\n|\r|\n/).length > mostLines + 1)
        throw new HttpProblem(413, `A list may have ${mostLines} lines.`);
      const { servers, skipped } = readBlocklist(site, body);
      const time = now();
      const at = time.toISOString();
      const merged = merge((await policies.all()).servers, servers, at);
      const job = blockJob({ kind: 'servers' }, at, secondsAfter(at, editDelaySeconds));
      await policies.put([...merged.added, ...merged.changed], job);
      await starter.start(job, jobKey(job), time);
      return {
        body: {
          added: merged.added.length,
          changed: merged.changed.length,
          unchanged: merged.unchanged,
          skipped: [...skipped, ...merged.skipped].toSorted((one, other) => one.line - other.line),
        },
      };
    },
  });

/** What a list changes: decisions of the operator are tightened, and exceptions stay. */
function merge(present: readonly ServerPolicy[], listed: readonly ListedServer[], at: string) {
  const known = new Map(present.map((policy) => [policy.host, policy]));
  const wanted = new Map<string, ListedServer>();
  for (const one of listed) {
    const other = wanted.get(one.host);
    if (!other || isStricter(one.level, other.level)) wanted.set(one.host, one);
  }
  const [added, changed]: [ServerPolicy[], ServerPolicy[]] = [[], []];
  const skipped: SkippedLine[] = [];
  let unchanged = 0;
  for (const { line, host, level, category, note } of wanted.values()) {
    const before = known.get(host);
    if (!before) added.push({ host, level, category, note, at });
    else if (before.level === 'open') skipped.push({ line, reason: 'It was decided that this server is open.' });
    else if (isStricter(level, before.level)) changed.push({ host, level, category, note: note ?? before.note, at });
    else unchanged++;
  }
  return { added, changed, unchanged, skipped };
}

export const exportPolicies = (deps: Deps) =>
  operation({
    method: 'GET',
    path: '/api/v1/policies/export',
    id: 'exportPolicies',
    summary: 'All decisions about servers as a list that other servers can take over; without the private notes',
    for: 'platform',
    produces: 'text/csv',
    answer: { status: 200, schema: blocklist },
    run: async () => {
      const { servers } = await deps.policies.all();
      return { body: writeBlocklist(servers.toSorted((one, other) => (one.host < other.host ? -1 : 1))) };
    },
  });
