import {
  createFederation,
  type Federation,
  type HttpMessageSignaturesSpec,
  importJwk,
  MemoryKvStore,
} from '@fedify/fedify';
import { type Activity, Create, Endpoints, Note, Person, type Recipient } from '@fedify/vocab';
import { followersOf } from './deliver.ts';
import type { Post } from './model.ts';
import type { Arrival, Peer } from './peer.ts';
import { actorOf } from './peer.ts';
import { displayName } from './people.ts';
import { receiveInto } from './receive.ts';
import type { Store } from './store.ts';

export type PeerFederation = Federation<Arrival>;

/** The signature that is tried first when the other server is not known yet. */
export type FirstKnock = 'rfc9421' | 'cavage';

/** Fedify's two names for them. */
export const signatureSpecs: Record<FirstKnock, HttpMessageSignaturesSpec> = {
  rfc9421: 'rfc9421',
  cavage: 'draft-cavage-http-signatures-12',
};

/** A Fedify server on this origin, with its inboxes listening. No queue: a delivery that fails, fails where it was asked for. */
export const federate = (
  origin: string,
  store: Store,
  firstKnock: FirstKnock,
): { federation: PeerFederation; peer: Peer } => {
  const federation = createFederation<Arrival>({
    kv: new MemoryKvStore(),
    origin,
    allowPrivateAddress: true,
    firstKnock: signatureSpecs[firstKnock],
    userAgent: { software: 'Peer/1.0', url: origin },
  });
  serveNodeInfo(federation, store);
  servePeople(federation, store);
  servePosts(federation, store);

  const inbox = federation.setInboxListeners('/users/{identifier}/inbox', '/inbox');
  const peer: Peer = { origin, store, context: federation.createContext(new URL(origin), {}) };
  serveCollections(federation, peer);
  receiveInto(inbox, peer);
  return { federation, peer };
};

const serveNodeInfo = (federation: PeerFederation, store: Store): void =>
  federation.setNodeInfoDispatcher('/nodeinfo/2.1', () => ({
    software: { name: 'peer', version: '1.0.0' },
    protocols: ['activitypub'],
    openRegistrations: false,
    usage: {
      users: { total: store.people.all().length },
      localPosts: store.posts.all().filter((post) => post.by).length,
      localComments: store.posts.all().filter((post) => post.by && post.inReplyTo).length,
    },
  }));

const servePeople = (federation: PeerFederation, store: Store): void => {
  federation
    .setActorDispatcher('/users/{identifier}', async (context, name) => {
      const person = store.people.get(name);
      if (!person || person.gone) return null;
      const [key] = await context.getActorKeyPairs(name);
      return new Person({
        id: context.getActorUri(name),
        preferredUsername: name,
        name: displayName(name),
        summary: `<p>${displayName(name)} reads along from another server.</p>`,
        url: new URL(`/?as=${name}`, context.canonicalOrigin),
        inbox: context.getInboxUri(name),
        outbox: context.getOutboxUri(name),
        followers: context.getFollowersUri(name),
        following: context.getFollowingUri(name),
        liked: context.getLikedUri(name),
        endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
        publicKey: key?.cryptographicKey ?? null,
        assertionMethod: key?.multikey ?? null,
        manuallyApprovesFollowers: false,
        discoverable: true,
        aliases: (person.aliases ?? []).map((id) => new URL(id)),
      });
    })
    .mapHandle((_, name) => (store.people.get(name) ? name : null))
    .setKeyPairsDispatcher(async (_, name) => {
      const person = store.people.get(name);
      if (!person) return [];
      return [
        {
          privateKey: await importJwk(person.privateKey, 'private'),
          publicKey: await importJwk(person.publicKey, 'public'),
        },
      ];
    });
};

const isPublic = (post: Post): boolean => post.visibility === 'public' || post.visibility === 'unlisted';

const servePosts = (federation: PeerFederation, store: Store): void => {
  federation.setObjectDispatcher(Note, '/users/{name}/posts/{post}', async (context, values) => {
    const post = store.posts.get(context.getObjectUri(Note, values).href);
    return post && isPublic(post) ? Note.fromJsonLd(post.raw, context) : null;
  });
};

const serveCollections = (federation: PeerFederation, peer: Peer): void => {
  const { store } = peer;
  const urls = (ids: string[]): URL[] => ids.map((id) => new URL(id));
  const following = (name: string) =>
    store.follows.all().filter((follow) => follow.person === name && follow.state === 'accepted');
  const posts = (name: string) => store.posts.all().filter((post) => post.by === name && isPublic(post));
  const likes = (name: string) =>
    store.reactions.all().filter((one) => one.kind === 'like' && one.actor === actorOf(peer, name));

  federation
    .setFollowersDispatcher('/users/{identifier}/followers', (_, name): { items: Recipient[] } => ({
      items: followersOf(peer, name),
    }))
    .setCounter((_, name) => followersOf(peer, name).length);
  federation
    .setFollowingDispatcher('/users/{identifier}/following', (_, name) => ({
      items: urls(following(name).map((follow) => follow.actor)),
    }))
    .setCounter((_, name) => following(name).length);
  federation
    .setOutboxDispatcher('/users/{identifier}/outbox', async (context, name) => ({
      items: await Promise.all(
        posts(name).map(async (post): Promise<Activity> => {
          const note = await Note.fromJsonLd(post.raw, context);
          const id = new URL(`${post.id}/activity`);
          return new Create({ id, actor: context.getActorUri(name), object: note, tos: note.toIds, ccs: note.ccIds });
        }),
      ),
    }))
    .setCounter((_, name) => posts(name).length);
  federation
    .setLikedDispatcher('/users/{identifier}/liked', (_, name) => ({
      items: urls(likes(name).map((like) => like.object)),
    }))
    .setCounter((_, name) => likes(name).length);
};
