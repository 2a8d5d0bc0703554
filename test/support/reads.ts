import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** How each read of a client was asked for while something runs: strongly or not. */
export async function readsOf(client: DynamoDBClient, run: () => Promise<unknown>): Promise<('strong' | 'weak')[]> {
  const reads: ('strong' | 'weak')[] = [];
  const name = `reads-${randomUUID()}`;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (/^(GetItem|Query)Command$/.test(commandName ?? ''))
          reads.push('ConsistentRead' in args.input && args.input.ConsistentRead ? 'strong' : 'weak');
        return next(args);
      },
    { step: 'initialize', name },
  );
  await run();
  client.middlewareStack.remove(name);
  return reads;
}
