/** What someone elsewhere complains of. Times are RFC 3339. */
export interface Report {
  readonly id: string;
  readonly server: string;
  /** Who reports, often the server's own actor; absent once that person is erased. */
  readonly actor?: string | undefined;
  readonly memberIds: readonly string[];
  readonly postIds: readonly string[];
  /** Plain text. */
  readonly comment: string;
  readonly at: string;
  readonly state: ReportState;
}

/** `resolved`: a moderator has dealt with it. */
export type ReportState = 'open' | 'resolved';

/** How long a report is kept. */
export const reportSeconds = 180 * 24 * 3600;

/** How long a comment may be, in characters. */
export const longestComment = 5000;

/** How many members and posts one report may name. */
export const mostReported = 50;
