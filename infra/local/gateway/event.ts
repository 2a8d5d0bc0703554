import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { account } from '../template/resources.ts';
import type { Authorized } from './authorizer.ts';

/** A request with the parts that the gateway derives from it. */
export interface GatewayRequest {
  message: IncomingMessage;
  /** Decoded, as HTTP APIs hand it on. */
  path: string;
  rawQueryString: string;
  body: Buffer;
}

// Header fields that belong to one connection and never reach a function.
const connectionFields = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'],
  'cookie',
]);
const textTypes = /^(text\/.*|application\/(json|xml|javascript))$/;

/** Splits the target of a request as HTTP APIs do; undefined when it cannot be decoded. */
export function parseTarget(target: string): { path: string; rawQueryString: string } | undefined {
  const [rawPath = '', ...query] = target.split('?');
  try {
    // HTTP APIs decode the path once, and lose what follows a `?` that appears by decoding.
    const [path = ''] = decodeURIComponent(rawPath).split('?');
    return { path, rawQueryString: query.join('?') };
  } catch {
    return undefined;
  }
}

/** The event of payload format 2.0 for a request. */
export function toEvent(
  { message, path, rawQueryString, body }: GatewayRequest,
  routeKey: string,
  pathParameters: Record<string, string>,
  authorized: Authorized | undefined,
  domainName: string,
): APIGatewayProxyEventV2 {
  const sourceIp = message.socket.remoteAddress ?? '127.0.0.1';
  const now = new Date();
  const headers = headersOf(message, sourceIp, body.length);
  const cookies = message.headers.cookie?.split('; ');
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    query.set(name, query.has(name) ? `${query.get(name)},${value}` : value);
  }
  const isText = textTypes.test(mediaType(headers['content-type']));
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString,
    ...(cookies ? { cookies } : {}),
    headers,
    ...(query.size > 0 ? { queryStringParameters: Object.fromEntries(query) } : {}),
    requestContext: {
      accountId: account,
      apiId: 'local',
      ...(authorized ? { authorizer: { jwt: authorized } } : {}),
      domainName,
      domainPrefix: domainName.split('.')[0]!,
      http: {
        method: message.method!,
        path,
        protocol: `HTTP/${message.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    } as APIGatewayProxyEventV2['requestContext'],
    ...(Object.keys(pathParameters).length > 0 ? { pathParameters } : {}),
    ...(body.length > 0 ? { body: body.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

function headersOf(message: IncomingMessage, sourceIp: string, bodyLength: number): Record<string, string> {
  const given = Object.entries(message.headersDistinct).filter(([name]) => !connectionFields.has(name));
  const headers = Object.fromEntries(given.map(([name, values]) => [name, values!.join(',')]));
  const secure = (message.socket as Partial<TLSSocket>).encrypted === true;
  const forwarded = headers['x-forwarded-for'];
  return {
    ...headers,
    'content-length': String(bodyLength),
    'x-amzn-trace-id': `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
    'x-forwarded-for': forwarded ? `${forwarded}, ${sourceIp}` : sourceIp,
    'x-forwarded-port': String(message.socket.localPort ?? ''),
    'x-forwarded-proto': secure ? 'https' : 'http',
  };
}

const mediaType = (contentType = '') => contentType.split(';')[0]!.trim().toLowerCase();

/** `12/Mar/2020:19:03:58 +0000` */
function commonLogTime(date: Date): string {
  const [, day, month, year, time] = date.toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
