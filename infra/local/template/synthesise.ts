import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { projectDir } from '../machine.ts';

const sources = ['cdk.json', 'package.json', 'package-lock.json', 'tsconfig.json', 'infra', 'functions', 'shared'];
const runner = join('infra', 'local') + sep;
const dayInMilliseconds = 24 * 60 * 60 * 1000;

/** Synthesises stage `local` in a child process and answers the directory. Unchanged sources are not synthesised twice. */
export async function synthesise(log: (line: string) => void, root = projectDir): Promise<string> {
  const output = join(root, 'cdk.out');
  const directory = join(output, `local-${await fingerprint(root)}`);
  if (!existsSync(directory)) {
    await mkdir(output, { recursive: true });
    const release = await takeTurn(join(output, 'local.lock'));
    try {
      if (!existsSync(directory)) {
        log('synthesising the template…');
        await runApp(root, directory);
      }
    } finally {
      await release();
    }
  }
  await utimes(directory, new Date(), new Date());
  await removeOld(output);
  return directory;
}

/** Runs the app of `cdk.json` as the CDK's command line would, without that command line's second of start-up. */
async function runApp(root: string, directory: string): Promise<void> {
  const { app, context } = JSON.parse(await readFile(join(root, 'cdk.json'), 'utf8'));
  const unfinished = `${directory}.${randomUUID()}`;
  const child = spawn(app, {
    cwd: root,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      CDK_OUTDIR: unfinished,
      // Paths make readable names of the resources here.
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, stage: 'local', 'aws:cdk:enable-path-metadata': true }),
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const code = await new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  if (code !== 0) {
    await rm(unfinished, { recursive: true, force: true });
    throw new Error(`The template could not be synthesised: \`${app}\` (stage local) failed.\n${said.trim()}`);
  }
  await rename(unfinished, directory);
}

async function fingerprint(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(root, source);
    if (!existsSync(path)) continue;
    const names = (await stat(path)).isDirectory() ? await readdir(path, { recursive: true, withFileTypes: true }) : [];
    const below = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of names.length > 0 ? below.sort() : [path]) {
      const name = relative(root, file);
      if (!name.startsWith(runner))
        hash
          .update(`${name}\0`)
          .update(await readFile(file))
          .update('\0');
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Stacks that start at the same moment synthesise once: the others wait for the first. */
async function takeTurn(file: string): Promise<() => Promise<void>> {
  const claim = `${file}.${randomUUID()}`;
  await writeFile(claim, String(process.pid));
  try {
    for (;;) {
      try {
        await link(claim, file);
        return () => rm(file, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = Number(await readFile(file, 'utf8').catch(() => ''));
      if (holder > 0 && !isRunning(holder)) await rm(file, { force: true });
      else await wait(50);
    }
  } finally {
    await rm(claim);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Directories that nobody started from for a day. A younger one may still be in use by a running stack. */
async function removeOld(output: string): Promise<void> {
  for (const name of await readdir(output)) {
    const directory = join(output, name);
    if (!name.startsWith('local-')) continue;
    const { mtimeMs } = await stat(directory).catch(() => ({ mtimeMs: Date.now() }));
    if (mtimeMs < Date.now() - dayInMilliseconds) await rm(directory, { recursive: true, force: true });
  }
}
