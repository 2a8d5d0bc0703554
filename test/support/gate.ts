/** The real `inbox` on a table of a test's own, called as the gateway calls it: for settings and floods that one stack for all cannot have. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { vi } from 'vitest';
import { inbox } from '../../functions/inbox/inbox.ts';
import { serverBudget } from '../../functions/inbox/server-budget.ts';
import { bySourceAddress } from '../../functions/inbox/source-address.ts';
import { defaultLimits, type Limits } from '../../shared/domain/limits.ts';
import { addresses } from '../../shared/protocol/site.ts';
import { httpHandler } from '../../shared/runtime/http.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { attempts } from '../../shared/storage/attempts.ts';
import { limits as buckets } from '../../shared/storage/limits.ts';
import { members } from '../../shared/storage/members.ts';
import { peers } from '../../shared/storage/peers.ts';
import { policies, policyDirectory } from '../../shared/storage/policies.ts';
import { remoteActors } from '../../shared/storage/remote-actors.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { actorFetcher } from '../../shared/transport/actor-fetch.ts';
import type { Resolve } from '../../shared/transport/checked-sockets.ts';
import { fetchBudget } from '../../shared/transport/fetch-budget.ts';
import { guardedClient } from '../../shared/transport/guarded-client.ts';
import { keyFinder } from '../../shared/transport/key-finder.ts';
import type { ReceivedMessage } from '../../shared/transport/messages.ts';
import { addressPolicy } from '../../shared/transport/private-hosts.ts';
import type { Answered } from './remote-person.ts';

/** The deployment that it stands for, unless told otherwise. */
export const testOrigin = 'https://share.example';

/** How it is set. */
export interface GateOptions {
  readonly origin?: string;
  readonly limits?: Partial<Limits>;
  readonly privateHosts?: readonly string[];
  readonly resolve?: Resolve;
  readonly now?: () => Date;
  /** Where to verified activities go; by itself they are kept. */
  readonly send?: (message: ReceivedMessage, queue: 'received' | 'counted') => Promise<void>;
  /** Is told of every document that is asked for. */
  readonly onFetch?: (id: URL) => void;
}

/** One POST as the gateway makes an event of it. */
export interface Arriving {
  readonly path?: string;
  readonly query?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly from?: string;
}

/** Opens one instance of it. */
export function openGate(tables: Tables, options: GateOptions = {}) {
  const { origin = testOrigin, privateHosts = [], resolve, now = () => new Date() } = options;
  for (const level of ['info', 'error'] as const) vi.spyOn(logger, level).mockReturnValue(); // thousands of refusals
  const site = { origin: new URL(origin) };
  const client = guardedClient(addressPolicy(privateHosts), resolve ? { resolve } : {});
  const limits = { ...defaultLimits, ...options.limits };
  const limited = { limits, buckets: buckets(tables), peers: peers(tables), now };
  const sent: ReceivedMessage[] = [];
  const { send = async (message) => void sent.push(message), onFetch = () => {} } = options;
  let fetches = 0;
  const fetchActor = actorFetcher(client, {
    keyId: addresses(site).instanceKey,
    privateKey: async () => undefined,
    userAgent: 'fediverse-sharing/test',
    now,
  });
  const handle = inbox({
    site,
    members: members(tables),
    policies: policyDirectory(policies(tables), now),
    keys: keyFinder({
      remoteActors: remoteActors(tables),
      attempts: attempts(tables),
      budget: fetchBudget(limited),
      fetchActor: (id) => {
        fetches++;
        onFetch(id);
        return fetchActor(id);
      },
      mayAsk: client.mayAsk,
      now,
    }),
    serverBudget: serverBudget(limited),
    received: { send: (message) => send(message, 'received') },
    counted: { send: (message) => send(message, 'counted') },
    now,
  });
  const guarded = bySourceAddress(limits, now)(handle);
  const handler = httpHandler({ 'POST /inbox': guarded, 'POST /actors/{actor}/inbox': guarded });
  return {
    /** What was handed on. */
    sent: sent as readonly ReceivedMessage[],
    /** How many documents it asked for, or tried to. */
    fetches: () => fetches,
    post: async (arriving: Arriving): Promise<Answered> => {
      const answer: APIGatewayProxyStructuredResultV2 = await handler(eventOf(arriving), context);
      const { statusCode: status = 500, headers = {}, body = '' } = answer;
      return {
        status,
        headers: headers as Answered['headers'],
        problem: body.startsWith('{') ? JSON.parse(body) : {},
      };
    },
  };
}

/** The inbox as tests use it. */
export type Gate = ReturnType<typeof openGate>;

const context = { functionName: 'inbox', awsRequestId: 'test', getRemainingTimeInMillis: () => 20_000 } as Context;

function eventOf({ path = '/inbox', query = '', headers, body, from = '127.0.0.1' }: Arriving): APIGatewayProxyEventV2 {
  const actor = /^\/actors\/([^/]+)\/inbox$/.exec(path)?.[1];
  const http = { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: from, userAgent: '' };
  return {
    version: '2.0',
    routeKey: actor ? 'POST /actors/{actor}/inbox' : 'POST /inbox',
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: { http, requestId: 'test', stage: '$default' } as APIGatewayProxyEventV2['requestContext'],
    ...(actor ? { pathParameters: { actor } } : {}),
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  };
}
