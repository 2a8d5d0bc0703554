import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $remove, $set, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { type Report, type ReportState, reportSeconds } from '../domain/report.ts';
import { BadCursor, fromCursor, isStart, type Page, toCursor } from './cursor.ts';
import { epochSeconds, hashOf, isLive } from './keys.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused } from './transact.ts';

const monthOf = (time: string) => time.slice(0, 7);
const monthBefore = (month: string) => {
  const [year, number] = month.split('-').map(Number);
  return monthOf(new Date(Date.UTC(year!, number! - 2)).toISOString());
};

/** The month in a report's id; undefined for what cannot be one. */
const monthIn = (id: string): string | undefined => {
  const match = /^(\d{4})(0[1-9]|1[0-2])\d{2}T\d{9}Z-[0-9a-f]{24}$/.exec(id);
  return match ? `${match[1]}-${match[2]}` : undefined;
};

/** Reports of people elsewhere, newest first, one per activity. They expire. */
export const reports = (tables: Tables) => {
  const { Report, ReportOf, table } = tables;

  return {
    /** Keeps a report; the one that is kept, or undefined when it was there before. */
    add: async (
      report: Omit<Report, 'id' | 'at' | 'state'> & { readonly actor: string },
      activityId: string,
      now: Date,
    ): Promise<Report | undefined> => {
      const at = now.toISOString();
      const id = `${at.replace(/[-:.]/g, '')}-${hashOf(activityId)}`;
      const { actor, server, comment } = report;
      const [memberIds, postIds] = [[...report.memberIds], [...report.postIds]];
      const expiresAt = epochSeconds(now, reportSeconds);
      const kept = { id, at, actor, server, comment, memberIds, postIds, state: 'open' as const };
      const outcome = await transact(
        ReportOf.build(PutTransaction)
          .item({ actor, activityId, report: id, expiresAt })
          .options({
            condition: {
              or: [
                { attr: 'report', exists: false },
                { attr: 'expiresAt', lt: epochSeconds(now) },
              ],
            },
          }),
        Report.build(PutTransaction).item({ ...kept, month: monthOf(at), expiresAt }),
      );
      return outcome.kind === 'done' ? kept : undefined;
    },

    /** Marks a report as open or resolved; undefined when there is no such report. */
    mark: async (id: string, state: ReportState, now: Date): Promise<Report | undefined> => {
      const month = monthIn(id);
      if (!month) return undefined;
      await unlessRefused(
        Report.build(UpdateItemCommand)
          .item({ month, id, state })
          .options({ condition: { attr: 'at', exists: true } }),
      );
      const { Item } = await Report.build(GetItemCommand).key({ month, id }).options({ consistent: true }).send();
      return Item && isLive(Item, now) ? shown(Item) : undefined;
    },

    /** Reports, newest first, month by month; a page may hold fewer than `limit`. */
    page: async ({
      cursor,
      limit,
      now,
    }: {
      readonly cursor?: string | undefined;
      readonly limit: number;
      readonly now: Date;
    }): Promise<Page<Report>> => {
      const oldest = monthOf(new Date(now.getTime() - reportSeconds * 1000).toISOString());
      const start = cursor ? startIn(cursor) : { month: monthOf(now.toISOString()) };
      const items: Report[] = [];
      for (let month = start.month; month >= oldest; month = monthBefore(month)) {
        const partition = `REPORTS#${month}`;
        const after = month === start.month ? start.after : undefined;
        const { Items = [], LastEvaluatedKey } = await table
          .build(QueryCommand)
          .entities(Report)
          .query({ partition })
          .options({
            reverse: true,
            limit: limit - items.length,
            ...(after === undefined ? {} : { exclusiveStartKey: { pk: partition, sk: after } }),
          })
          .send();
        items.push(...Items.filter((row) => isLive(row, now)).map(shown));
        if (LastEvaluatedKey) return { items, next: toCursor([month, LastEvaluatedKey.sk as string]) };
        if (items.length >= limit && month > oldest) return { items, next: toCursor([monthBefore(month)]) };
      }
      return { items };
    },

    /**
     * Reports name a member and its posts no longer; what was said of nobody else is kept no longer either. False when time
     * ran out: what is left is found again.
     */
    forgetMember: async (
      memberId: string,
      isOfMember: (postId: string) => Promise<boolean>,
      now: Date,
      hasTime: () => boolean,
    ): Promise<boolean> => {
      const oldest = monthOf(new Date(now.getTime() - reportSeconds * 1000).toISOString());
      for (let month = monthOf(now.toISOString()); month >= oldest; month = monthBefore(month)) {
        let exclusiveStartKey: Readonly<Record<string, unknown>> | undefined;
        do {
          const { Items = [], LastEvaluatedKey } = await table
            .build(QueryCommand)
            .entities(Report)
            .query({ partition: `REPORTS#${month}` })
            .options({
              consistent: true,
              filters: { Report: { attr: 'memberIds', contains: memberId } },
              ...(exclusiveStartKey && { exclusiveStartKey }),
            })
            .send();
          for (const { id, memberIds, postIds } of Items) {
            const others = memberIds.filter((one) => one !== memberId);
            const theirs: string[] = [];
            for (const postId of others.length > 0 ? postIds : []) if (!(await isOfMember(postId))) theirs.push(postId);
            await unlessRefused(
              Report.build(UpdateItemCommand)
                .item({
                  month,
                  id,
                  memberIds: $set(others),
                  postIds: $set(theirs),
                  ...(others.length === 0 ? { comment: '' } : {}),
                })
                .options({ condition: { attr: 'at', exists: true } }),
            );
          }
          exclusiveStartKey = LastEvaluatedKey;
          if (Items.length > 0 && !hasTime()) return false;
        } while (exclusiveStartKey);
      }
      return true;
    },

    /** Reports keep no longer who made them, if it was this actor: only the server. */
    forgetActor: async (actor: string): Promise<void> => {
      let exclusiveStartKey: { pk: string; sk: string } | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await table
          .build(QueryCommand)
          .entities(ReportOf)
          .query({ partition: `DOINGS#${actor}`, range: { beginsWith: 'report#' } })
          .options({ consistent: true, ...(exclusiveStartKey && { exclusiveStartKey }) })
          .send();
        for (const { activityId, report: id } of Items) {
          const forgotten = ReportOf.build(DeleteTransaction).key({ actor, activityId });
          const anonymous = Report.build(UpdateTransaction)
            .item({ month: monthIn(id)!, id, actor: $remove() })
            .options({ condition: { attr: 'at', exists: true } });
          const outcome = await transact(forgotten, anonymous);
          if (outcome.kind === 'refused') await transact(forgotten); // the report has expired
        }
        exclusiveStartKey = LastEvaluatedKey as typeof exclusiveStartKey;
      } while (exclusiveStartKey);
    },
  };
};

const shown = ({
  month: _month,
  expiresAt: _expiresAt,
  ...report
}: Report & { readonly month: string; readonly expiresAt?: number | undefined }): Report => report;

function startIn(cursor: string): { readonly month: string; readonly after?: string | undefined } {
  const [month, after] = fromCursor(cursor) ?? [];
  if (typeof month !== 'string' || !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw new BadCursor();
  if (after !== undefined && !isStart(after)) throw new BadCursor();
  return { month, after };
}

/** Reports as storage offers them. */
export type Reports = ReturnType<typeof reports>;
