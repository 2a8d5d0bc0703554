/** Activities from other servers, reduced to what we act on. */
import { addressOf, idsOf, isObject, type JsonObject, only, typesOf, webAddress } from './json.ts';
import { publicAudience } from './vocabulary.ts';

/** The activity that an Undo takes back, as far as the Undo tells. */
export interface Undone {
  readonly id?: string | undefined;
  readonly type?: string | undefined;
  readonly actor?: string | undefined;
  readonly object?: string | undefined;
}

/** A note in a Create, unsanitised. */
export interface IncomingNote {
  readonly id: string;
  readonly attributedTo?: string | undefined;
  readonly inReplyTo?: string | undefined;
  readonly content: string;
  readonly url?: string | undefined;
  readonly published?: string | undefined;
  readonly isPublic: boolean;
}

type Common = { readonly id: string; readonly actor: string };

/** One activity; `other` is everything that we answer 202 and leave. */
export type Incoming = Common &
  (
    | { readonly kind: 'follow'; readonly object: string }
    | { readonly kind: 'like'; readonly object: string }
    | { readonly kind: 'boost'; readonly object: string }
    | { readonly kind: 'delete'; readonly object: string }
    | { readonly kind: 'undo'; readonly undone: Undone }
    | { readonly kind: 'create'; readonly note: IncomingNote }
    | { readonly kind: 'other'; readonly type: string }
  );

/** An emoji reaction counts as a like (FEP-c0e0). */
const simple = { Follow: 'follow', Like: 'like', EmojiReact: 'like', Announce: 'boost', Delete: 'delete' } as const;
const isSimple = (type: string): type is keyof typeof simple => Object.hasOwn(simple, type);

/** What an activity of this type is to us; undefined for those that are more than an actor and an object. */
export const kindOfType = (type: string) => (isSimple(type) ? simple[type] : undefined);

/** Reads an activity; a text says what is wrong with it. */
export function readActivity(document: JsonObject): Incoming | string {
  const id = webAddress(document.id)?.href;
  const actor = addressOf(document.actor);
  if (!id) return 'The activity needs an id that is a web address.';
  if (!actor) return 'The activity needs an actor that is a web address.';
  const common: Common = { id, actor };
  const types = typesOf(document);
  if (types.length === 0) return 'The activity needs a type.';

  const type = types.find(isSimple);
  if (type) {
    const object = addressOf(document.object);
    return object ? { ...common, kind: simple[type], object } : `The ${type} needs an object.`;
  }
  if (types.includes('Undo')) return { ...common, kind: 'undo', undone: readUndone(document.object) };
  if (types.includes('Create')) {
    const note = readNote(document);
    if (note) return { ...common, kind: 'create', note };
  }
  return { ...common, kind: 'other', type: types[0]! };
}

function readUndone(value: unknown): Undone {
  const id = addressOf(value);
  const undone = only(value);
  if (!isObject(undone)) return { id };
  return { id, type: typesOf(undone)[0], actor: addressOf(undone.actor), object: addressOf(undone.object) };
}

function readNote(create: JsonObject): IncomingNote | undefined {
  const note = only(create.object);
  if (!isObject(note)) return undefined;
  const id = webAddress(note.id)?.href;
  if (!id) return undefined;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    id,
    attributedTo: addressOf(note.attributedTo),
    inReplyTo: addressOf(note.inReplyTo),
    content: text(note.content) ?? '',
    url: addressOf(note.url) ?? (isObject(note.url) ? webAddress(note.url.href)?.href : undefined),
    published: text(note.published),
    isPublic: isPublic(note),
  };
}

/** Is the full Public audience addressed, in `to` or `cc`? Its short forms count as well. */
export const isPublic = (document: JsonObject): boolean =>
  [...idsOf(document.to), ...idsOf(document.cc)].some((id) => [publicAudience, 'as:Public', 'Public'].includes(id));
