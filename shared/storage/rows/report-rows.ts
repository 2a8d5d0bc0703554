import { Entity } from 'dynamodb-toolbox/entity';
import { item } from 'dynamodb-toolbox/schema/item';
import { list } from 'dynamodb-toolbox/schema/list';
import { string } from 'dynamodb-toolbox/schema/string';
import { expiresAt, type SharingTable } from './table.ts';

/** Rows about what is reported to the moderators. */
export const reportRows = (table: SharingTable) => {
  /** REPORTS#month / id — one report; ids sort by time. */
  const Report = new Entity({
    name: 'Report',
    table,
    timestamps: false,
    schema: item({
      month: string().key(),
      id: string().key(),
      server: string(),
      actor: string().optional(),
      memberIds: list(string()),
      postIds: list(string()),
      comment: string(),
      at: string(),
      state: string().enum('open', 'resolved'),
      expiresAt,
    }),
    computeKey: ({ month, id }) => ({ pk: `REPORTS#${month}`, sk: id }),
  });

  /** DOINGS#actor / report#activityId — which report an actor's activity became. */
  const ReportOf = new Entity({
    name: 'ReportOf',
    table,
    timestamps: false,
    schema: item({ actor: string().key(), activityId: string().key(), report: string(), expiresAt }),
    computeKey: ({ actor, activityId }) => ({ pk: `DOINGS#${actor}`, sk: `report#${activityId}` }),
  });

  return { Report, ReportOf };
};
