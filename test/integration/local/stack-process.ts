import { startStack } from '../../../infra/local/stack.ts';

// A stack in a process of its own, which tests may kill. Says where it is on its first line.
const stack = await startStack(JSON.parse(process.argv[2]!));
const [memberToken, platformToken] = [await stack.token({ sub: 'm1' }), await stack.token({ scope: 'platform' })];
console.log(JSON.stringify({ ...stack, memberToken, platformToken }));
