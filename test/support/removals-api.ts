/** What the platform is told of removals, on a table of its own, for one member who shares. */
import { receiptAsTable } from '../../functions/platform/receipts.ts';
import { getRemoval, listRemovals, listRemovedPosts, lookAgain } from '../../functions/platform/removals.ts';
import type { Job } from '../../shared/domain/job.ts';
import { calledApi } from './called-api.ts';
import { memoryTables } from './memory-tables.ts';
import { storageOf } from './storage.ts';
import { aSharer, noon, unique } from './storage-samples.ts';

/** The operations on removals, at 3600 or whenever the test says. */
export async function removalsApi() {
  const all = memoryTables();
  const ann = await aSharer(all);
  const started: Job[] = [];
  let now = noon(3600);
  const deps = {
    ...storageOf(all),
    site: { origin: new URL('https://share.example') },
    knownServers: async () => new Map(),
    starter: { start: async (job: Job) => void started.push(job) },
    newKey: () => unique('run'),
    sign: async () => '',
    now: () => now,
  } as never;
  const operations = [listRemovals, getRemoval, listRemovedPosts, lookAgain, receiptAsTable];
  return {
    all,
    ann,
    started,
    call: calledApi(operations.map((make) => make(deps))),
    path: (removalId = '', more = '') => `/members/${ann.memberId}/removals${removalId && `/${removalId}`}${more}`,
    own: () => ({ claims: { sub: ann.memberId, scope: 'member' } }),
    setTime: (time: Date) => {
      now = time;
    },
  };
}

/** The operations as tests use them. */
export type RemovalsApi = Awaited<ReturnType<typeof removalsApi>>;
