/** What people elsewhere report, for the moderators of the platform. */
import { unknownActor } from '#shared/domain/remote-actor';
import type { Report } from '#shared/domain/report';
import { notFound } from '#shared/runtime/errors';
import type { RemoteActors } from '#shared/storage/remote-actors';
import type { Reports } from '#shared/storage/reports';
import { operation } from './operation.ts';
import { pageQuery } from './schemas/common.ts';
import { reportAnswer, reportId, reportsAnswer, reportWish } from './schemas/moderation.ts';

interface Deps {
  readonly reports: Pick<Reports, 'page' | 'mark'>;
  readonly remoteActors: Pick<RemoteActors, 'find'>;
  readonly now: () => Date;
}

async function shown({ remoteActors, now }: Deps, { actor, server, memberIds, postIds, ...report }: Report) {
  const { handle, name } = (actor && (await remoteActors.find(actor, now()))) || (actor ? unknownActor(actor) : {});
  const reporter = actor ? { actor, handle, name } : null;
  return { ...report, reporterServer: server, reporter, memberIds: [...memberIds], postIds: [...postIds] };
}

export const listReports = (deps: Deps) =>
  operation({
    method: 'GET',
    path: '/api/v1/reports',
    id: 'listReports',
    summary: 'What servers elsewhere reported, newest first; kept for 180 days',
    for: 'platform',
    query: pageQuery,
    answer: { status: 200, schema: reportsAnswer },
    run: async ({ query }) => {
      const { items, next } = await deps.reports.page({ ...query, now: deps.now() });
      return { body: { items: await Promise.all(items.map((report) => shown(deps, report))), next: next ?? null } };
    },
  });

export const markReport = (deps: Deps) =>
  operation({
    method: 'PUT',
    path: '/api/v1/reports/{reportId}',
    id: 'markReport',
    summary: 'Mark a report as resolved, or open it again',
    for: 'platform',
    variables: { reportId },
    body: reportWish,
    answer: { status: 200, schema: reportAnswer },
    run: async ({ reportId: id, body: { state } }) => {
      const report = await deps.reports.mark(id, state, deps.now());
      if (!report) throw notFound('There is no such report.');
      return { body: await shown(deps, report) };
    },
  });
