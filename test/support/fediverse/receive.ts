/** What a server does with an activity once its signature holds: what all do, behind what only some do. */
import type { Json } from '../remote-server.ts';
import { forgetActor, type Memory } from './memory.ts';

/** An activity from elsewhere, verified. */
export interface Arriving {
  readonly id: string;
  readonly type: string;
  readonly actor: string;
  readonly object: string | Json;
}

/** How a server can be reached by its behaviours: what it knows, and how it fetches. */
export interface Ground {
  readonly memory: Memory;
  /** Fetches a document as this server does. */
  readonly fetch: (address: string) => Promise<{ readonly status: number; readonly document: Json | undefined }>;
}

/**
 * What sets some servers apart. `receive` stands before what all do, and says in plain words what became of the activity;
 * `whenGone` is what happens when an actor, and so its key, answers 410.
 */
export interface Behaviour {
  readonly receive?: (arriving: Arriving, ground: Ground, next: () => Promise<string>) => Promise<string>;
  readonly whenGone?: (actor: string, ground: Ground) => void;
}

/** The id of an object, embedded or not. */
export const idOf = (object: unknown): string => {
  if (typeof object === 'string') return object;
  return typeof object === 'object' && object !== null && 'id' in object ? String(object.id) : '';
};

const typeOf = (object: string | Json): string => (typeof object === 'string' ? '' : String(object.type ?? ''));

/** Is it the account that is deleted, and not a post? */
export const deletesItself = ({ type, actor, object }: Arriving): boolean =>
  type === 'Delete' && idOf(object) === actor;

/** Runs the behaviours one behind the other, and then does what all do. */
export function receive(behaviours: readonly Behaviour[], arriving: Arriving, ground: Ground): Promise<string> {
  const chain = behaviours.reduceRight<() => Promise<string>>(
    (next, behaviour) => (behaviour.receive ? () => behaviour.receive!(arriving, ground, next) : next),
    async () => common[arriving.type]?.(arriving, ground.memory) ?? `ignored: nothing to do for ${arriving.type}`,
  );
  return chain();
}

const common: Readonly<Record<string, (arriving: Arriving, memory: Memory) => string>> = {
  Accept: ({ actor, object }, { follows }) => {
    const follow = follows.get(actor);
    if (!follow || follow.id !== idOf(object)) return 'ignored: no such Follow was sent';
    follows.set(actor, { ...follow, state: 'accepted' });
    return 'the follow is accepted';
  },

  Reject: ({ actor, object }, { follows }) => {
    if (follows.get(actor)?.id !== idOf(object)) return 'ignored: no such Follow was sent';
    follows.delete(actor);
    return 'the follow is rejected';
  },

  Create: ({ actor, object }, { posts, follows }) => {
    if (typeof object === 'string' || object.attributedTo !== actor) return 'refused: the sender is not the author';
    const id = idOf(object);
    if (posts.has(id)) return 'ignored: it is known already';
    if (follows.get(actor)?.state !== 'accepted') return 'ignored: nobody here follows the author';
    posts.set(id, { id, author: actor, content: String(object.content ?? '') });
    return 'stored';
  },

  Update: ({ actor, object }, { posts, profiles }) => {
    if (typeof object === 'string') return 'ignored: nothing is embedded';
    const id = idOf(object);
    if (id === actor) {
      if (!profiles.has(actor)) return 'ignored: nobody here knows this person';
      profiles.set(actor, object);
      return 'profile changed';
    }
    if (posts.get(id)?.author !== actor) return 'ignored: this post is not here';
    posts.set(id, { id, author: actor, content: String(object.content ?? '') });
    return 'updated';
  },

  Delete: (arriving, memory) => {
    const { actor, object } = arriving;
    if (deletesItself(arriving)) {
      forgetActor(memory, actor);
      return 'person deleted';
    }
    if (memory.posts.get(idOf(object))?.author !== actor) return 'ignored: this post is not here';
    memory.posts.delete(idOf(object));
    return 'deleted';
  },
};

export { typeOf };
