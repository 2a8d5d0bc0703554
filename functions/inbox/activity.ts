import { type Incoming, readActivity } from '#shared/protocol/incoming';
import { isObject, jsonObject } from '#shared/protocol/json';
import { Refusal } from './refusal.ts';

/** With these a JSON-LD processor would read another activity than we do. */
const tricks = ['@graph', '@reverse', '@included', '@id'];

/** An activity, and whether it says that it was signed before it was sent, so that others could pass it on. */
export interface Body {
  readonly activity: Incoming;
  readonly isPassedOn: boolean;
}

/** Reads an activity, and refuses one that speaks for another host or for other actors than its own. */
export function readBody(bytes: Uint8Array): Body {
  const document = jsonObject(bytes);
  if (!document)
    throw shapeless('The body must be one JSON object in UTF-8, at most 32 levels deep, of at most 5000 members.');
  const trick = tricks.find((name) => Object.hasOwn(document, name));
  if (trick) throw shapeless(`An activity is plain JSON: ${trick} is not accepted.`);
  const activity = readActivity(document);
  if (typeof activity === 'string') throw shapeless(activity);
  const fault = ownershipFault(activity);
  if (fault) throw new Refusal('ownership', 403, fault);
  return { activity, isPassedOn: isObject(document.signature) };
}

const shapeless = (why: string) => new Refusal('shape', 400, why);
const hostOf = (address: string) => new URL(address).host;

function ownershipFault(activity: Incoming): string | undefined {
  const { id, actor } = activity;
  if (hostOf(id) !== hostOf(actor)) return 'The id of the activity is on another host than its actor.';
  switch (activity.kind) {
    case 'undo':
      return (activity.undone.actor ?? actor) === actor ? undefined : 'An actor can only undo what it did itself.';
    case 'create':
    case 'update': {
      const { note } = activity;
      if (hostOf(note.id) !== hostOf(actor)) return 'The note is on another host than the actor who sends it.';
      return (note.attributedTo ?? actor) === actor ? undefined : 'An actor can only send what it wrote itself.';
    }
    case 'quoteRequest':
      return hostOf(activity.instrument) === hostOf(actor)
        ? undefined
        : 'The note that quotes is on another host than the actor who asks.';
    default:
      return undefined;
  }
}
