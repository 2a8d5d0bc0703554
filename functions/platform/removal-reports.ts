/** Removals of many members at once: on the platform's wish, or by a legal order. */
import type { Removal } from '#shared/domain/removal';
import { notFound } from '#shared/runtime/errors';
import { BadCursor, fromCursor, toCursor } from '#shared/storage/cursor';
import { jobKey } from '#shared/storage/jobs';
import type { RemovalReport, RemovalReports, ReportedMember } from '#shared/storage/removal-reports';
import type { Removals } from '#shared/storage/removals';
import { type JobStarter, reportedRemovalsJob } from '#shared/transport/jobs';
import { operation } from './operation.ts';
import { removalView } from './removals.ts';
import { pageQuery } from './schemas/common.ts';
import { removalReportAnswer, removalReportPage, removalReportWish } from './schemas/removals.ts';

interface Deps {
  readonly removalReports: Pick<RemovalReports, 'open' | 'find' | 'noted' | 'members'>;
  readonly removals: Pick<Removals, 'find'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly newKey: () => string;
  readonly now: () => Date;
}

const path = '/api/v1/removals';

const shown = ({ id, at, begunAt, cause, hold, forEver, members }: RemovalReport) => ({
  reportId: id,
  at,
  state: begunAt === undefined ? ('underWay' as const) : ('done' as const),
  cause: cause.by === 'legalOrder' ? ('legalOrder' as const) : ('platform' as const),
  order: cause.by === 'legalOrder' ? cause.order : null,
  hold,
  forEver,
  members: members.length,
  begunAt: begunAt ?? null,
});

export const startRemovals = (deps: Deps) =>
  operation({
    method: 'POST',
    path,
    id: 'startRemovals',
    summary:
      'Remove what up to a thousand members shared, or delete them for ever: every server is asked. One report tells how far all of it came',
    for: 'platform',
    body: removalReportWish,
    answer: { status: 202, schema: removalReportAnswer },
    run: async ({ body: { members, cause, forEver } }) => {
      const { removalReports, starter, newKey } = deps;
      const now = deps.now();
      const report: RemovalReport = {
        id: newKey(),
        members: [...new Set(members)],
        forEver,
        hold: cause.kind === 'legalOrder' && cause.hold,
        cause: cause.kind === 'legalOrder' ? { by: 'legalOrder', order: cause.order } : { by: 'platform' },
        at: now.toISOString(),
      };
      const job = reportedRemovalsJob(report.id, report.at);
      await removalReports.open(report, job, now);
      await starter.start(job, jobKey(job), now);
      return { body: shown(report) };
    },
  });

type Looked = { readonly reported: ReportedMember; readonly removal: Removal | undefined };

const readAtOnce = 25;

/** What was begun for these members, with the removals as they are now. */
async function removalsOf(
  { removals, now }: Deps,
  reported: readonly (ReportedMember | undefined)[],
): Promise<readonly Looked[]> {
  const found: Looked[] = [];
  const known = reported.filter((one) => one !== undefined);
  for (let at = 0; at < known.length; at += readAtOnce)
    found.push(
      ...(await Promise.all(
        known.slice(at, at + readAtOnce).map(async (one) => ({
          reported: one,
          removal: one.removalId ? await removals.find(one.memberId, one.removalId, now()) : undefined,
        })),
      )),
    );
  return found;
}

function totalsOf(looked: readonly Looked[]) {
  const outcomes = { begun: 0, underWayAlready: 0, nothingShared: 0, unknown: 0, goneAlready: 0, tooManyHolds: 0 };
  const states = { underWay: 0, asked: 0, settled: 0 };
  let posts = 0;
  for (const { reported, removal } of looked) {
    outcomes[reported.outcome]++;
    if (!removal) continue;
    states[removal.state]++;
    posts += removal.posts;
  }
  return { ...outcomes, posts, states };
}

function firstOf(cursor: string | undefined, reportId: string): number {
  if (cursor === undefined) return 0;
  const [id, index] = fromCursor(cursor) ?? [];
  if (id !== reportId || typeof index !== 'number' || !Number.isInteger(index) || index < 0) throw new BadCursor();
  return index;
}

export const getRemovals = (deps: Deps) =>
  operation({
    method: 'GET',
    path: `${path}/{reportId}`,
    id: 'getRemovals',
    summary: 'The report on removals of many members: what was begun for each, and how far it came',
    for: 'platform',
    query: pageQuery,
    answer: { status: 200, schema: removalReportPage },
    run: async ({ reportId, query: { cursor, limit } }) => {
      const report = await deps.removalReports.find(reportId, deps.now());
      if (!report) throw notFound('There is no such report, or it is no longer kept.');
      const first = firstOf(cursor, reportId);
      const members = report.members.slice(first, first + limit);
      const isFirst = cursor === undefined;
      const reported = isFirst
        ? await deps.removalReports.members(reportId)
        : await Promise.all(members.map((memberId) => deps.removalReports.noted(reportId, memberId)));
      const looked = await removalsOf(deps, reported);
      const of = new Map(looked.map((one) => [one.reported.memberId, one]));
      return {
        body: {
          ...shown(report),
          totals: isFirst ? totalsOf(looked) : null,
          items: members.map((memberId) => {
            const { reported: own, removal } = of.get(memberId) ?? {};
            return {
              memberId,
              outcome: own?.outcome ?? null,
              removal: removal ? removalView(removal, 'platform') : null,
            };
          }),
          next: first + limit < report.members.length ? toCursor([reportId, first + limit]) : null,
        },
      };
    },
  });
