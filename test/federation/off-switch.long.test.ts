/** Many lives at random. A failing one is shrunk to the few steps that matter. */
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { runs } from '../support/runs.ts';
import { type Scene, startScene } from './off-switch/scene.ts';
import { aWalk } from './off-switch/steps.ts';
import { walk } from './off-switch/walk.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene?.stop());

test('any life, on six servers', async () => {
  const property = fc.asyncProperty(aWalk(30), async (steps) => void (await walk(scene, steps)));
  await fc.assert(property, { ...runs(1, 25), interruptAfterTimeLimit: 18 * 60_000 });
});
