import { Create, Delete, Note, QuoteRequest, type Recipient, Tombstone, Update } from '@fedify/vocab';
import { deliver, followersOf, recipient } from './deliver.ts';
import { describePost } from './describe.ts';
import { findPost, knownPerson } from './find.ts';
import { escapeHtml } from './html.ts';
import type { Post, Profile, Visibility } from './model.ts';
import { actorOf, now, type Peer } from './peer.ts';
import { Problem } from './problem.ts';
import { buryPost } from './store.ts';

const everyone = 'https://www.w3.org/ns/activitystreams#Public';

/** Writes a post for the person's followers. */
export const writePost = (peer: Peer, person: string, text: string, visibility: Visibility = 'public'): Promise<Post> =>
  publish(peer, person, text, visibility);

/** Answers a post: its author is mentioned and always gets the reply. */
export const writeReply = async (
  peer: Peer,
  person: string,
  object: string,
  text: string,
  visibility: Visibility = 'public',
): Promise<Post> => publish(peer, person, text, visibility, await findPost(peer, object, person));

/** Changes the text of the person's own post, everywhere it went. */
export const editPost = async (peer: Peer, person: string, object: string, text: string): Promise<Post> => {
  const post = ownPost(peer, person, object);
  const author = await mentionedIn(peer, post);
  const raw = { ...(post.raw as object), content: contentOf(text, author), updated: now() };
  const note = await Note.fromJsonLd(raw, peer.context);
  const update = new Update({
    id: new URL(`${post.id}#updates/${crypto.randomUUID()}`),
    actor: peer.context.getActorUri(person),
    object: note,
    tos: note.toIds,
    ccs: note.ccIds,
  });
  await deliver(peer, person, audience(peer, person, post.visibility, author), update, { shared: true });
  const edited: Post = { ...(await describePost(note, peer.context, raw)), by: person, receivedAt: post.receivedAt };
  peer.store.posts.put(post.id, edited);
  return edited;
};

/** Deletes the person's own post, everywhere it went. */
export const deletePost = async (peer: Peer, person: string, object: string): Promise<void> => {
  const post = ownPost(peer, person, object);
  const author = await mentionedIn(peer, post);
  const activity = new Delete({
    id: new URL(`${post.id}#delete`),
    actor: peer.context.getActorUri(person),
    object: new Tombstone({ id: new URL(post.id) }),
    to: new URL(everyone),
  });
  await deliver(peer, person, audience(peer, person, post.visibility, author), activity, { shared: true });
  buryPost(peer.store, post.id, now());
};

/** Quotes a post, and asks its author for consent (FEP-044f). */
export const quotePost = async (
  peer: Peer,
  person: string,
  object: string,
  text: string,
  visibility: Visibility = 'public',
): Promise<Post> => {
  const quoted = await findPost(peer, object, person);
  const post = await publish(peer, person, text, visibility, quoted, 'quote');
  const request = new QuoteRequest({
    id: new URL(`${post.id}#quote-request`),
    actor: peer.context.getActorUri(person),
    object: new URL(quoted.id),
    instrument: new URL(post.id),
  });
  const author = await remoteAuthor(peer, quoted);
  await deliver(peer, person, author ? [recipient(author)] : [], request);
  return post;
};

const quoteTerms = {
  quote: { '@id': 'https://w3id.org/fep/044f#quote', '@type': '@id' },
  quoteUri: 'http://fedibird.com/ns#quoteUri',
};

const publish = async (
  peer: Peer,
  person: string,
  text: string,
  visibility: Visibility,
  parent?: Post,
  how: 'answer' | 'quote' = 'answer',
): Promise<Post> => {
  const author = await remoteAuthor(peer, parent);
  const id = peer.context.getObjectUri(Note, { name: person, post: crypto.randomUUID() }).href;
  const followers = peer.context.getFollowersUri(person).href;
  const mentioned = author ? [author.id] : [];
  const raw = {
    '@context': ['https://www.w3.org/ns/activitystreams', quoteTerms],
    id,
    type: 'Note',
    url: id,
    attributedTo: actorOf(peer, person),
    ...(how === 'answer' ? { inReplyTo: parent?.id } : { quote: parent?.id, quoteUri: parent?.id }),
    content: contentOf(text, author),
    published: now(),
    ...addressing[visibility](followers, mentioned),
    tag: author ? [{ type: 'Mention', href: author.id, name: author.handle }] : [],
  };
  const note = await Note.fromJsonLd(raw, peer.context);
  const post: Post = { ...(await describePost(note, peer.context, raw)), by: person, visibility };
  const create = new Create({
    id: new URL(`${id}/activity`),
    actor: peer.context.getActorUri(person),
    object: note,
    published: note.published,
    tos: note.toIds,
    ccs: note.ccIds,
  });

  // Kept before it is delivered, because the other server may come and fetch it.
  peer.store.posts.put(id, post);
  try {
    await deliver(peer, person, audience(peer, person, visibility, author), create, { shared: true });
  } catch (error) {
    peer.store.posts.remove(id);
    throw error;
  }
  peer.store.home.put({ person, post: id, at: now() });
  return post;
};

const addressing: Record<Visibility, (followers: string, mentioned: string[]) => { to: string[]; cc: string[] }> = {
  public: (followers, mentioned) => ({ to: [everyone], cc: [followers, ...mentioned] }),
  unlisted: (followers, mentioned) => ({ to: [followers], cc: [everyone, ...mentioned] }),
  followers: (followers, mentioned) => ({ to: [followers], cc: mentioned }),
  direct: (_, mentioned) => ({ to: mentioned, cc: [] }),
};

const audience = (peer: Peer, person: string, visibility: Visibility, author?: Profile): Recipient[] => [
  ...(author ? [recipient(author)] : []),
  ...(visibility === 'direct' ? [] : followersOf(peer, person)),
];

const remoteAuthor = async (peer: Peer, parent?: Post): Promise<Profile | undefined> =>
  parent && !parent.by ? knownPerson(peer, parent.author) : undefined;

/** Whom a reply went to, even if the post that it answers is gone by now. */
const mentionedIn = async (peer: Peer, post: Post): Promise<Profile | undefined> => {
  const [mention] = (post.raw as { tag?: { href: string }[] }).tag ?? [];
  return mention && knownPerson(peer, mention.href);
};

const ownPost = (peer: Peer, person: string, object: string): Post => {
  const post = peer.store.posts.get(object);
  if (!post) throw new Problem(404, `${object} is not here.`);
  if (post.by !== person) throw new Problem(403, `${person} did not write ${object}.`);
  return post;
};

const contentOf = (text: string, mentioned?: Profile): string => {
  const body = escapeHtml(text).replaceAll('\n', '<br>');
  if (!mentioned) return `<p>${body}</p>`;
  const name = escapeHtml(mentioned.handle.split('@')[1] ?? '');
  const href = escapeHtml(mentioned.url ?? mentioned.id);
  return `<p><span class="h-card"><a href="${href}" class="u-url mention">@<span>${name}</span></a></span> ${body}</p>`;
};
