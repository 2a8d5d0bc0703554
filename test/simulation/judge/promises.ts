/** What the platform was answered holds. */

import type { Member } from '../../../shared/domain/member.ts';
import type { Post } from '../../../shared/domain/post.ts';
import type { History } from './history.ts';

const wishes: Readonly<Record<string, readonly Member['sharing'][]>> = {
  'turn on': ['on'],
  'turn off': ['off', 'removing'],
  'turn paused': ['paused'],
  stop: ['off'],
  'delete for ever': ['gone'],
};

/** An operation that was answered well is in the table when the answer comes, unless another was under way. */
export function* answersHold({ asked }: History): Generator<string> {
  for (const one of asked) {
    const { what, postId = (one.body as { postId?: string }).postId, at, endedAt = at, end, answer, rows = [] } = one;
    if (end !== 'done') continue;
    const isAlone = !asked.some(
      (other) => other !== one && other.at <= endedAt && (other.endedAt ?? Number.POSITIVE_INFINITY) >= at,
    );
    if (!isAlone) continue;
    const rowsOf = <T>(kind: string) => rows.filter(({ _et }) => _et === kind) as unknown as readonly T[];
    const [member] = rowsOf<Member>('Member');
    const told = `${what} ${postId ?? ''} was answered ${JSON.stringify(answer)}`;
    const wished = wishes[what];
    if (wished) {
      if (!wished.includes(member!.sharing)) yield `${told}, but sharing is ${member!.sharing}`;
      continue;
    }
    if (what === 'profile') continue;
    const pointer = rowsOf<{ postId: string; objectKey: string; _et: string }>('PostId').find(
      (row) => row.postId === postId,
    );
    const post = rowsOf<Post>('Post').find(({ objectKey }) => objectKey === pointer?.objectKey);
    if (!post) yield `${told}, but there is no such post`;
    else if (what === 'delete' && (post.state === 'shared' || post.state === 'waiting') && post.epoch === member!.epoch)
      yield `${told}, but it is ${post.state}`;
    else if (post.version < Number(answer!.version)) yield `${told}, but its version is ${post.version}`;
    else if (what === 'edit' && post.version === answer!.version && post.text !== (one.body as { text: string }).text)
      yield `${told}, but it says "${post.text}"`;
  }
}
