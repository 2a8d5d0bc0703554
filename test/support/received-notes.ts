/** Notes as other servers send them. */
import type { Tables } from '../../shared/storage/table.ts';
import { activityOf, anAuthor, aSender, openReceiver } from './receiver.ts';
import { noon, unique } from './storage-samples.ts';

/** Everyone, as an audience. */
export const toAll = 'https://www.w3.org/ns/activitystreams#Public';

interface Author {
  readonly id: string;
}

/** A public note. */
export const aNote = (sender: Author, more: object = {}) => ({
  id: `${sender.id}/notes/${unique('n')}`,
  type: 'Note',
  attributedTo: sender.id,
  content: '<p>I agree</p>',
  published: noon(100).toISOString(),
  to: [toAll],
  ...more,
});

/** The tag that mentions someone. */
export const mentionOf = ({ id }: Author) => ({ type: 'Mention', href: id, name: '@someone@share.example' });

/** A note's Create. */
export const create = (sender: Author, note: object) => activityOf(sender, 'Create', note);

/** A member with a post that was shared, someone elsewhere, and who receives what they send. */
export async function anAudience(tables: Tables, sender = aSender()) {
  const author = await anAuthor(tables);
  return { author, post: await author.post(), sender, receiver: openReceiver(tables) };
}
