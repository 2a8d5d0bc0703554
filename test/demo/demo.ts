/** `npm run demo`: the main job from end to end against a real other server; prints its steps and ends. */
import { startWorld } from '../support/world.ts';
import { scenario } from './scenario.ts';

const started = Date.now();
const say = (line: string) => console.log(line);
const step = (line: string) => say(`  ✔ ${line}`);

say('Starting the stack on this machine, and another server of the fediverse beside it.');
const world = await startWorld({ log: (line) => say(`  ${line}`) });
try {
  say(`\nThe stack is ${world.stack.origin}, the other server ${world.peer.origin}.\n`);
  await scenario(world, step, say);
  say(`\nDone in ${Math.round((Date.now() - started) / 1000)} s.`);
} catch (error) {
  say(
    `\n  ✘ ${(error as Error).message}\n\nThe functions' logs are in ${world.stack.logDirectory}; they go when this ends:`,
  );
  process.exitCode = 1;
  throw error;
} finally {
  await world.stop();
}
