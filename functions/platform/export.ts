/** GET /members/{memberId}/export: everything that is kept about a member, as one archive. */
import { strToU8, zipSync } from 'fflate';
import { perHour } from '#shared/domain/limits';
import { HttpProblem } from '#shared/runtime/errors';
import type { LimitStore } from '#shared/storage/limits';
import type { Members } from '#shared/storage/members';
import { exportBudget, largestArchive, tooLarge } from './export-budget.ts';
import { type ExportDeps, exportFiles } from './export-files.ts';
import { anyMemberOf } from './found.ts';
import { operation } from './operation.ts';
import { archive } from './schemas/export.ts';

interface Deps extends ExportDeps {
  readonly members: Pick<Members, 'find' | 'tally'>;
  readonly limits: Pick<LimitStore, 'take'>;
}

const archivesPerHour = 6; // each may read thousands of rows

async function mayExport({ limits, now }: Deps, memberId: string): Promise<void> {
  const taken = await limits.take(`export#${memberId}`, { amount: 1, ...perHour(archivesPerHour) }, now());
  if (taken.taken) return;
  throw new HttpProblem(429, `A member may have ${archivesPerHour} archives in an hour.`, {
    headers: { 'retry-after': String(taken.afterSeconds) },
  });
}

export const exportMember = (deps: Deps) =>
  operation({
    method: 'GET',
    path: '/api/v1/members/{memberId}/export',
    id: 'exportMember',
    summary:
      'All that is kept about a member as one archive, also of those who are off or deleted for ever; of people elsewhere it holds ids only. 413 names the lists to read instead where it would be too large',
    produces: 'application/zip',
    answer: { status: 200, schema: archive },
    run: async ({ memberId, caller }) => {
      const member = await anyMemberOf(deps.members, memberId, deps.now());
      await mayExport(deps, memberId);
      const files = await exportFiles(deps, member, caller, exportBudget(memberId, deps.now));
      const bytes = zipSync(Object.fromEntries(files.map(([path, text]) => [path, strToU8(text)])), {
        mtime: deps.now(),
      });
      if (bytes.length > largestArchive) throw tooLarge(memberId);
      return { headers: { 'content-disposition': `attachment; filename="${memberId}.zip"` }, body: bytes };
    },
  });
