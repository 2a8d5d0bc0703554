import { answerText, isOwnNote, mayBeKept } from './create.ts';
import type { Activity, Effects, Sender } from './effects.ts';

/** Update of a note that is kept -> its text is replaced, unless a later edit was there first. What may not be kept any more goes. */
export async function update(deps: Effects, { note }: Activity<'update'>, sender: Sender): Promise<void> {
  const { answers, now } = deps;
  if (!isOwnNote(note, sender) || !(await answers.isKept(sender.id, note.id, now()))) return;
  if (mayBeKept(note, deps)) await answers.edit(sender.id, note.id, answerText(note, now()), now());
  else await answers.remove(sender.id, note.id, now());
}
