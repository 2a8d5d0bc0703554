/** What must be true after each step, told without looking at the code: the switch, the posts, and each server's copies. */
import { type ServerName, serverNames } from './steps.ts';

/** Where the switch is. `left`: off, with copies that were left where they are. */
export type Switch = 'off' | 'left' | 'on' | 'paused';

/**
 * What a server must, may or must not have. `owed`: it is out, and must have the post once it is back; `behind`: the same
 * for the last edit. `stale`: it must have the post, but need not know the last edit.
 */
type Copy = 'must' | 'owed' | 'behind' | 'stale' | 'may' | 'mustNot';

/** A post and its copies. */
export interface ModelPost {
  readonly postId: string;
  text: string;
  /** `out`: shared, and not taken back. */
  state: 'out' | 'deleted' | 'removed' | 'cancelled';
  /** Its id; another one each time that it is shared. */
  id: string | undefined;
  /** One for each earlier sharing; undefined for one that was cancelled. */
  readonly pastIds: (string | undefined)[];
  /** How often it was shared. */
  sharings: number;
  readonly copies: Map<ServerName, Copy>;
  readonly likes: Set<ServerName>;
  /** Nobody has waited until it left. */
  isHasty: boolean;
}

/** A removal of everything: the ids that servers are asked to remove. */
export interface ModelRemoval {
  readonly ids: () => readonly string[];
}

/**
 * How a server stands to the member. `ghost`: it believes that it follows, and we do not know of it. `unsure`: both may be
 * so, because it was out of reach while that was decided.
 */
type Follow = 'none' | 'held' | 'following' | 'ghost' | 'unsure';

/** A server as the model sees it. */
export interface ModelServer {
  isUp: boolean;
  follow: Follow;
}

/** Those that go on following whoever rejects them. */
const keepsAcceptedFollows: readonly ServerName[] = ['gotosocial', 'pixelfed'];

/** What the switch makes of a wish: where it leads, or 409. */
const wishes: Readonly<
  Record<'turn on' | 'pause' | 'stop' | 'stop and remove', Readonly<Record<Switch, Switch | 409>>>
> = {
  'turn on': { off: 'on', left: 'on', on: 'on', paused: 'on' },
  pause: { off: 409, left: 409, on: 'paused', paused: 'paused' },
  stop: { off: 'off', left: 'left', on: 'left', paused: 'left' },
  'stop and remove': { off: 'off', left: 'off', on: 'off', paused: 'off' },
};

/** A wish about the switch. */
export type Wish = keyof typeof wishes;

/** A member who has done nothing yet, and six servers that do not know them. */
export function newModel() {
  let now: Switch = 'off';
  const removals: ModelRemoval[] = [];
  const told = new Set<ServerName>();
  const posts: ModelPost[] = [];
  const servers = new Map<ServerName, ModelServer>(serverNames.map((name) => [name, { isUp: true, follow: 'none' }]));
  const each = (change: (server: ModelServer, name: ServerName) => void) => {
    for (const [name, server] of servers) change(server, name);
  };
  const isSharing = () => now === 'on' || now === 'paused';

  /** Every copy is asked for; one that is out of reach may stay. */
  const takeBack = ({ copies }: ModelPost) => {
    for (const [name, copy] of copies)
      copies.set(name, servers.get(name)!.isUp || copy === 'mustNot' ? 'mustNot' : 'may');
  };

  /** Of what waits for servers that are out, nothing but removals is sent across the end of sharing. */
  const dropWaiting = () => {
    for (const { copies } of posts)
      for (const [name, copy] of copies) {
        if (copy === 'owed') copies.set(name, 'may');
        if (copy === 'behind') copies.set(name, 'stale');
      }
  };

  const follows: Readonly<Record<Wish, () => void>> = {
    'turn on': () => {
      each((server, name) => {
        if (server.follow === 'ghost') server.follow = 'following';
        if (server.follow !== 'held') return;
        // While it is out, the posts that follow may come there before the Accept does.
        server.follow = now === 'paused' && server.isUp ? 'following' : 'unsure';
        told.add(name);
      });
    },
    pause: () => undefined,
    stop: () =>
      each((server) => {
        if (server.follow === 'held') server.follow = 'unsure';
      }),
    'stop and remove': () =>
      each((server, name) => {
        if (server.follow !== 'following') server.follow = server.follow === 'none' ? 'none' : 'unsure';
        else if (!server.isUp) server.follow = 'unsure';
        else if (!keepsAcceptedFollows.includes(name)) server.follow = 'none';
        // What it runs is found out when it is asked for something.
        else server.follow = posts.some(({ state }) => state === 'out') ? 'ghost' : 'unsure';
      }),
  };

  return {
    posts,
    servers,
    state: () => now,
    isSharing,
    /** The removals of everything, the oldest first. */
    removals: removals as readonly ModelRemoval[],
    /** Servers that have followed at some time: they are told of every change of the profile. */
    told,

    /** What must be answered to a wish, and what follows from it. */
    wish: (wish: Wish): 'done' | 409 => {
      const next = wishes[wish][now];
      if (next === 409) return 409;
      if (next === now) return 'done';
      if (next !== 'paused') follows[wish]();
      if (next === 'left' || next === 'off') dropWaiting();
      if (next === 'off') {
        const out = posts.filter(({ state }) => state === 'out');
        // Which id a post on its way will have had is known only later.
        const before = out.map((post) => [post, post.pastIds.length] as const);
        removals.push({ ids: () => before.flatMap(([post, nth]) => [...post.pastIds, post.id][nth] ?? []) });
        for (const post of out) {
          post.state = 'removed';
          takeBack(post);
        }
      }
      now = next;
      return 'done';
    },

    /** A post leaves: it goes to all who follow. */
    shared: (post: ModelPost): void => {
      if (post.sharings++ > 0) post.pastIds.push(post.id);
      post.id = undefined;
      post.state = 'out';
      post.likes.clear();
      each(({ isUp, follow }, name) => {
        if (follow === 'following') post.copies.set(name, isUp ? 'must' : 'owed');
        else post.copies.set(name, follow === 'unsure' || follow === 'ghost' ? 'may' : 'mustNot');
      });
    },

    edited: (post: ModelPost, text: string): void => {
      post.text = text;
      for (const [name, copy] of post.copies)
        if (copy === 'must' && !servers.get(name)!.isUp) post.copies.set(name, 'behind');
    },

    deleted: (post: ModelPost): void => {
      post.state = 'deleted';
      takeBack(post);
    },

    follow: (name: ServerName): void => {
      const server = servers.get(name)!;
      if (now === 'on') told.add(name);
      if (now === 'on') server.follow = 'following';
      else server.follow = now === 'paused' ? 'held' : 'none';
    },

    unfollow: (name: ServerName): void => {
      const server = servers.get(name)!;
      // The end of a follow that we do not know of cannot be seen: sharing may go on before it has come through.
      server.follow = server.follow === 'ghost' || server.follow === 'unsure' ? 'unsure' : 'none';
    },

    goesDown: (name: ServerName): void => {
      servers.get(name)!.isUp = false;
    },

    /** All that waited for it has come: nothing that was taken back is left there. */
    comesBack: (name: ServerName): void => {
      servers.get(name)!.isUp = true;
      for (const { state, copies } of posts) {
        const copy = copies.get(name);
        if (state !== 'out') copies.set(name, 'mustNot');
        else if (copy === 'owed' || copy === 'behind') copies.set(name, 'must');
      }
    },

    /** Something happened while this post was on its way: who gets it is decided by who is faster. */
    overtaken: ({ copies }: ModelPost): void => {
      for (const name of copies.keys()) copies.set(name, 'may');
    },

    /** The post that a step means: counted from the newest. */
    post: (number: number): ModelPost | undefined => posts[posts.length - 1 - (number % Math.max(1, posts.length))],
  };
}

/** The model as walks use it. */
export type Model = ReturnType<typeof newModel>;
