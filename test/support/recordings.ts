import { readdirSync, readFileSync } from 'node:fs';
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
  /** The status that the other one answered. */
  readonly answered: number;
  readonly body: string;
}

const fixtures = new URL('fixtures/', import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`${path}.json`, fixtures), 'utf8'));

/** The actor document that a server served; its key signed the server's deliveries. */
export const recordedActor = (server: RecordedServer) => read(`${server}/actor`) as JsonObject;

/** A delivery as it was recorded: `to-wordpress/follow`. */
export const recorded = (server: RecordedServer, name: string) => read(`${server}/${name}`) as Recording;

const allOf = (kind: 'to' | 'from'): readonly (readonly [RecordedServer, name: string])[] =>
  recordedServers.flatMap((server) =>
    readdirSync(new URL(server, fixtures), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.startsWith(`${kind}-`) && path.endsWith('.json'))
      .toSorted()
      .map((path) => [server, path.replace(/\.json$/, '')] as const),
  );

/** Every delivery that was recorded, by name. */
export const recordings = allOf('to');

/** Every signed request for a document that was recorded, by name: `from-wordpress/actor`. */
export const recordedReads = allOf('from');

/** The delivery as its receiver reads it. */
export const requestOf = ({ to, method, target, headers, body }: Recording): SignedRequest => ({
  method,
  target,
  headers: { ...Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])), host: to },
  body: Buffer.from(body),
});

/** The moment at which it was sent. */
export const sentAt = (request: SignedRequest): Date => new Date(request.headers.date ?? '');
