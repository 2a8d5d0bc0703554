/** Consent to be quoted (FEP-044f): stamps, and the answers to those who ask for one. */
import type { QuotePolicy, Stamp } from '../domain/answer.ts';
import type { Actor } from '../domain/member.ts';
import type { QuoteRequest } from '../domain/pointer.ts';
import { addresses, type Site } from './site.ts';
import { activityStreams, type Document, publicAudience } from './vocabulary.ts';

const gts = 'https://gotosocial.org/ns#';
const fep044f = 'https://w3id.org/fep/044f#';
const asId = (id: string) => ({ '@id': id, '@type': '@id' });

/** The terms of an interaction policy, for the context of what has one. */
export const policyTerms = {
  gts,
  interactionPolicy: asId('gts:interactionPolicy'),
  canQuote: asId('gts:canQuote'),
  automaticApproval: asId('gts:automaticApproval'),
};

/** Who may quote, as a note says it; the author alone stands for nobody, since an empty list would say nothing. */
export function interactionPolicy(site: Site, member: Actor): Document {
  const ids = addresses(site);
  const approved: Readonly<Record<QuotePolicy, string>> = {
    everyone: publicAudience,
    followers: ids.followers(member.actorKey),
    nobody: ids.actor(member.actorKey),
  };
  return { canQuote: { automaticApproval: [approved[member.quotes ?? 'everyone']] } };
}

const stampTerms = {
  QuoteAuthorization: `${fep044f}QuoteAuthorization`,
  gts,
  interactingObject: asId('gts:interactingObject'),
  interactionTarget: asId('gts:interactionTarget'),
};
const requestTerms = { QuoteRequest: `${fep044f}QuoteRequest` };

const stampAddress = (site: Site, member: Actor, { objectKey, name }: Pick<Stamp, 'objectKey' | 'name'>) =>
  addresses(site).stamp(member.actorKey, `${objectKey}-${name}`);

/** What the last part of a stamp's address names; undefined for every other text. */
export function stampIn(text: string): Pick<Stamp, 'objectKey' | 'name'> | undefined {
  const match = /^([a-z0-9]{1,64})-([0-9a-f]{24})$/.exec(text);
  return match ? { objectKey: match[1]!, name: match[2]! } : undefined;
}

/** A stamp as it is served: which note may quote which. Neither note is embedded. */
export const stampDocument = (site: Site, member: Actor, stamp: Stamp): Document => ({
  '@context': [activityStreams, stampTerms],
  id: stampAddress(site, member, stamp),
  type: 'QuoteAuthorization',
  attributedTo: addresses(site).actor(member.actorKey),
  interactingObject: stamp.instrument,
  interactionTarget: addresses(site).post(member.actorKey, stamp.objectKey),
});

const answer = (
  type: 'Accept' | 'Reject',
  site: Site,
  member: Actor,
  { objectKey, request }: { readonly objectKey: string; readonly request: QuoteRequest },
): Document => {
  const actor = addresses(site).actor(member.actorKey);
  const { id, instrument } = request;
  const object = addresses(site).post(member.actorKey, objectKey);
  return {
    '@context': [activityStreams, requestTerms],
    id: `${actor}#${type.toLowerCase()}-${encodeURIComponent(id)}`,
    type,
    actor,
    to: [request.actor],
    object: { id, type: 'QuoteRequest', actor: request.actor, object, instrument },
  };
};

/** Accept of a QuoteRequest, with the stamp that proves it. */
export const acceptQuote = (site: Site, member: Actor, request: QuoteRequest, stamp: Stamp): Document => ({
  ...answer('Accept', site, member, { objectKey: stamp.objectKey, request }),
  result: stampAddress(site, member, stamp),
});

/** Reject of a QuoteRequest. */
export const rejectQuote = (site: Site, member: Actor, request: QuoteRequest, objectKey: string): Document =>
  answer('Reject', site, member, { objectKey, request });

/** Delete of a stamp that was withdrawn. */
export const deleteStamp = (site: Site, member: Actor, stamp: Stamp): Document => {
  const id = stampAddress(site, member, stamp);
  return {
    '@context': [activityStreams, { QuoteAuthorization: stampTerms.QuoteAuthorization }],
    id: `${id}#delete`,
    type: 'Delete',
    actor: addresses(site).actor(member.actorKey),
    to: [publicAudience, stamp.actor],
    object: { id, type: 'QuoteAuthorization' },
  };
};
