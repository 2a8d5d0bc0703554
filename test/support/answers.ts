/** Answers for tests: what someone elsewhere wrote, where it belongs, and what is listed of it. */
import type { Answer, AnswerKind, AnswerNote, Place } from '../../shared/domain/answer.ts';
import { answerLists, type WhichHidden } from '../../shared/storage/answer-lists.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { anActor, noon, unique } from './storage-samples.ts';

/** A note, edited never. */
export function anAnswer(more: Partial<AnswerNote> = {}): AnswerNote {
  const actor = more.actor ?? anActor();
  const id = `${actor}/notes/${unique('n')}`;
  const updatedAt = noon().toISOString();
  return { id, actor, url: `${id}.html`, content: '<p>Hello</p>', summary: '', updatedAt, ...more };
}

/** A place for it, of a member that nobody else is. */
export const aPlace = (kind: AnswerKind, more: Partial<Place> = {}): Place => {
  const memberId = unique('m-');
  const about = kind === 'mention' ? (more.memberId ?? memberId) : unique('o');
  return { kind, about, memberId, published: noon().toISOString(), ...more };
};

/** Everything that is listed at a place. */
export const listedAt = async (
  tables: Tables,
  { kind, about }: Pick<Place, 'kind' | 'about'>,
  hidden: WhichHidden = 'include',
  now = noon(),
): Promise<readonly Answer[]> => (await answerLists(tables).page({ kind, about }, { limit: 50, hidden, now })).items;
