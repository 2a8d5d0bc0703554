import { createWriteStream, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';

/** The log files of a stack, one per function. */
export interface Logs {
  open(name: string): Writable;
  close(): void;
}

const largestBytes = 10 * 1024 * 1024;

/** Appends to `<directory>/<name>.log`, which begins anew when it has grown large; `verbose` copies to stderr as well. */
export function openLogs(directory: string, verbose: boolean): Logs {
  const opened: Writable[] = [];
  const open = (name: string): Writable => {
    const path = join(directory, `${name}.log`);
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > largestBytes) rmSync(path);
    const file = createWriteStream(path, { flags: 'a' });
    const log = new Writable({
      decodeStrings: false,
      write: (chunk, _encoding, done) => {
        if (verbose) process.stderr.write(String(chunk).replace(/^(?=.)/gm, `${name} | `));
        file.write(chunk, done);
      },
      final: (done) => void file.end(done),
    });
    // Every thread of a function writes here, also with its last breath.
    log.setMaxListeners(0).on('error', () => undefined);
    opened.push(log);
    return log;
  };
  return {
    open,
    close: () => {
      for (const log of opened) log.end();
    },
  };
}
