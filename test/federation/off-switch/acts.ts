/** Does what a step says: to the member by the platform API, to a server, and to the model, which says what must be answered. */
import type { MockServer } from '../../support/fediverse/server.ts';
import { eventually } from '../../support/peer/eventually.ts';
import { Refused } from '../../support/platform-client.ts';
import type { Model, ModelPost, Wish } from './model.ts';
import type { Scene } from './scene.ts';
import { type ServerName, type Step, serverNames } from './steps.ts';

/** A member and servers under test, with their model. */
export interface Subject extends Scene {
  readonly model: Model;
  readonly memberId: string;
  readonly handle: string;
  readonly server: (which: ServerName) => MockServer;
}

/** Throws when two values differ. */
export function mustBe(what: string, wanted: unknown, found: unknown): void {
  if (JSON.stringify(wanted) !== JSON.stringify(found))
    throw new Error(`${what}: ${JSON.stringify(wanted)} was expected, and it was ${JSON.stringify(found)}`);
}

/** The call must be answered 409; the problem that it names. */
async function mustConflict(what: string, call: Promise<unknown>) {
  const refused = await call.then(
    () => undefined,
    (error) => (error instanceof Refused ? error : Promise.reject(error)),
  );
  mustBe(what, 409, refused?.status);
  return refused?.problem;
}

/** What can be done with a subject. */
export function actsOf({ stack, platform, model, memberId, handle, server }: Subject) {
  let actorId: string | undefined;
  let texts = 0;
  let posts = 0;

  const calls: Readonly<Record<Wish, () => Promise<unknown>>> = {
    'turn on': () => platform.turnOn(memberId),
    pause: () => platform.pause(memberId),
    stop: () => platform.stop(memberId),
    'stop and remove': () => platform.turnOff(memberId),
  };

  async function wish(what: Wish): Promise<void> {
    const before = model.state();
    if (model.wish(what) === 409) {
      const problem = await mustConflict(what, calls[what]());
      if (!problem?.possible) throw new Error(`${what} was refused without a word on what is possible`);
      return;
    }
    await calls[what]();
    if (what === 'stop and remove' && before !== 'off') {
      await mustConflict('a pause while removing', platform.pause(memberId));
      await mustConflict('a post while removing', platform.share(memberId, { postId: 'too-late', text: 'No' }));
      await eventually('the removal is over', async () => (await platform.sharing(memberId)).state === 'off');
    }
    if (what === 'turn on') {
      actorId = (
        await eventually('the keys are made', async () => {
          const now = await platform.sharing(memberId);
          return now.ready && now;
        })
      ).actorId!;
    }
  }

  /** The ids that posts were given are known once they have left. */
  async function nothingIsWaiting(): Promise<void> {
    for (const post of model.posts)
      if (post.id === undefined && post.state !== 'cancelled') {
        const { state, url } = await eventually(`${post.postId} has left`, async () => {
          const now = await platform.post(memberId, post.postId);
          return now.state !== 'waiting' && now;
        });
        if (url) post.id = url;
        if (state === 'cancelled') post.state = 'cancelled';
        if (state === 'cancelled') for (const whom of post.copies.keys()) post.copies.set(whom, 'mustNot');
        post.isHasty = false;
      }
  }

  async function share(isHasty: boolean): Promise<void> {
    const postId = `post-${++posts}`;
    const text = `Text ${++texts}`;
    const call = platform.share(memberId, { postId, text, delaySeconds: 0 });
    if (model.state() !== 'on') return void (await mustConflict('post', call));
    await call;
    const likes = new Set<ServerName>();
    const post: ModelPost = {
      postId,
      text,
      state: 'out',
      id: undefined,
      pastIds: [],
      sharings: 0,
      copies: new Map(),
      likes,
      isHasty,
    };
    model.posts.push(post);
    model.shared(post);
  }

  const toPost: Readonly<Record<'edit' | 'delete' | 'share again', (post: ModelPost) => Promise<void>>> = {
    edit: async (post) => {
      const text = `Text ${++texts}`;
      const call = platform.edit(memberId, post.postId, { text });
      if (post.state !== 'out' || !model.isSharing()) return void (await mustConflict('edit', call));
      await call;
      model.edited(post, text);
    },
    delete: async (post) => {
      if (post.state !== 'out') return;
      await platform.remove(memberId, post.postId);
      model.deleted(post);
    },
    'share again': async (post) => {
      const call = platform.shareAgain(memberId, post.postId);
      if (post.state === 'out' || model.state() !== 'on') return void (await mustConflict('share again', call));
      await call;
      model.shared(post);
    },
  };

  type ToServer = Extract<Step, { readonly server: ServerName }>['what'];
  const toServer: Readonly<Record<ToServer, (which: ServerName) => Promise<void>>> = {
    follow: async (which) => {
      const it = server(which);
      if (!it.isUp() || actorId === undefined || it.followState(actorId) === 'accepted') return;
      const found = await it.find(handle, stack.origin);
      mustBe(`${which} finds the member`, model.isSharing() ? actorId : undefined, found);
      mustBe(`${which} may follow`, true, await it.follow(actorId));
      model.follow(which);
    },
    unfollow: async (which) => {
      if (!server(which).isUp() || actorId === undefined || server(which).followState(actorId) === 'none') return;
      await server(which).unfollow(actorId);
      model.unfollow(which);
    },
    like: async (which) => {
      const post = model.posts.findLast(({ id, state }) => id && state === 'out' && server(which).holds(id));
      if (!post?.id || !server(which).isUp() || !model.isSharing()) return;
      mustBe('a like', 202, await server(which).like(post.id));
      post.likes.add(which);
    },
    'look again': async (which) => {
      if (server(which).isUp() && actorId) mustBe('the actor', 200, await server(which).refresh(actorId));
    },
    'goes down': async (which) => {
      await server(which).goDown();
      model.goesDown(which);
    },
    'comes back': async (which) => {
      if (server(which).isUp()) return;
      await server(which).comeBack();
      model.comesBack(which);
    },
  };

  async function plainly(what: Exclude<Step, { readonly server: ServerName } | { readonly post: number }>['what']) {
    switch (what) {
      case 'post':
      case 'post and go on':
        return share(what !== 'post');
      case 'everyone follows':
        for (const which of serverNames) await toServer.follow(which);
        return;
      default:
        return wish(what);
    }
  }

  /** Steps that leave a post on its way alone. */
  const harmless: readonly string[] = ['post', 'post and go on', 'pause', 'like', 'look again', 'edit', 'share again'];

  async function act(taken: Step): Promise<void> {
    const hasty = model.posts.filter(({ isHasty }) => isHasty);
    if ('server' in taken) await toServer[taken.what](taken.server);
    else if ('post' in taken) {
      const post = model.post(taken.post);
      if (post) await toPost[taken.what](post);
    } else await plainly(taken.what);
    if (!harmless.includes(taken.what)) for (const post of hasty) if (post.state === 'out') model.overtaken(post);
  }

  return {
    act,
    nothingIsWaiting,
    /** Known once sharing was turned on. */
    actorId: () => actorId,
  };
}
