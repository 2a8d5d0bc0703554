import { importJwk, signRequest } from '@fedify/fedify';
import { patience } from './deliver.ts';
import { type FirstKnock, signatureSpecs } from './federation.ts';
import { knownPerson } from './find.ts';
import type { SendAnswer } from './model.ts';
import type { Peer } from './peer.ts';
import { Problem, reason } from './problem.ts';

/** An activity to be sent byte for byte, however wrong it is. */
export interface RawSending {
  /** Where to: an inbox, or an actor whose own inbox is meant. */
  inbox?: string;
  actor?: string;
  /** What: JSON, or a text that need not be JSON. */
  activity?: unknown;
  body?: string;
  signature: FirstKnock | 'none';
  contentType?: string;
}

/** Sends it signed with the person's key and tells what the other server answered. */
export const sendRaw = async (peer: Peer, person: string, sending: RawSending): Promise<SendAnswer> => {
  const inbox = sending.inbox ?? (sending.actor ? (await knownPerson(peer, sending.actor)).inbox : undefined);
  if (!inbox || !URL.canParse(inbox))
    throw new Problem(400, 'Say where to send it: "inbox" or "actor" must be an address.');
  const request = new Request(inbox, {
    method: 'POST',
    headers: { 'content-type': sending.contentType ?? 'application/activity+json' },
    body: sending.body ?? JSON.stringify(sending.activity),
  });
  const signed = sending.signature === 'none' ? request : await sign(peer, person, request, sending.signature);
  try {
    const response = await fetch(signed, { redirect: 'manual', signal: AbortSignal.timeout(patience) });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    throw new Problem(502, `${inbox} could not be reached: ${reason(error)}`);
  }
};

const sign = async (peer: Peer, person: string, request: Request, signature: FirstKnock): Promise<Request> => {
  const [key] = await peer.context.getActorKeyPairs(person);
  const own = peer.store.people.get(person);
  if (!key || !own) throw new Problem(404, `${person} has no key.`);
  return signRequest(request, await importJwk(own.privateKey, 'private'), key.keyId, {
    spec: signatureSpecs[signature],
  });
};
