import { startStack } from '../../../infra/local/stack.ts';

// A stack in a process of its own, which tests may kill. Says where it is on its first line.
const [template, dataDir, port] = process.argv.slice(2) as [string, string, string];
const stack = await startStack({ port: Number(port), dataDir, template });
console.log(JSON.stringify({ ...stack, memberToken: await stack.token({ sub: 'm1' }) }));
