/** The one person on a mock server: finds, follows, likes. */
import type { Json } from '../remote-server.ts';
import type { Ground } from './receive.ts';
import { signedFor } from './signatures.ts';

interface Where {
  readonly origin: string;
  readonly actor: string;
  readonly identity: { readonly keyId: string; readonly privateKey: Parameters<typeof signedFor>[1]['privateKey'] };
  readonly ground: Ground;
}

let count = 0;

/** What someone on a server can do. */
export function reader({ origin, actor, identity, ground: { memory, fetch: fetchAs } }: Where) {
  const { profiles, follows, burnt } = memory;
  const activity = (type: string, object: unknown) => ({
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${origin}/activities/${++count}`,
    type,
    actor,
    object,
  });

  async function send(to: string, sent: object): Promise<number> {
    const inbox = profiles.get(to)?.inbox;
    if (typeof inbox !== 'string') throw new Error(`${origin} does not know ${to}.`);
    const body = JSON.stringify(sent);
    const headers = { ...signedFor(inbox, { ...identity, body }), 'content-type': 'application/activity+json' };
    const { status } = await fetch(inbox, { method: 'POST', headers, body });
    return status;
  }

  return {
    /** Finds someone by handle; the id of the actor, or undefined where there is none. `origin` is where the handle's host answers. */
    find: async (handle: string, at: string): Promise<string | undefined> => {
      const answer = await fetch(`${at}/.well-known/webfinger?resource=acct:${encodeURIComponent(handle)}`);
      if (answer.status !== 200) {
        await answer.body?.cancel();
        return undefined;
      }
      const { links } = (await answer.json()) as { links: readonly { rel: string; type?: string; href: string }[] };
      const id = links.find(({ rel, type }) => rel === 'self' && type === 'application/activity+json')?.href;
      if (!id || burnt.has(id)) return undefined;
      const { status, document } = await fetchAs(id);
      if (status !== 200 || !document) return undefined;
      profiles.set(id, document);
      return id;
    },

    /** Asks to follow; false where that cannot be, because the identity is burnt here or is followed already. */
    follow: async (id: string): Promise<boolean> => {
      if (burnt.has(id) || follows.get(id)?.state === 'accepted') return false;
      if (!profiles.has(id)) profiles.set(id, (await fetchAs(id)).document as Json);
      const sent = activity('Follow', id);
      follows.set(id, { id: sent.id, state: 'asked' });
      const status = await send(id, sent);
      if (status === 202) return true;
      follows.delete(id);
      return false;
    },

    /** Takes the follow back. */
    unfollow: async (id: string): Promise<void> => {
      const follow = follows.get(id);
      if (!follow) return;
      follows.delete(id);
      await send(id, activity('Undo', { id: follow.id, type: 'Follow', actor, object: id }));
    },

    /** Likes a post; the status of the answer. */
    like: async (id: string): Promise<number> => {
      const post = memory.posts.get(id);
      if (!post) throw new Error(`${origin} does not have ${id}.`);
      return send(post.author, activity('Like', id));
    },

    followState: (id: string) => follows.get(id)?.state ?? 'none',
    holds: (id: string): boolean => memory.posts.has(id),
    isBurnt: (id: string): boolean => burnt.has(id),
    /** What came to its inboxes, of one type if it is named. */
    seen: (type?: string) => memory.seen.filter((one) => type === undefined || one.type === type),
  };
}
