/** The power fails at every step of a removal: no post is left un-asked, and the receipt is complete and right. */
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../support/peer/eventually.ts';
import { tell } from '../../support/tell.ts';
import {
  aRemovalScene,
  delaysOf,
  type LivePost,
  middle,
  type RemovalScene,
  requestsOf,
  size,
} from './removal-scene.ts';

const long = process.env.LONG === '1';

/** What is awaited before the power fails, one after the other; in the short form only some of it. */
function momentsOf({ fediverse, present }: RemovalScene): readonly (readonly [string, () => Promise<boolean>])[] {
  const all = size.posts * fediverse.alive.length;
  const moments = [
    ['it was begun', async () => true],
    ['tombstones are put in place', async () => (await present()).posts > 0],
    ['its servers are cut into slices', async () => (await present()).slices !== undefined],
    ['the first server was asked', async () => fediverse.deletes() > 0],
    ['a third was asked for', async () => fediverse.deletes() > all / 3],
    ['two thirds were asked for', async () => fediverse.deletes() > (all * 2) / 3],
    ['everyone was asked', async () => (await present()).state !== 'underWay'],
    ['the blank profile leaves', async () => fediverse.haveSeen('Update') > 0],
    ['followers are rejected', async () => fediverse.haveSeen('Reject') > 0],
  ] as const;
  const shortly = ['the first server was asked'];
  return moments.filter(([name]) => long || shortly.includes(name));
}

test(
  `of ${size.posts} posts on ${size.servers} servers, ${size.dead} of them dead and ${size.refusing} refusing`,
  async () => {
    const scene = await aRemovalScene();
    onTestFinished(scene.end);
    const { fediverse, present } = scene;
    const began = Date.now();
    await scene.turnOff();
    const live: LivePost[] = [];
    for (const [what, isSo] of momentsOf(scene)) {
      await eventually(what, isSo, 120_000);
      await scene.killAndStart((live.length + 1) * 30);
      live.push(await scene.shareLive(what));
    }
    await eventually('sharing is off', scene.isOff, 240_000);
    const seconds = (Date.now() - began) / 1000;
    const delays = await delaysOf(scene, live);
    for (const type of ['Update', 'Reject'])
      await eventually(
        `each server has got a ${type}`,
        async () => fediverse.haveSeen(type) === fediverse.alive.length,
      );

    for (const { deletes } of fediverse.alive)
      expect(scene.objects.filter((object) => !deletes.has(object))).toEqual([]);
    expect(await present()).toMatchObject({ state: 'asked', posts: size.posts, open: 0, parked: size.dead });
    const asks = await scene.asks();
    expect(asks.size).toBe(size.servers);
    const counted = {
      takes: { state: 'done', asked: size.posts, accepted: size.posts, refused: {} },
      refuses: { state: 'done', asked: size.posts, accepted: 0, refused: { 403: size.posts } },
      dead: { state: 'parked', accepted: 0, refused: {}, failingSince: expect.any(String) },
    };
    for (const { host, behaviour } of fediverse.servers) expect(asks.get(host)).toMatchObject(counted[behaviour]);
    // One request at most has left for a dead one; it is forgotten where the power failed before that was written.
    for (const { host } of fediverse.servers.filter(({ behaviour }) => behaviour === 'dead'))
      expect(asks.get(host)!.asked).toBeLessThanOrEqual(1);

    const requests = requestsOf(scene);
    const mean = requests.reduce((sum, count) => sum + count, 0) / requests.length;
    tell(
      `${live.length} power failures: ${mean.toFixed(1)} Deletes for each server (${Math.min(...requests)} to ${Math.max(...requests)}) for ${size.posts} posts, ` +
        `${seconds.toFixed(0)} s with all restarts; posts of another member reached the last of ${fediverse.alive.length} servers ` +
        `after ${middle(delays)} ms in the middle and ${delays.at(-1)} ms at most, power failures among them`,
    );
  },
  15 * 60_000,
);
