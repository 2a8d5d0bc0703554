/** Answers for tests: what someone elsewhere wrote, where it belongs, and what is listed of it. */
import type { Answer, AnswerKind, AnswerNote, Place } from '../../shared/domain/answer.ts';
import { answerLists, type WhichHidden } from '../../shared/storage/answer-lists.ts';
import { answers } from '../../shared/storage/answers.ts';
import { reactions } from '../../shared/storage/reactions.ts';
import type { Tables } from '../../shared/storage/table.ts';
import type { EmulatedTable } from './emulated-tables.ts';
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

/** What tests of storage do with answers on their table. */
export const answersOn = (table: () => EmulatedTable) => {
  const all = () => answers(table().tables);
  return {
    all,
    /** What is counted at a place. */
    countsOf: async ({ about }: Place) => {
      const { replies, quotes } = await reactions(table().reliable).tally(about);
      return { replies, quotes };
    },
    listed: (place: Place, hidden: WhichHidden = 'include', now = noon()) =>
      listedAt(table().tables, place, hidden, now),
    /** A note that is kept at one place. */
    kept: async (kind: AnswerKind = 'reply', more: Partial<Place> = {}) => {
      const [note, place] = [anAnswer(), aPlace(kind, more)];
      if (!(await all().add(note, [place], noon()))) throw new Error('the answer is not kept');
      return { note, place, key: { ...place, id: note.id } };
    },
  };
};

/** What is counted where nothing is. */
export const none = { replies: 0, quotes: 0 };
