import { type AnswerNote, clamped, longestSummary, mostPlaces, notesPerHour, type Place } from '#shared/domain/answer';
import { perHour } from '#shared/domain/limits';
import { isStillAsked } from '#shared/domain/post';
import { deliveryInbox } from '#shared/domain/remote-actor';
import { plainText, sanitiseHtml, webPage } from '#shared/protocol/html';
import type { IncomingNote } from '#shared/protocol/incoming';
import { logger } from '#shared/runtime/logger';
import type { InteractionEvent } from '#shared/transport/messages';
import type { Activity, Effects, Sender } from './effects.ts';
import { sentPost } from './our-post.ts';
import { placesOf, type StandingPlace } from './places.ts';
import { isBlockedBy } from './regard.ts';

/**
 * Create of a public note that replies to or quotes one of our posts, or mentions a member -> kept, sanitised, at each of
 * these places. Anything else that is created is not ours to keep.
 */
export async function create(deps: Effects, { note }: Activity<'create'>, sender: Sender): Promise<void> {
  const { answers, announce, now } = deps;
  if (!isOwnNote(note, sender) || !mayBeKept(note, deps)) return;
  await witness(deps, note, sender);
  const found = await placesOf(deps, note, sender);
  const heard: StandingPlace[] = [];
  for (const place of found)
    if (heard.length < mostPlaces && (await isBearable(deps, place, sender))) heard.push(place);
  const [first, ...others] = heard.map(({ place }) => place);
  if (!first) return;

  const kept = await answers.add(answerNote(note, sender, now()), [first, ...others], now());
  const wanted = await hideUnwanted(deps, heard, note, sender);
  if (kept) await announce(wanted.filter(({ place }) => !place.hidden).map((one) => eventOf(one, note, sender, now())));
}

/** Who answers a post has it, also one that was left when sharing ended: its Delete must go there. */
async function witness(deps: Effects, { quotes, inReplyTo }: IncomingNote, sender: Sender): Promise<void> {
  for (const address of [quotes, inReplyTo]) {
    const found = address && (await sentPost(deps, address));
    if (found && isStillAsked(found.post, deps.now()) && (await deps.mayReach(sender)))
      await deps.inboxes.witness(found.author.memberId, deliveryInbox(sender), deps.now());
  }
}

/** Is the note what it says: written by who sends it, on that server? */
export const isOwnNote = ({ id, attributedTo }: IncomingNote, sender: Sender): boolean =>
  attributedTo === sender.id && new URL(id).host === new URL(sender.id).host;

/** Only what everyone may read, and what is not sent to a crowd. */
export const mayBeKept = ({ isPublic, mentions }: IncomingNote, { limits }: Pick<Effects, 'limits'>): boolean =>
  isPublic && mentions.length <= limits.mentionsPerNote;

/** What an author may change, made harmless. */
export const answerText = (note: IncomingNote, now: Date) => ({
  content: sanitiseHtml(note.content),
  summary: plainText(note.summary, longestSummary),
  updatedAt: clamped(note.updated ?? note.published, undefined, now),
});

const answerNote = (note: IncomingNote, sender: Sender, now: Date): AnswerNote => ({
  id: note.id,
  actor: sender.id,
  url: webPage(note.url) ?? note.id,
  ...answerText(note, now),
});

/** Nobody has to read whom they block, nor more of one person than a person can write. */
async function isBearable(deps: Effects, { place }: StandingPlace, sender: Sender) {
  const { buckets, now } = deps;
  if (await isBlockedBy(deps, place.memberId, sender)) return false;
  const { taken } = await buckets.take(
    `notes#${place.memberId}#${sender.id}`,
    { amount: 1, ...perHour(notesPerHour) },
    now(),
  );
  if (!taken) logger.info('more notes of one person than are kept', { actor: sender.id, memberId: place.memberId });
  return taken;
}

/** A member may have blocked the sender, and hidden all that was there, right before this note was kept: it is hidden as well. */
async function hideUnwanted(
  deps: Effects,
  heard: readonly StandingPlace[],
  { id }: IncomingNote,
  sender: Sender,
): Promise<readonly StandingPlace[]> {
  const wanted: StandingPlace[] = [];
  for (const one of heard) {
    if (!(await isBlockedBy(deps, one.place.memberId, sender))) wanted.push(one);
    else await deps.answers.setHidden({ ...one.place, id }, true);
  }
  return wanted;
}

const eventOf = (
  { place: { kind, memberId }, postId }: { readonly place: Place; readonly postId?: string | undefined },
  note: IncomingNote,
  { id: actor, handle, name }: Sender,
  now: Date,
): InteractionEvent => ({ type: kind, memberId, postId, actor, handle, name, replyId: note.id, at: now.toISOString() });
