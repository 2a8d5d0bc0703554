/** What the verdicts look at, put in order once. */
import type { Member } from '../../../shared/domain/member.ts';
import { type Post, presentState } from '../../../shared/domain/post.ts';
import { textToHtml } from '../../../shared/protocol/html.ts';
import { addresses } from '../../../shared/protocol/site.ts';
import type { Posted } from '../posting.ts';
import type { Outcome } from '../run.ts';

const site = addresses({ origin: new URL('https://share.example') });
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A post and what was sent about it. */
export interface PostHistory {
  readonly post: Post;
  readonly id: string;
  readonly state: ReturnType<typeof presentState>;
  readonly content: string;
  readonly sent: readonly Posted[];
  readonly deletes: readonly Posted[];
}

/** One run, by what it is about. */
export function historyOf(outcome: Outcome) {
  const rowsOf = <T>(kind: string) => outcome.rows.filter(({ _et }) => _et === kind) as unknown as readonly T[];
  const member = rowsOf<Member>('Member')[0]!;
  const actor = site.actor(member.actorKey!);
  const posts = rowsOf<Post>('Post').map((post): PostHistory => {
    const id = site.post(member.actorKey!, post.objectKey);
    const sent = outcome.sent.filter(({ object }) => object === id);
    return {
      post,
      id,
      state: presentState(post, member),
      content: textToHtml(post.text),
      sent,
      deletes: sent.filter(({ type }) => type === 'Delete'),
    };
  });
  return {
    ...outcome,
    rowsOf,
    member,
    actor,
    posts,
    /** Did all that was sent to the server fail for so many days on end, and that not before this time alone? */
    tookNothingFor: (host: string, days: number, from: number): boolean => {
      let failsSince: number | undefined;
      for (const one of outcome.sent.filter((posted) => posted.host === host)) {
        const { endedAt = outcome.ended } = one;
        if (!isGood(one)) failsSince ??= one.begunAt;
        const isLong = failsSince !== undefined && endedAt > from && endedAt - failsSince >= days * day - hour;
        if (isLong) return true;
        if (isGood(one)) failsSince = undefined;
      }
      return failsSince !== undefined && outcome.ended - failsSince >= days * day - hour;
    },
  };
}

/** What the verdicts look at. */
export type History = ReturnType<typeof historyOf>;

/** The answer's status, if there was one. */
export const statusOf = ({ answer }: Posted): number | undefined =>
  typeof answer === 'object' && 'status' in answer ? answer.status : undefined;
const isGood = (posted: Posted): boolean => (statusOf(posted) ?? 500) < 300;
export const saysGone = (posted: Posted): boolean => [404, 410].includes(statusOf(posted) ?? 0);
export const refuses = (posted: Posted): boolean => [400, 403, 422].includes(statusOf(posted) ?? 0);
