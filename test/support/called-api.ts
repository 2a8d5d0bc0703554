/** Operations of the platform API on a table of their own, called as the gateway calls them. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { routesOf } from '../../functions/platform/api.ts';
import type { Operation } from '../../functions/platform/operation.ts';
import { HttpProblem } from '../../shared/runtime/errors.ts';

type Row = Readonly<Record<string, unknown>>;

/** What answers in JSON say, all of them together: a test knows which of it its answer has. */
export interface Body extends Row {
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly [{ readonly field: string; readonly message: string }];
  readonly possible: readonly { readonly transition: string; readonly message: string }[];
  readonly items: readonly Row[];
  readonly next: string | undefined;
  readonly state: string;
  readonly pausedUntil: string | undefined;
  readonly consequences: Row;
  readonly eligibility: Row;
  readonly removal: Row;
  readonly removalId: string;
  readonly reportId: string;
  readonly totals: Row;
  readonly servers: readonly Row[];
  readonly says: string;
  readonly sharing: Row;
}

/** What came back: as JSON where it is that, and as it came. */
export interface Called {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Body;
  readonly text: string;
  readonly bytes: Buffer;
}

const platformClaims = { scope: 'platform' };

/** Calls operations by their path with its names filled in: `GET /members/ann/removals?limit=2`. */
export function calledApi(operations: readonly Operation[]) {
  const routes = routesOf(operations, new URL('https://share.example'));
  const matching = (method: string, path: string) => {
    for (const operation of operations) {
      const pattern = operation.path.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
      const match = operation.method === method && new RegExp(`^${pattern}$`).exec(path);
      if (match) return { route: `${method} ${operation.path}` as const, names: { ...match.groups } };
    }
    throw new Error(`no operation is ${method} ${path}`);
  };
  const call = async (
    request: string,
    {
      body,
      claims = platformClaims as Record<string, string>,
    }: { body?: unknown; claims?: Record<string, string> } = {},
  ): Promise<Called> => {
    const [method = '', address = ''] = request.split(' ');
    const { pathname, searchParams } = new URL(`https://share.example/api/v1${address}`);
    const { route, names } = matching(method, pathname);
    const event = {
      pathParameters: names,
      queryStringParameters: Object.fromEntries(searchParams),
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      requestContext: { authorizer: { jwt: { claims } } },
    };
    try {
      return read(await routes[route]!(event as unknown as APIGatewayProxyEventV2));
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      const { headers = {}, ...extras } = error.extras;
      return {
        status: error.statusCode,
        headers,
        body: { title: error.message, ...extras } as unknown as Body,
        text: '',
        bytes: Buffer.alloc(0),
      };
    }
  };
  return call;
}

function read({ statusCode = 0, headers = {}, body = '', isBase64Encoded }: APIGatewayProxyStructuredResultV2): Called {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const isJson = String(headers['content-type']).startsWith('application/json');
  return { status: statusCode, headers, body: isJson ? JSON.parse(body) : {}, text: bytes.toString(), bytes };
}
