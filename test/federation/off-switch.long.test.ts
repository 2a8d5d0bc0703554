/** Many lives at random. A failing one is shrunk to the few steps that matter. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { runs } from '../support/runs.ts';
import { type Scene, startScene } from './off-switch/scene.ts';
import { aWalk } from './off-switch/steps.ts';
import { walk } from './off-switch/walk.ts';

const long = process.env.LONG === '1'; // the short form is the one life in off-switch.test.ts

describe.runIf(long)('on six servers', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
  });
  afterAll(() => scene?.stop());

  test('any life', async () => {
    const property = fc.asyncProperty(aWalk(30), async (steps) => void (await walk(scene, steps)));
    await fc.assert(property, { ...runs(1, 20), interruptAfterTimeLimit: 8 * 60_000 });
  });
});
