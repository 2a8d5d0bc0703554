import { clamped, type Place } from '#shared/domain/answer';
import { hasActor } from '#shared/domain/member';
import { facesOf } from '#shared/domain/remote-actor';
import { isSharing } from '#shared/domain/sharing';
import type { IncomingNote } from '#shared/protocol/incoming';
import { actorKeyIn } from '#shared/protocol/site';
import type { Effects, Sender } from './effects.ts';
import { ourPost } from './our-post.ts';
import { isHeard } from './regard.ts';

/** Where a note belongs, and the platform's id of the post there. */
export interface StandingPlace {
  readonly place: Place;
  readonly postId?: string | undefined;
}

type Deps = Pick<Effects, 'site' | 'members' | 'posts' | 'policies' | 'now'>;

/**
 * Where a note belongs: with the post that it quotes, the post that it replies to, and the members whom it mentions. It
 * has one place with each post, and none as a mention with a member whose post it has a place with.
 */
export async function placesOf(deps: Deps, note: IncomingNote, sender: Sender): Promise<readonly StandingPlace[]> {
  const hidden = (await isHeard(deps, facesOf(sender))) ? undefined : ('policy' as const);
  const places: StandingPlace[] = [];
  const add = (one: StandingPlace) => {
    const { memberId, about } = one.place;
    const isKnown = one.postId
      ? places.some(({ place }) => place.about === about)
      : places.some(({ place }) => place.memberId === memberId);
    if (!isKnown) places.push({ ...one, place: { ...one.place, hidden } });
  };
  for (const [kind, address] of [
    ['quote', note.quotes],
    ['reply', note.inReplyTo],
  ] as const) {
    const found = address && (await ourPost(deps, address));
    if (!found) continue;
    const { objectKey, postId, memberId, firstSentAt } = found.post;
    const published = clamped(note.published, firstSentAt, deps.now());
    add({ place: { kind, about: objectKey, memberId, published }, postId });
  }
  for (const address of note.mentions) {
    const member = await mentioned(deps, address);
    if (!member) continue;
    const { memberId, createdAt } = member;
    add({
      place: { kind: 'mention', about: memberId, memberId, published: clamped(note.published, createdAt, deps.now()) },
    });
  }
  return places;
}

/** The member whom an address mentions, if that member shares. */
async function mentioned({ site, members, now }: Deps, address: string) {
  const actorKey = actorKeyIn(site, address);
  const member = actorKey && (await members.findByActorKey(actorKey, now()));
  return member && hasActor(member) && isSharing(member) ? member : undefined;
}
