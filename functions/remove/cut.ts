/** Second step: whoever may hold something is cut into slices, which are asked side by side. */

import { secondsAfter } from '#shared/domain/job';
import type { Post } from '#shared/domain/post';
import { wasInReach } from '#shared/domain/reach';
import { type Ask, nextSlice, type Removal } from '#shared/domain/removal';
import { fromCursor, toCursor } from '#shared/storage/cursor';
import type { InboxRow } from '#shared/storage/inboxes';
import { jobKey } from '#shared/storage/jobs';
import { hashOf } from '#shared/storage/keys';
import { askName } from '#shared/storage/slices';
import { sliceJob } from '#shared/transport/jobs';
import { conclude } from './conclude.ts';
import type { StepDeps, StepFunction } from './steps.ts';

const pageSize = 1000;
const day = 24 * 3600;

/** An inbox with its place in the order in which servers are asked: by hash, those of one server side by side. */
interface Placed extends InboxRow {
  readonly place: string;
}

/** How many slices are there, and after which place the next one begins. */
interface Progress {
  readonly slice: number;
  readonly after: string;
}

/**
 * Where a slice ended is read from the slice itself: a repeat goes on right after it, also when an inbox has come into
 * reach meanwhile. Nothing counts as asked before the last slice is in place.
 */
export const cut: StepFunction = async (deps, { removal }, cursor, hasTime) => {
  if (removal.slices === undefined) {
    const placed = await inboxesInReach(deps, removal);
    let progress = progressIn(cursor);
    for (;;) {
      const rest = placed.filter(({ place }) => place > progress.after);
      if (rest.length === 0) break;
      await beginSlice(deps, removal, progress.slice, rest.slice(0, nextSlice(rest)));
      progress = await progressFrom(deps, removal, progress);
      if (!hasTime()) return { step: 'cut', cursor: toCursor([progress.slice, progress.after]) };
    }
    await deps.removals.noteCut(removal, progress.slice);
  }
  await conclude(deps, removal);
  return undefined;
};

async function beginSlice(
  { slices, starter, removalDelaySeconds, now }: StepDeps,
  removal: Removal,
  slice: number,
  placed: readonly Placed[],
): Promise<void> {
  const at = now();
  const [, startsAt] = [at.toISOString(), secondsAfter(removal.at, removalDelaySeconds)].sort() as [string, string];
  const job = sliceJob(removal, slice, startsAt);
  const asks = Object.fromEntries(placed.map((inbox) => [askName(inbox.url), askOf(inbox)]));
  if (await slices.begin({ removalId: removal.id, slice, asks }, removal, job, at))
    await starter.start(job, jobKey(job), at);
}

const askOf = ({ url, server, since, until }: Placed): Ask => ({
  inbox: url,
  server,
  state: 'asking',
  since,
  ...(until === undefined ? {} : { until }),
  asked: 0,
  accepted: 0,
  refused: {},
});

/** Who is deleted for ever is deleted everywhere; posts only where one of them can be. */
async function inboxesInReach(deps: StepDeps, removal: Removal): Promise<readonly Placed[]> {
  const from = removal.kind === 'forEver' ? new Date(0).toISOString() : await earliestSending(deps, removal);
  if (from === undefined) return [];
  const placed: Placed[] = [];
  let after: string | undefined;
  do {
    const page = await deps.inboxes.page(removal.memberId, { after, limit: pageSize });
    for (const row of page.items) {
      // One that appeared later has answered a post before that had its tombstone.
      const inbox = row.since > removal.at ? { ...row, since: removal.at } : row;
      if (wasInReach(inbox, from, removal.at)) placed.push({ ...inbox, place: placeOf(inbox.server, inbox.key) });
    }
    after = page.next;
  } while (after);
  return placed.sort((one, other) => (one.place < other.place ? -1 : 1));
}

/** Before that none of the posts left: they left in about the order of their keys, and within the day. */
async function earliestSending(
  { posts }: Pick<StepDeps, 'posts'>,
  { memberId, range }: Removal,
): Promise<string | undefined> {
  const oldest = range && (await posts.find(memberId, range.oldest, { consistent: true }));
  return oldest && secondsAfter(earlier(oldest), -day);
}

const earlier = ({ sharesAt, firstSentAt = sharesAt }: Post) => (firstSentAt < sharesAt ? firstSentAt : sharesAt);

const placeOf = (server: string, key: string) => `${hashOf(server)}#${key}`;

function progressIn(cursor: string | undefined): Progress {
  const [slice, after] = (cursor ? fromCursor(cursor) : undefined) ?? [];
  return typeof slice === 'number' && typeof after === 'string' ? { slice, after } : { slice: 0, after: '' };
}

/** After the slices that are there by now. */
async function progressFrom(
  { slices }: Pick<StepDeps, 'slices'>,
  { id }: Pick<Removal, 'id'>,
  { slice, after }: Progress,
): Promise<Progress> {
  const there = await slices.find(id, slice);
  if (!there) return { slice, after };
  const places = Object.entries(there.asks).map(([name, { server }]) => placeOf(server, name));
  return progressFrom({ slices }, { id }, { slice: slice + 1, after: places.sort().at(-1) ?? after });
}
