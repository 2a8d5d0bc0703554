/** What DynamoDB does and its emulator never does: conflicts, throttling, and answers that are lost after the write. */
import {
  type DynamoDBClient,
  ProvisionedThroughputExceededException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';

/** How often each fault happened. */
export type Faults = Record<'conflict' | 'throttled' | 'answerLost', number>;

const often = { conflict: 0.25, throttled: 0.06, answerLost: 0.1 }; // what the SDK's own budget for retries can bear
/** As many as the callers under test promise to bear: the SDK tries three times, `transact` five times. */
const most = { perRequest: 2, conflicts: 4 };

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const isWrite = (command: string | undefined) => /^(Put|Update|Delete|Transact)/.test(command ?? '');

/** A transaction is cancelled whole, and says for each item whether that one was the reason. */
function conflictOf(input: object, random: () => number): Error {
  const $metadata = { httpStatusCode: 400 };
  if (!('TransactItems' in input)) return new TransactionConflictException({ $metadata, message: 'injected' });
  const items = input.TransactItems as readonly unknown[];
  const culprit = Math.floor(random() * items.length);
  const code = random() < 0.7 ? 'TransactionConflict' : 'ThrottlingError';
  const CancellationReasons = items.map((_, index) => ({ Code: index === culprit ? code : 'None' }));
  return new TransactionCanceledException({ $metadata, message: 'injected', CancellationReasons });
}

const throttled = () => new ProvisionedThroughputExceededException({ $metadata: {}, message: 'injected' });
const lost = () => Object.assign(new Error('injected: the answer was lost'), { name: 'TimeoutError' });

/**
 * Injects faults below the SDK's retries, which see them as if they came from AWS. The seed fixes them, as far as the
 * order of requests is fixed. Tells how many there were.
 */
export function makeUnreliable(client: DynamoDBClient, seed: number): Faults {
  const random = randomFrom(seed);
  const faults: Faults = { conflict: 0, throttled: 0, answerLost: 0 };
  const conflicts = new Map<string, number>();
  client.middlewareStack.add(
    (next, context) => {
      let borne = 0;
      return async (args) => {
        const write = isWrite(context.commandName);
        const same = JSON.stringify(withoutToken(args.input));
        if (write && (conflicts.get(same) ?? 0) < most.conflicts && random() < often.conflict) {
          faults.conflict++;
          conflicts.set(same, (conflicts.get(same) ?? 0) + 1);
          throw conflictOf(args.input, random);
        }
        if (borne < most.perRequest && random() < often.throttled) {
          borne++;
          faults.throttled++;
          throw throttled();
        }
        const loses = borne < most.perRequest && random() < often.answerLost;
        if (!loses) return next(args);
        borne++;
        faults.answerLost++;
        await next(args).catch(() => undefined);
        throw lost();
      };
    },
    { step: 'deserialize', priority: 'high', name: 'unreliable' },
  );
  return faults;
}

/** What becomes of one write: nothing unusual, done but its answer lost, or an error in place of an answer. */
export type Fault = 'none' | 'lost' | Error;

/** Injects these faults, one for each write in their order, and then none; in place of those before. */
export function failWith(client: DynamoDBClient, faults: readonly Fault[]): { readonly writes: number } {
  const counted = { writes: 0 };
  client.middlewareStack.remove('unreliable');
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (!isWrite(commandName)) return next(args);
        const fault = faults[counted.writes++] ?? 'none';
        if (fault instanceof Error) throw fault;
        const answer = await next(args);
        if (fault === 'lost') throw lost();
        return answer;
      },
    { step: 'deserialize', priority: 'high', name: 'unreliable' },
  );
  return counted;
}

/** Lets something else happen right before a client's next request of this kind goes out. */
export function interrupt(client: DynamoDBClient, commandName: string, run: () => Promise<unknown>): void {
  const name = 'interrupt';
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (context.commandName === commandName && client.middlewareStack.remove(name)) await run();
      return next(args);
    },
    { step: 'initialize', name },
  );
}

const withoutToken = (input: object) => ({ ...input, ClientRequestToken: undefined });
