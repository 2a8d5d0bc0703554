import { bundle } from './bundle.ts';
import { type Child, startChild } from './child.ts';
import type { Cloud } from './cloud.ts';
import type { Engine } from './engine.ts';
import type { Ground } from './race.ts';

/** Starts a process that runs a function of so much memory: bundled, and with the limits of V8's heap, as on Lambda. */
export async function startEngine(
  { directory, authorityFile }: Pick<Ground, 'directory' | 'authorityFile'>,
  { address }: Pick<Cloud, 'address'>,
  memoryMb: number,
): Promise<Child<Engine>> {
  const young = Math.floor(memoryMb / 10);
  const engine = startChild<Engine>(bundle('engine.ts', directory), {
    env: { NODE_EXTRA_CA_CERTS: authorityFile, NODE_OPTIONS: '' },
    flags: [`--max-semi-space-size=${Math.floor(young / 2)}`, `--max-old-space-size=${memoryMb - young}`],
    imports: [new URL('resolve-names.ts', import.meta.url)],
  });
  await engine.ask('connect', address);
  return engine;
}
