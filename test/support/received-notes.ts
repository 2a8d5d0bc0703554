/** Notes as other servers send them. */
import { activityOf } from './receiver.ts';
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
