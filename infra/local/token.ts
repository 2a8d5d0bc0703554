import { parseArgs } from 'node:util';
import { tokenOf } from './gateway/issuer.ts';
import { dataDir } from './machine.ts';

const usage = `npm run --silent token [-- OPTIONS]

Prints a token for the local stack that runs, or last ran, in this folder.

  --member ID   a token of this member, instead of the platform's
  --help        show this`;

try {
  const { values } = parseArgs({ options: { member: { type: 'string' }, help: { type: 'boolean' } } });
  console.log(values.help ? usage : await tokenOf(dataDir, values.member ? { sub: values.member } : {}));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`);
  process.exit(1);
}
