import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Job } from '../domain/job.ts';
import type { RemovalCause } from '../domain/removal.ts';
import { promise } from './jobs.ts';
import { epochSeconds, isLive } from './keys.ts';
import { causeIn, type KeptCause } from './removals.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused, write } from './transact.ts';

/** An order to remove what many members shared. Times are RFC 3339. */
export interface RemovalReport {
  readonly id: string;
  readonly members: readonly string[];
  /** They are deleted for ever. */
  readonly forEver: boolean;
  /** What is stored of them is kept from being erased. */
  readonly hold: boolean;
  readonly cause: RemovalCause;
  readonly at: string;
  /** When the removal of each of them had begun. */
  readonly begunAt?: string | undefined;
}

/** What was begun for one member of a report. */
export interface ReportedMember {
  readonly memberId: string;
  readonly outcome: 'begun' | 'underWayAlready' | 'nothingShared' | 'unknown' | 'goneAlready' | 'tooManyHolds';
  readonly removalId?: string | undefined;
}

/** Longer than any of its removals works and is kept. */
const keptSeconds = 400 * 24 * 3600;

/** Removals of many members at once. */
export const removalReports = (tables: Tables) => {
  const { RemovalReport, ReportedMember, table } = tables;
  return {
    /** Promises them all; false when there is a report with this id. */
    open: async (report: RemovalReport, job: Job, now: Date): Promise<boolean> => {
      const outcome = await transact(
        RemovalReport.build(PutTransaction)
          .item({ ...report, members: [...report.members], expiresAt: epochSeconds(now, keptSeconds) })
          .options({ condition: { attr: 'id', exists: false } }),
        promise(tables, job),
      );
      return outcome.kind === 'done';
    },

    /** Read strongly. */
    find: async (id: string, now: Date): Promise<RemovalReport | undefined> => {
      const { Item } = await RemovalReport.build(GetItemCommand).key({ id }).options({ consistent: true }).send();
      return Item && isLive(Item, now) ? toReport(Item) : undefined;
    },

    /** The removal of each member has begun, as far as there was something to remove. */
    finish: async (id: string, now: Date): Promise<void> => {
      await unlessRefused(
        RemovalReport.build(UpdateItemCommand)
          .item({ id, begunAt: now.toISOString() })
          .options({
            condition: {
              and: [
                { attr: 'at', exists: true },
                { attr: 'begunAt', exists: false },
              ],
            },
          }),
      );
    },

    /** Notes what was begun for a member. */
    note: async (report: string, member: ReportedMember, now: Date): Promise<void> => {
      await write(
        ReportedMember.build(PutItemCommand).item({ report, ...member, expiresAt: epochSeconds(now, keptSeconds) }),
      );
    },

    /** What was begun for a member; undefined before that. Read strongly. */
    noted: async (report: string, memberId: string): Promise<ReportedMember | undefined> => {
      const { Item } = await ReportedMember.build(GetItemCommand)
        .key({ report, memberId })
        .options({ consistent: true })
        .send();
      return Item && toReported(Item);
    },

    /** All members of a report, by id, as far as something was begun or found out about them. Read strongly. */
    members: async (report: string): Promise<readonly ReportedMember[]> => {
      const { Items = [] } = await table
        .build(QueryCommand)
        .entities(ReportedMember)
        .query({ partition: `REMOVALREPORT#${report}`, range: { beginsWith: 'MEMBER#' } })
        .options({ consistent: true, maxPages: Number.POSITIVE_INFINITY })
        .send();
      return Items.map(toReported);
    },
  };
};

const toReport = ({
  cause,
  expiresAt: _expiresAt,
  ...row
}: Omit<RemovalReport, 'cause'> & {
  readonly cause: KeptCause;
  readonly expiresAt?: number | undefined;
}): RemovalReport => ({
  ...row,
  cause: causeIn(cause),
});

const toReported = ({ memberId, outcome, removalId }: ReportedMember): ReportedMember => ({
  memberId,
  outcome,
  ...(removalId === undefined ? {} : { removalId }),
});

/** Removal reports as storage offers them. */
export type RemovalReports = ReturnType<typeof removalReports>;
