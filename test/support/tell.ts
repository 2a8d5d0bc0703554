/** Prints a figure that is worth reading when all is well too: of what tests log, only that of failed ones is shown. */
export const tell = (line: string) => void process.stdout.write(`${line}\n`);
