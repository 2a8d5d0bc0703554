/** One mock server over real HTTP on an address of its own, with one person who reads. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pemOf, usualKeys } from '../remote-person.ts';
import type { Json } from '../remote-server.ts';
import { addressesAt, askApi, documentsOf } from './documents.ts';
import type { Kind } from './kinds.ts';
import { emptyMemory, type Seen } from './memory.ts';
import { reader } from './reader.ts';
import { type Arriving, type Ground, idOf, receive } from './receive.ts';
import { type ArrivedRequest, keyIdOf, signatureHolds, signedFor } from './signatures.ts';

const { privateKey, publicKey } = usualKeys!;

/** Starts a server of this kind. */
export async function startMockServer(kind: Kind, { address = '127.0.0.1' } = {}) {
  const memory = emptyMemory();
  const keys = new Map<string, string>();
  let port = 0;
  let refusal: { readonly status: number; readonly types: readonly string[] } | undefined;
  let documents: Readonly<Record<string, Json>> = {};
  const origin = () => `http://${address}:${port}`;
  const identity = () => ({ keyId: addressesAt(origin(), kind).keyId, privateKey });

  const fetchAs: Ground['fetch'] = async (url) => {
    const [bare = url] = url.split('#');
    const response = await fetch(bare, {
      headers: { accept: 'application/activity+json', ...(kind.signsFetches ? signedFor(bare, identity()) : {}) },
    });
    const text = await response.text();
    return { status: response.status, document: text.startsWith('{') ? JSON.parse(text) : undefined };
  };
  const ground: Ground = { memory, fetch: fetchAs };

  /** The key of an actor as the actor's document shows it; `gone` when that answers 410. */
  async function keyOf(keyId: string, actor: string): Promise<string | 'gone' | undefined> {
    const { status, document } = await fetchAs(keyId);
    if (status === 410) {
      for (const { whenGone } of kind.behaviours) whenGone?.(actor, ground);
      return 'gone';
    }
    const key = document?.publicKey as Json | undefined;
    if (status !== 200 || key?.owner !== actor || key.id !== keyId) return undefined;
    if (memory.profiles.has(actor) === false) memory.profiles.set(actor, document!);
    keys.set(keyId, String(key.publicKeyPem));
    return String(key.publicKeyPem);
  }

  /** Is it signed by its actor? */
  async function isSigned(
    request: ArrivedRequest,
    { actor, type }: Pick<Arriving, 'actor' | 'type'>,
  ): Promise<boolean> {
    const keyId = keyIdOf(request);
    if (!keyId) return false;
    // What is kept of a key is forgotten at the worst of times: that of a sender who takes things back must still be there.
    if (type === 'Delete' || type === 'Reject') keys.delete(keyId);
    const key = keys.get(keyId) ?? (await keyOf(keyId, actor));
    return key !== undefined && key !== 'gone' && signatureHolds(request, key);
  }

  async function takeIn(
    request: ArrivedRequest & { readonly body: Buffer },
  ): Promise<Pick<Seen, 'status' | 'outcome'>> {
    const activity = JSON.parse(request.body.toString()) as Arriving;
    if (refusal?.types.includes(activity.type))
      return { status: refusal.status, outcome: 'refused: as it was told to' };
    if (memory.burnt.has(activity.actor)) return { status: 403, outcome: 'refused: this identity is burnt' };
    if (!(await isSigned(request, activity))) return { status: 401, outcome: 'refused: the signature does not hold' };
    return { status: 202, outcome: await receive(kind.behaviours, activity, ground) };
  }

  /** Who asks may have to say who they are: our instance actor, for one. */
  async function mayRead(request: ArrivedRequest): Promise<boolean> {
    const keyId = keyIdOf(request);
    if (!kind.signsFetches || !/^\/users\//.test(request.path)) return true;
    if (!keyId) return false;
    const { document } = await fetchAs(keyId);
    const key = document?.publicKey as Json | undefined;
    return key !== undefined && signatureHolds(request, String(key.publicKeyPem));
  }

  async function answer(message: IncomingMessage, body: Buffer): Promise<{ status: number; body?: unknown }> {
    const { method = 'GET', url: path = '/', headers } = message;
    const api = askApi(kind, memory, { method, url: new URL(path, origin()), body: jsonIn(body) });
    if (api) return api;
    if (method === 'POST') {
      const { status, outcome } = await takeIn({ method, path, headers, body });
      const { id, type, actor, object } = jsonIn(body);
      memory.seen.push({
        id: String(id),
        type: String(type),
        actor: String(actor),
        object: idOf(object),
        status,
        outcome,
      });
      return { status };
    }
    if (!(await mayRead({ method, path, headers }))) return { status: 401 };
    const document = documents[path];
    return document ? { status: 200, body: document } : { status: 404 };
  }

  const server = createServer((message: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () =>
      answer(message, Buffer.concat(chunks))
        .catch((error) => ({ status: 500, body: { error: String(error) } }))
        .then(({ status, body }) => {
          const isDocument = /^\/users\//.test(message.url ?? '');
          response.writeHead(status, { 'content-type': isDocument ? 'application/activity+json' : 'application/json' });
          response.end(body === undefined ? '' : JSON.stringify(body));
        }),
    );
  });
  const listen = async () => {
    server.listen(port, address);
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    documents = documentsOf(origin(), kind, pemOf(publicKey));
  };
  const goDown = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await listen();

  const { actor, inbox } = addressesAt(origin(), kind);
  return {
    kind,
    name: kind.software,
    origin: origin(),
    host: `${address}:${port}`,
    actor,
    /** Where its posts go. */
    inbox: addressesAt(origin(), kind).sharedInbox ?? inbox,
    memory,
    ...reader({ origin: origin(), actor, identity: identity(), ground }),
    isUp: () => server.listening,
    /** Nobody can reach it any more. */
    goDown,
    /** It can be reached again, at the address that it had. */
    comeBack: () => (server.listening ? Promise.resolve() : listen()),
    /** Answers these types of activities so, until it is told otherwise. */
    refuse: (status: number, ...types: readonly string[]) => {
      refusal = types.length > 0 ? { status, types } : undefined;
    },
    /** Looks at an actor again, as servers do from time to time. */
    refresh: async (id: string): Promise<number> => {
      const { status, document } = await fetchAs(id);
      if (status === 410) for (const { whenGone } of kind.behaviours) whenGone?.(id, ground);
      if (status === 200 && document && memory.profiles.has(id)) memory.profiles.set(id, document);
      return status;
    },
    stop: goDown,
  };
}

const jsonIn = (body: Buffer): Json => {
  const text = body.toString();
  return text.startsWith('{') ? JSON.parse(text) : {};
};

/** A mock server as tests use it. */
export type MockServer = Awaited<ReturnType<typeof startMockServer>>;
