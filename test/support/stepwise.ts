/** Lets things that happen at the same time go on request by request, in every order. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Something that stops before each of its steps. */
export interface Stepwise {
  /** Goes on until it stops again or is over; false when it was over already. */
  step(): Promise<boolean>;
}

/** Starts something that stops before each request of its client that is a step, told by the request's name and text. */
export async function stepwise(
  client: DynamoDBClient,
  isStep: (commandName: string, text: string) => boolean,
  run: () => Promise<unknown>,
): Promise<Stepwise> {
  let goOn: (() => void) | undefined;
  let stopped = Promise.withResolvers<void>();
  let over = false;
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        if (isStep(commandName, JSON.stringify(args.input)))
          await new Promise<void>((resolve) => {
            goOn = resolve;
            stopped.resolve();
          });
        return next(args);
      },
    { step: 'initialize', name: 'stepwise' },
  );
  run().then(
    () => {
      over = true;
      stopped.resolve();
    },
    (error) => stopped.reject(error),
  );
  await stopped.promise;
  return {
    step: async () => {
      if (over) return false;
      stopped = Promise.withResolvers();
      goOn?.();
      await stopped.promise;
      return true;
    },
  };
}

/** Runs two of them in this order (true: the first goes on), and then what is left of both. */
export async function interleave(
  [one, other]: readonly [Stepwise, Stepwise],
  order: readonly boolean[],
): Promise<void> {
  for (const first of order) await (first ? one : other).step();
  for (const rest of [one, other]) while (await rest.step());
}

/** Every order of so many steps of one and so many of another. */
export function ordersOf(ones: number, others: number): readonly (readonly boolean[])[] {
  if (ones === 0 || others === 0) return [[...Array(ones).fill(true), ...Array(others).fill(false)]];
  return [
    ...ordersOf(ones - 1, others).map((order) => [true, ...order]),
    ...ordersOf(ones, others - 1).map((order) => [false, ...order]),
  ];
}
