import { readFileSync } from 'node:fs';
import type { JsonObject } from '#shared/protocol/json';
import type { SignedRequest } from '#shared/protocol/signatures/verify';

/** The servers whose traffic was recorded; each is a folder of `fixtures`. */
export const recordedServers = ['gotosocial', 'wordpress', 'hollo'] as const;
export type RecordedServer = (typeof recordedServers)[number];

/** A delivery that one of them made to another. */
export interface Recording {
  readonly to: string;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

const read = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`fixtures/${path}.json`, import.meta.url), 'utf8'));

/** The actor document that a server served; its key signed the server's deliveries. */
export const recordedActor = (server: RecordedServer) => read(`${server}/actor`) as JsonObject;

/** A delivery as it was recorded. */
export const recorded = (server: RecordedServer, name: string) => read(`${server}/${name}`) as Recording;

/** The delivery as its receiver reads it. */
export const requestOf = ({ to, method, target, headers, body }: Recording): SignedRequest => ({
  method,
  target,
  headers: { ...Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])), host: to },
  body: Buffer.from(body),
});

/** The moment at which it was sent. */
export const sentAt = (request: SignedRequest): Date => new Date(request.headers.date ?? '');
