import { answerApi } from './api.ts';
import { type FirstKnock, federate, type PeerFederation } from './federation.ts';
import { listen, type TlsFiles } from './listen.ts';
import { showPage } from './page.ts';
import { actOnForm } from './page-forms.ts';
import type { Arrival, Peer } from './peer.ts';
import { welcome } from './people.ts';
import { reason } from './problem.ts';
import { keepReceived } from './received.ts';
import { watchSending } from './sent.ts';
import { openStore } from './store.ts';

export interface PeerSettings {
  /** 0 takes any free port. */
  port: number;
  dataDir?: string;
  users: string[];
  /** The public origin, if it is not http://localhost:PORT. */
  origin?: string;
  tls?: TlsFiles;
  firstKnock: FirstKnock;
}

/** Starts a whole fediverse server for a few people. */
export const startServer = async (
  settings: PeerSettings,
): Promise<{ origin: string; port: number; close(): Promise<void> }> => {
  watchSending();
  const listening = await listen(settings.port, settings.tls);
  const origin = settings.origin ?? `http://localhost:${listening.port}`;
  const store = openStore(settings.dataDir);
  await welcome(store, settings.users);
  const { federation, peer } = federate(origin, store, settings.firstKnock);
  listening.answer((request) => route(request, federation, peer), origin);
  return { origin, port: listening.port, close: listening.close };
};

const route = async (request: Request, federation: PeerFederation, peer: Peer): Promise<Response> => {
  const { pathname } = new URL(request.url);
  const ours = pathname === '/' || pathname === '/act' || pathname.startsWith('/api/');
  if (ours && !isFromThisMachine(request)) return new Response('Only from this machine.\n', { status: 403 });
  if (pathname === '/') return showPage(request, peer);
  if (pathname === '/act') return actOnForm(request, peer);
  if (pathname.startsWith('/api/')) return answerApi(request, peer);
  return federated(request, federation, peer);
};

const federated = async (request: Request, federation: PeerFederation, peer: Peer): Promise<Response> => {
  const body = request.method === 'POST' ? await request.clone().text() : undefined;
  const arrival: Arrival = { raw: body === undefined ? undefined : parse(body) };
  const response = await federation
    .fetch(request, {
      contextData: arrival,
      onNotAcceptable: () => new Response(null, { status: 303, headers: { location: '/' } }),
    })
    .catch((error) => new Response(`failed: ${reason(error)}`, { status: 500 }));
  if (body !== undefined) await keepReceived(peer, request, response, arrival, body);
  return response;
};

/** The page and the API act for people without asking who asks: no other site may use them through a browser. */
const isFromThisMachine = (request: Request): boolean => {
  const host = request.headers.get('host') ?? '';
  const site = request.headers.get('sec-fetch-site');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const isLocal = /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host);
  return isLocal && (isRead || !site || site === 'same-origin' || site === 'none');
};

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};
