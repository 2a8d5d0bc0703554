/** What people on other servers do: it reaches us as `inbox` would have queued it. */
import type { Person, RemoteServer } from './fediverse.ts';
import type { Chance } from './stand-ins/chance.ts';
import type { VirtualClock } from './stand-ins/clock.ts';
import type { InMemoryQueue } from './stand-ins/queues/messages.ts';

/** A Like, and of what. */
export interface Like {
  readonly id: string;
  readonly object: string;
  readonly server: RemoteServer;
}

/** Everyone's deeds. A server that is out sends nothing. */
export function crowd({
  counted,
  clock,
  luck,
  actor,
}: {
  counted: InMemoryQueue;
  clock: VirtualClock;
  luck: Chance;
  actor: () => string;
}) {
  const likes: Like[] = [];
  let activities = 0;
  const send = ({ id: actorId }: Person, type: string, id: string, object: unknown) => {
    const body = JSON.stringify({
      '@context': 'https://www.w3.org/ns/activitystreams',
      id,
      type,
      actor: actorId,
      object,
    });
    const signedAt = new Date(Math.floor(clock.now() / 1000) * 1000).toISOString(); // the Date header has no milliseconds
    clock.after(luck.between(5, 500), () => counted.send(JSON.stringify({ body, actor: actorId, signedAt })));
  };
  const newId = ({ server }: Person) => `https://${server.host}/activities/${++activities}`;

  return {
    likes,
    follow: (person: Person) => {
      const { server, follows, deeds } = person;
      if (!server.isWell()) return;
      const followId = server.plan.sameFollowId ? `${person.id}#follow` : newId(person);
      for (const [id, state] of follows) if (id !== followId && state !== 'undone') follows.set(id, 'undone');
      follows.set(followId, 'pending');
      deeds.push({ kind: 'follow', id: followId, followId, at: clock.now() });
      send(person, 'Follow', followId, actor());
    },
    unfollow: (person: Person) => {
      const followId = person.deeds.findLast(({ kind }) => kind === 'follow')?.followId;
      if (!followId || !person.server.isWell() || person.follows.get(followId) === 'undone') return;
      person.follows.set(followId, 'undone');
      const id = newId(person);
      person.deeds.push({ kind: 'undo', id, followId, at: clock.now() });
      send(person, 'Undo', id, { id: followId, type: 'Follow', actor: person.id, object: actor() });
    },
    /** Looks at a post, so that the server holds it, and likes it. */
    like: (person: Person, object: string, content: string) => {
      const { server } = person;
      if (!server.isWell()) return;
      server.fetch(object, content);
      const id = newId(person);
      likes.push({ id, object, server });
      send(person, 'Like', id, object);
    },
    /** Something signed that has no other effect. */
    hello: (person: Person) => send(person, 'Like', newId(person), `${actor()}/posts/none`),
  };
}

/** The crowd as the simulation uses it. */
export type Crowd = ReturnType<typeof crowd>;
