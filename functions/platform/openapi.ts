import * as z from 'zod/mini';
import { version } from '#shared/runtime/version';
import { type Operation, variablesOf } from './operation.ts';
import { problem } from './schemas/common.ts';
import { blockedServersAnswer } from './schemas/servers.ts';

const schemaOf = (schema: z.ZodMiniType, io: 'input' | 'output') => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};
const content = (schema: object, type = 'application/json') => ({ [type]: { schema } });

const parameters = (operation: Operation) => {
  const inPath = variablesOf(operation).map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    schema: schemaOf(schema, 'input'),
  }));
  const { properties = {}, required = [] } = schemaOf(operation.query, 'input') as {
    properties?: Record<string, object>;
    required?: readonly string[];
  };
  return [
    ...inPath,
    ...Object.entries(properties).map(([name, schema]) => ({
      name,
      in: 'query',
      required: required.includes(name),
      schema,
    })),
  ];
};

const headersOf = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );

const problemAnswer = {
  description: 'A problem document (RFC 9457) that says what is wrong and names the fields.',
  content: content({ $ref: '#/components/schemas/Problem' }, 'application/problem+json'),
};

const callers = { platform: 'Only for tokens of the scope `platform`.', anyone: 'For every token.' };

const described = (operation: Operation) => ({
  operationId: operation.id,
  summary: operation.summary,
  description: operation.for && callers[operation.for],
  parameters: parameters(operation),
  requestBody: operation.body && {
    required: true,
    content: content(schemaOf(operation.body, 'input'), operation.consumes),
  },
  responses: {
    [operation.answer.status]: {
      description: 'Done.',
      ...(operation.answer.headers ? { headers: headersOf(operation.answer.headers) } : {}),
      content: content(schemaOf(operation.answer.schema, 'output'), operation.produces),
    },
    '401': { description: 'The token is missing, expired or not ours. Answered by the gateway.' },
    default: problemAnswer,
  },
});

/** What `read` answers below the same path, to everybody. */
const open = {
  '/api/v1/blocked-servers': {
    get: {
      operationId: 'listBlockedServers',
      summary:
        'Which servers are blocked or limited, and why, by name: for everybody, unless the settings switch it off',
      security: [],
      parameters: [
        {
          name: 'after',
          in: 'query',
          required: false,
          schema: { type: 'string', description: 'The list goes on behind this name' },
        },
      ],
      responses: {
        '200': {
          description: 'Done.',
          headers: headersOf({ link: 'Where the list goes on, if it does' }),
          content: content(schemaOf(blockedServersAnswer, 'output')),
        },
        default: problemAnswer,
      },
    },
  },
};

/** The OpenAPI 3.1 document of these operations, made from the schemas that also validate. */
export function openApiDocument(operations: readonly Operation[], origin: URL) {
  const paths: Record<string, Record<string, object>> = { ...open };
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: described(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'fediverse-sharing platform API',
      version,
      description:
        'Turns fediverse sharing on and off for members of a platform, and shares, edits and removes their posts.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: origin.origin }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            "Scope `platform` for the platform's servers, or a member's own token whose `sub` is the member id.",
        },
      },
    },
  };
}
