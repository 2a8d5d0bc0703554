/** Takes a member of a running stack, and six servers, through a walk, and compares both with the model after each step. */
import type { MockServer } from '../../support/fediverse/server.ts';
import { aProfile } from '../../support/platform-client.ts';
import { actsOf, mustBe } from './acts.ts';
import { complaints } from './complaints.ts';
import { newModel } from './model.ts';
import type { Scene } from './scene.ts';
import { type ServerName, serverNames, step } from './steps.ts';

let members = 0;

/** A member about to walk, everyone within reach. */
export async function newWalker(scene: Scene) {
  const { stack, platform, fediverse } = scene;
  const memberId = `walker-${++members}`;
  const name = `walker${members}`;
  const handle = `${name}@${new URL(stack.origin).host}`;
  await platform.putMember(memberId, aProfile(name));
  await Promise.all(fediverse.servers.map((server) => server.comeBack()));

  const model = newModel();
  const server = (which: ServerName): MockServer => fediverse.servers.find((one) => one.name === which)!;
  const subject = { ...scene, model, memberId, handle, server };
  const { act, nothingIsWaiting, actorId } = actsOf(subject);

  /** Waits until everything is as the model says; servers that were out are looked after meanwhile, as every minute. */
  async function settle(): Promise<void> {
    await nothingIsWaiting();
    const actor = actorId();
    if (actor === undefined) return;
    const giveUpAt = Date.now() + 25_000;
    let sweepAt = Date.now() + 700;
    for (;;) {
      const wrong = await complaints({ ...subject, actorId: actor });
      if (wrong.length === 0) return;
      if (Date.now() > giveUpAt) throw new Error(`Not as it should be after 25 s:\n  ${wrong.join('\n  ')}`);
      if (Date.now() > sweepAt) {
        await stack.invoke('Sweeping-Sweep', {});
        sweepAt = Date.now() + 700;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Takes one step and looks. */
  async function take(text: string): Promise<void> {
    const taken = step(text);
    await act(taken);
    if (taken.what !== 'post and go on') await settle();
  }

  return {
    memberId,
    handle,
    model,
    take,
    settle,
    server,
    actorId,
    /** Everyone is back, follows anew and gets a new post; and then nothing of it is left. No identity is burnt. */
    end: async (): Promise<void> => {
      for (const which of serverNames) await act({ what: 'comes back', server: which });
      await settle();
      await take('turn on');
      for (const which of serverNames)
        if (model.servers.get(which)!.follow !== 'following') await act({ what: 'unfollow', server: which });
      await take('everyone follows');
      await take('post');
      for (const [which, copy] of model.posts.at(-1)!.copies) mustBe(`the last post at ${which}`, 'must', copy);
      await take('stop and remove');
    },
  };
}

/** A member who walks. */
export type Walker = Awaited<ReturnType<typeof newWalker>>;

/** Takes all steps of a walk, to the end, and gives the member; says after which steps it failed. */
export async function walk(scene: Scene, steps: readonly string[]): Promise<Walker> {
  const walker = await newWalker(scene);
  const taken: string[] = [];
  try {
    for (const one of steps) {
      taken.push(one);
      await walker.take(one);
    }
    taken.push('the end: all come back and follow, a post, stop and remove');
    await walker.end();
    return walker;
  } catch (error) {
    throw new Error(`${(error as Error).message}\nafter\n  ${taken.join('\n  ')}\n(member ${walker.memberId})`, {
      cause: error,
    });
  }
}
