/** What goes on to be worked on of an activity that was verified. */
import type { Incoming } from './incoming.ts';
import type { JsonObject } from './json.ts';

/**
 * The text that goes into a queue: a public note as it was signed; of everything else only who does what with what, and
 * what a report says. So no note to a few people lies anywhere, not even among the messages that failed.
 */
export function handedOn(activity: Incoming, signed: string): string {
  if ((activity.kind === 'create' || activity.kind === 'update') && activity.note.isPublic) return signed;
  const { id, actor } = activity;
  return JSON.stringify({ id, actor, ...deedOf(activity) });
}

/** The least that is read as the same activity. */
function deedOf(activity: Incoming): JsonObject {
  switch (activity.kind) {
    case 'follow':
      return { type: 'Follow', object: activity.object };
    case 'like':
      return { type: 'Like', object: activity.object };
    case 'boost':
      return { type: 'Announce', object: activity.object };
    case 'delete':
      return { type: 'Delete', object: activity.object };
    case 'undo':
      return { type: 'Undo', object: activity.undone };
    case 'create':
      return { type: 'Create', object: shadowOf(activity) };
    case 'update':
      return { type: 'Update', object: shadowOf(activity) };
    case 'refresh':
      return { type: 'Update', object: activity.actor };
    case 'block':
      return { type: 'Block', object: activity.object };
    case 'flag':
      return { type: 'Flag', object: activity.objects, content: activity.comment };
    case 'move':
      return { type: 'Move', object: activity.actor, target: activity.target };
    case 'quoteRequest':
      return { type: 'QuoteRequest', object: activity.object, instrument: activity.instrument };
    case 'other':
      return { type: activity.type };
  }
}

/** That a note is there, and whose: enough to remove it if it was public once. */
const shadowOf = ({ note: { id, attributedTo } }: Extract<Incoming, { readonly kind: 'create' | 'update' }>) => ({
  id,
  attributedTo,
});
