import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';

/** A request, as middleware sees it. */
export interface Request {
  readonly command: { readonly input: object };
}

type Next = (args: { readonly input: object }) => Promise<object>;
type Middleware = (next: Next, context: { readonly commandName: string }) => Next;

/** What dynamodb-toolbox and the tests need of a document client. Middleware sees requests before they leave. */
export function documentClient(answer: (command: Request['command']) => Promise<object>): DynamoDBDocumentClient {
  const stack: { readonly name: string | undefined; readonly middleware: Middleware }[] = [];
  const client = {
    config: {},
    send: (command: Request['command']): Promise<object> => {
      const known = withToken(command);
      if (stack.length === 0) return answer(known);
      const context = {
        commandName: known.constructor.name.replace(/^(Get|Put|Update|Delete|TransactWrite)Command$/, nameOf),
      };
      const run = stack.reduceRight<Next>(
        (next, { middleware }) => middleware(next, context),
        () => answer(known),
      );
      return run({ input: known.input });
    },
    middlewareStack: {
      add: (middleware: Middleware, { name }: { readonly name?: string } = {}) => stack.push({ name, middleware }),
      remove: (name: string) => {
        const index = stack.findIndex((one) => one.name === name);
        if (index >= 0) stack.splice(index, 1);
        return index >= 0;
      },
    },
    destroy: () => {},
  };
  return client as unknown as DynamoDBDocumentClient;
}

/** The names of the low-level commands, which middleware of a real client sees. */
const nameOf = (_: string, kind: string) =>
  kind === 'TransactWrite' ? 'TransactWriteItemsCommand' : `${kind}ItemCommand`;

/** The SDK gives each transaction a token, so that its own retries are done once. */
function withToken(command: Request['command']): Request['command'] {
  if (!(command instanceof TransactWriteCommand) || command.input.ClientRequestToken !== undefined) return command;
  return new TransactWriteCommand({ ...command.input, ClientRequestToken: randomUUID() });
}
