/** Posts of others go on while a large removal is under way. */
import { expect, onTestFinished, test } from 'vitest';
import { tell } from '../../support/tell.ts';
import { aRemovalScene, delaysOf, type LivePost, middle, requestsOf, size } from './removal-scene.ts';

const long = process.env.LONG === '1'; // the order in which servers are asked is tested with `ask` as well
const atLeast = 10;

test.runIf(long)(
  `beside the removal of ${size.posts} posts from ${size.servers} servers another member goes on sharing`,
  async () => {
    const scene = await aRemovalScene();
    onTestFinished(scene.end);
    const { fediverse } = scene;
    const share = async (until: (shared: number) => Promise<boolean>): Promise<readonly LivePost[]> => {
      const live: LivePost[] = [];
      while (!(await until(live.length))) live.push(await scene.shareLive(`post ${live.length}`));
      return live;
    };
    const alone = await delaysOf(scene, await share(async (shared) => shared >= atLeast));
    const began = Date.now();
    await scene.turnOff();
    const beside = await delaysOf(scene, await share(async (shared) => shared > 0 && (await scene.isOff())));
    const seconds = (Date.now() - began) / 1000;

    const requests = requestsOf(scene);
    expect(requests.every((count) => count === size.posts)).toBe(true);
    // The newest first, at every server.
    for (const { order } of fediverse.alive) expect(order).toEqual(scene.objects.toReversed());
    tell(
      `${size.posts} Deletes for each of ${fediverse.alive.length} servers, ${seconds.toFixed(1)} s until sharing was off; posts of another member reached ` +
        `the last of these servers after ${middle(alone)} ms in the middle before it (${alone.at(-1)} ms at most of ${alone.length}), ` +
        `${middle(beside)} ms beside it (${beside.at(-1)} ms at most of ${beside.length})`,
    );
  },
  10 * 60_000,
);
