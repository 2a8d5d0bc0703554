import { type Actor, type Object as AnyObject, isActor } from '@fedify/vocab';
import type { DocumentLoader } from '@fedify/vocab-runtime';
import type { ResourceDescriptor } from '@fedify/webfinger';
import { describePerson, describePost, isPost } from './describe.ts';
import type { Post, Profile } from './model.ts';
import type { Peer } from './peer.ts';
import { personNamed } from './people.ts';
import { Problem } from './problem.ts';

/**
 * Finds a person by handle or by address, as a cautious server does: WebFinger over https, the actor document by a signed
 * fetch, then the handle confirmed from the document back. Keeps and returns the profile.
 */
export const findPerson = async (peer: Peer, wanted: string, as?: string): Promise<Profile> => {
  const text = wanted.trim();
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return refreshPerson(peer, text, as);

  const handle = text.replace(/^acct:/i, '').replace(/^@/, '');
  if (!/^[^@\s/]+@[^@\s/]+$/.test(handle) || !URL.canParse(`https://${handle.split('@')[1]}`)) {
    throw new Problem(400, `"${text}" is neither a handle like @ann@example.social nor a web address.`);
  }
  const found = await peer.context.lookupWebFinger(`acct:${handle}`);
  if (!found) {
    const host = handle.split('@')[1];
    throw new Problem(
      404,
      `Nobody was found as @${handle}: https://${host}/.well-known/webfinger knows no such person, or cannot be reached.`,
    );
  }
  const self = selfLink(found);
  if (!self) throw new Problem(404, `@${handle} exists, but WebFinger names no ActivityPub document for it.`);
  return refreshPerson(peer, self, as);
};

/** Fetches a person's document again from their own server and keeps it. */
export const refreshPerson = async (peer: Peer, id: string, as?: string): Promise<Profile> => {
  const actor = await fetchObject(peer, id, as);
  if (!isActor(actor)) throw new Problem(400, `${id} is not a person: it is a ${actor.constructor.name}.`);
  return keepPerson(peer, actor);
};

/** The stored profile, or else the fetched one. */
export const knownPerson = async (peer: Peer, id: string): Promise<Profile> =>
  peer.store.profiles.get(id) ?? (await refreshPerson(peer, id));

/** Confirms the handle and keeps the profile. */
export const keepPerson = async (peer: Peer, actor: Actor): Promise<Profile> => {
  const profile = await describePerson(actor, peer.context, await confirmHandle(peer, actor));
  peer.store.profiles.put(profile.id, profile);
  return profile;
};

/** The stored post, by id or address, or else the fetched one, kept with its author. */
export const findPost = async (peer: Peer, id: string, as?: string): Promise<Post> => {
  const known = peer.store.posts.get(id) ?? peer.store.posts.all().find((post) => post.url === id);
  if (known) return known;
  if (peer.store.tombstones.get(id)) throw new Problem(404, `${id} was deleted.`);
  const object = await fetchObject(peer, id, as);
  if (!isPost(object)) throw new Problem(400, `${id} is not a post: it is a ${object.constructor.name}.`);
  const post = await describePost(object, peer.context, await object.toJsonLd(peer.context));
  await knownPerson(peer, post.author);
  peer.store.posts.put(post.id, post);
  return post;
};

/** Fetches any object by a signed request, never from a cache. */
export const fetchObject = async (peer: Peer, id: string, as?: string): Promise<AnyObject> => {
  if (!/^https?:/.test(id) || !URL.canParse(id)) throw new Problem(400, `"${id}" is not a web address.`);
  const documentLoader = await signedLoader(peer, as);
  const object = await peer.context.lookupObject(new URL(id), { documentLoader });
  if (!object?.id) throw new Problem(404, `${id} could not be fetched as an ActivityPub document.`);
  return object;
};

/** Fetches documents as one of our people, so that servers which want signed requests answer as well. */
export const signedLoader = (peer: Peer, as?: string): Promise<DocumentLoader> =>
  peer.context.getDocumentLoader({ identifier: personNamed(peer.store, as) });

const confirmHandle = async (peer: Peer, actor: Actor): Promise<{ handle: string; confirmed: boolean }> => {
  const id = actor.id?.href ?? '';
  const asked = `${actor.preferredUsername}@${new URL(id).host}`;
  const found = (await ask(peer, `acct:${asked}`)) ?? (await ask(peer, id));
  if (!found) return { handle: `@${asked}`, confirmed: false };
  if (selfLink(found) !== id)
    throw new Problem(502, `WebFinger for ${asked} points to ${selfLink(found)}, not to ${id}.`);

  const subject = accountOf(found) ?? asked;
  if (subject.toLowerCase() === asked.toLowerCase()) return { handle: `@${asked}`, confirmed: true };
  const home = await ask(peer, `acct:${subject}`);
  if (selfLink(home) !== id)
    throw new Problem(502, `${id} says it is @${subject}, but WebFinger there does not agree.`);
  return { handle: `@${subject}`, confirmed: true };
};

const ask = (peer: Peer, resource: string): Promise<ResourceDescriptor | null> =>
  peer.context.lookupWebFinger(resource);

const accountOf = (found: ResourceDescriptor): string | undefined =>
  [found.subject, ...(found.aliases ?? [])].find((name) => name?.startsWith('acct:'))?.slice('acct:'.length);

const selfLink = (found: ResourceDescriptor | null): string | undefined =>
  found?.links?.find((link) => link.rel === 'self' && isActivityType(link.type))?.href;

const isActivityType = (type?: string): boolean =>
  type === 'application/activity+json' ||
  /^application\/ld\+json\s*;.*profile="https:\/\/www\.w3\.org\/ns\/activitystreams"/.test(type ?? '');
