/** What people on other servers write to members: public replies, mentions and quotes. */

/** `reply` and `quote` belong to a post, `mention` to a member. */
export type AnswerKind = 'reply' | 'mention' | 'quote';

/** Where an answer stands: `about` is the post's object key, or the member's id for a mention. */
export interface Place {
  readonly kind: AnswerKind;
  readonly about: string;
  readonly memberId: string;
  /** The time that it is sorted by; RFC 3339. */
  readonly published: string;
  /** A server that is limited is not heard at once: the platform decides. */
  readonly hidden?: 'policy' | undefined;
}

/** What may change in an answer. `content` is sanitised HTML, `summary` plain text; times are RFC 3339. */
export interface AnswerText {
  readonly content: string;
  readonly summary: string;
  /** The latest edit, by its author's clock, as far as that can be. */
  readonly updatedAt: string;
}

/** One public note of someone elsewhere. */
export interface AnswerNote extends AnswerText {
  readonly id: string;
  readonly actor: string;
  readonly url: string;
}

/** A note at one of its places. */
export interface Answer extends AnswerNote {
  readonly kind: AnswerKind;
  readonly published: string;
  /** By the member, or because of the server that it is from. */
  readonly hidden?: 'member' | 'policy' | undefined;
}

/** How long a summary may be, in characters. */
export const longestSummary = 500;

/** How many notes of one person one member is shown in an hour. */
export const notesPerHour = 60;

/** At how many places one note is shown: it is kept once for each, and all of them are one transaction of at most 4 MB. */
export const mostPlaces = 8;

/** How long a mention is kept; replies and quotes live as long as their post. */
export const mentionSeconds = 30 * 24 * 3600;

/** A time that can be: not before `earliest`, not after now, and now if it is none. */
export function clamped(time: string | undefined, earliest: string | undefined, now: Date): string {
  const given = Date.parse(time ?? '');
  if (Number.isNaN(given)) return now.toISOString();
  return new Date(Math.min(now.getTime(), Math.max(Date.parse(earliest ?? '') || 0, given))).toISOString();
}

/** Who may quote a member's posts. */
export type QuotePolicy = 'everyone' | 'followers' | 'nobody';

/** Consent to one quote (FEP-044f): `instrument` is the note that quotes. `name` ends its address. */
export interface Stamp {
  readonly objectKey: string;
  readonly name: string;
  readonly actor: string;
  readonly instrument: string;
  /** The request that was consented to last, and where it was answered to; absent when none ever was. */
  readonly requestId?: string | undefined;
  readonly inbox?: string | undefined;
  readonly memberId: string;
  /** Consent that is taken back does not return. */
  readonly withdrawn: boolean;
}
