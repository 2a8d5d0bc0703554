import type { Received } from './model.ts';
import { type Arrival, now, type Peer } from './peer.ts';

/** Writes down a request to an inbox with what became of it. */
export const keepReceived = async (
  peer: Peer,
  request: Request,
  response: Response,
  arrival: Arrival,
  body: string,
): Promise<void> => {
  const { id, type, actor } = fieldsOf(arrival.raw);
  const number = peer.store.received.count() + 1;
  const entry: Received = {
    number,
    at: now(),
    inbox: new URL(request.url).pathname,
    id,
    type,
    actor,
    signature: signatureOf(request.headers),
    // A repeated activity id is answered by Fedify after it verified the signature, before any listener.
    verified: arrival.verified ?? response.status === 202,
    status: response.status,
    outcome: arrival.outcome ?? ((await response.clone().text()) || 'nothing done'),
    raw: arrival.raw ?? body,
  };
  peer.store.received.put(String(number), entry);
};

/** By which scheme a request is signed. */
export const signatureOf = (headers: Headers): Received['signature'] => {
  if (headers.has('signature-input')) return 'rfc9421';
  return headers.has('signature') ? 'cavage' : 'none';
};

const fieldsOf = (raw: unknown): { id?: string; type?: string; actor?: string } => {
  if (typeof raw !== 'object' || raw === null) return {};
  const { id, type, actor } = raw as Record<string, unknown>;
  return { id: text(id), type: text(type), actor: text(actor) ?? text((actor as { id?: unknown } | undefined)?.id) };
};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
