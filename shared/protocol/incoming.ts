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

/** A note in a Create or Update, unsanitised. */
export interface IncomingNote {
  readonly id: string;
  readonly attributedTo?: string | undefined;
  readonly inReplyTo?: string | undefined;
  /** What it quotes, however that is said (FEP-044f, FEP-e232, quoteUri, quoteUrl, _misskey_quote). */
  readonly quotes?: string | undefined;
  /** Whom its tags mention, each once. */
  readonly mentions: readonly string[];
  readonly content: string;
  /** What stands before it: a content warning. */
  readonly summary: string;
  readonly url?: string | undefined;
  readonly published?: string | undefined;
  readonly updated?: string | undefined;
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
    | { readonly kind: 'update'; readonly note: IncomingNote }
    /** An actor tells that its own document has changed. */
    | { readonly kind: 'refresh' }
    | { readonly kind: 'block'; readonly object: string }
    | { readonly kind: 'flag'; readonly objects: readonly string[]; readonly comment: string }
    | { readonly kind: 'move'; readonly target: string }
    /** FEP-044f: `instrument` is the note that quotes `object`. */
    | { readonly kind: 'quoteRequest'; readonly object: string; readonly instrument: string }
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
  const larger = types.find((one) => Object.hasOwn(readers, one));
  const read = larger && readers[larger]!(document, actor);
  if (read) return { ...common, ...read };
  return { ...common, kind: 'other', type: types[0]! };
}

/** What an activity is beside its id and actor. */
type Own<T = Incoming> = T extends unknown ? Omit<T, keyof Common> : never;

/** Activities that are more than an actor and an object; undefined when one is not about anything that we could act on. */
const readers: Readonly<Record<string, (document: JsonObject, actor: string) => Own | undefined>> = {
  Undo: ({ object }) => ({ kind: 'undo', undone: readUndone(object) }),
  Create: ({ object }) => {
    const note = readNote(object);
    return note && { kind: 'create', note };
  },
  Update: ({ object }, actor) => {
    if (addressOf(object) === actor) return { kind: 'refresh' };
    const note = readNote(object);
    return note && { kind: 'update', note };
  },
  Block: ({ object }) => {
    const blocked = addressOf(object);
    return blocked ? { kind: 'block', object: blocked } : undefined;
  },
  Flag: (flag) => ({
    kind: 'flag',
    objects: addressesOf(flag.object),
    comment: writtenIn(flag, 'content') ?? writtenIn(flag, 'summary') ?? '', // Lemmy's is a summary
  }),
  Move: ({ object, target }, actor) => {
    const to = addressOf(target);
    return to && addressOf(object) === actor ? { kind: 'move', target: to } : undefined;
  },
  QuoteRequest: ({ object, instrument }) => {
    const [quoted, quoting] = [addressOf(object), addressOf(instrument)];
    return quoted && quoting ? { kind: 'quoteRequest', object: quoted, instrument: quoting } : undefined;
  },
};

function readUndone(value: unknown): Undone {
  const id = addressOf(value);
  const undone = only(value);
  if (!isObject(undone)) return { id };
  const types = typesOf(undone);
  const type = types.find(isSimple) ?? types[0];
  return { id, type, actor: addressOf(undone.actor), object: addressOf(undone.object) };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** A text, or the first of those that are given by language: who says in which language it is may say it there alone. */
function writtenIn(document: JsonObject, name: 'content' | 'summary'): string | undefined {
  const byLanguage = document[`${name}Map`];
  return (
    textOf(document[name]) ??
    (isObject(byLanguage) ? textOf(Object.values(byLanguage).find((text) => typeof text === 'string')) : undefined)
  );
}

/** Each web address in a value, once, in one spelling. */
const addressesOf = (value: unknown): readonly string[] => [
  ...new Set(idsOf(value).flatMap((id) => webAddress(id)?.href ?? [])),
];

function readNote(value: unknown): IncomingNote | undefined {
  const note = only(value);
  if (!isObject(note)) return undefined;
  const id = webAddress(note.id)?.href;
  if (!id) return undefined;
  const tags = (Array.isArray(note.tag) ? note.tag : [note.tag]).filter(isObject);
  return {
    id,
    attributedTo: addressOf(note.attributedTo),
    inReplyTo: addressOf(note.inReplyTo),
    quotes: quoteIn(note, tags),
    mentions: addressesOf(tags.filter((tag) => typesOf(tag).includes('Mention')).map(({ href }) => href)),
    content: writtenIn(note, 'content') ?? '',
    summary: writtenIn(note, 'summary') ?? '',
    url: pageIn(note.url),
    published: textOf(note.published),
    updated: textOf(note.updated),
    isPublic: isPublic(note),
  };
}

/** The first page of those that are named: addresses, links or objects, one or several. */
const pageIn = (value: unknown): string | undefined =>
  (Array.isArray(value) ? value : [value])
    .map((one) => addressOf(one) ?? (isObject(one) ? webAddress(one.href)?.href : undefined))
    .find((page) => page !== undefined);

const quoteNames = ['quote', 'quoteUri', 'quoteUrl', '_misskey_quote'];

/** What a note quotes: by one of the names in use, else by an object link (FEP-e232). */
function quoteIn(note: JsonObject, tags: readonly JsonObject[]): string | undefined {
  const named = quoteNames.map((name) => addressOf(note[name])).find((id) => id !== undefined);
  const link = tags.find(
    (tag) => typesOf(tag).includes('Link') && /activity(streams|\+json)/.test(textOf(tag.mediaType) ?? ''),
  );
  return named ?? (link && webAddress(link.href)?.href);
}

/** Is the full Public audience addressed, in `to` or `cc`? Its short forms count as well. */
export const isPublic = (document: JsonObject): boolean =>
  [...idsOf(document.to), ...idsOf(document.cc)].some((id) => [publicAudience, 'as:Public', 'Public'].includes(id));
