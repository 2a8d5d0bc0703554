import { mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const noteName = 'start.pid';
const fileIn = (dataDir: string) => join(dataDir, noteName);
const patienceMilliseconds = 5000;

/** Notes that this process uses the data directory. */
export async function noteStart(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(fileIn(dataDir), String(process.pid));
}

/** Clears the data directory. Refuses a directory with other things in it than a start has put there. */
export async function forgetEverything(dataDir: string): Promise<void> {
  const names = await readdir(dataDir).catch((): string[] => []);
  if (names.length > 0 && !names.includes(noteName)) {
    throw new Error(`${dataDir} is not cleared: it holds something else than the data of a local stack.`);
  }
  await rm(dataDir, { recursive: true, force: true });
}

/**
 * Ends an earlier start on the same data directory that still runs, for example because only its npm was killed.
 * Answers its process id, or undefined when there was none. Never touches a process that is something else.
 */
export async function endEarlierStart(dataDir: string): Promise<number | undefined> {
  const pid = Number(await readFile(fileIn(dataDir), 'utf8').catch(() => ''));
  if (!pid || pid === process.pid || !(await isStart(pid))) return undefined;
  process.kill(pid, 'SIGTERM');
  const until = Date.now() + patienceMilliseconds;
  while (await isStart(pid)) {
    if (Date.now() > until) process.kill(pid, 'SIGKILL');
    await wait(50);
  }
  return pid;
}

/** Whether the process is a start of this very folder. */
async function isStart(pid: number): Promise<boolean> {
  try {
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    const folder = await readlink(`/proc/${pid}/cwd`);
    return folder === process.cwd() && command.some((part) => part.endsWith('infra/local/start.ts'));
  } catch {
    return false;
  }
}
