import type { Actor } from '../domain/member.ts';
import { isSharing, isShown } from '../domain/sharing.ts';
import { escapeHtml, textToHtml } from './html.ts';
import { addresses, handleOf, instanceUsername, memberPageOf, type Site } from './site.ts';
import { activityStreams, type Document } from './vocabulary.ts';

const context = [
  activityStreams,
  'https://w3id.org/security/v1',
  {
    toot: 'http://joinmastodon.org/ns#',
    schema: 'http://schema.org#',
    manuallyApprovesFollowers: 'as:manuallyApprovesFollowers',
    discoverable: 'toot:discoverable',
    indexable: 'toot:indexable',
    featured: { '@id': 'toot:featured', '@type': '@id' },
    PropertyValue: 'schema:PropertyValue',
    value: 'schema:value',
    webfinger: 'https://purl.archive.org/socialweb/webfinger#webfinger',
  },
];

const picture = (url: string | undefined) => (url ? { type: 'Image', url } : undefined);

/** A link is shown as a link (FEP-fb2a), anything else as text. */
const fieldValue = (value: string) =>
  /^https:\/\/\S+$/.test(value)
    ? `<a href="${escapeHtml(value)}" rel="me nofollow noopener">${escapeHtml(value)}</a>`
    : escapeHtml(value);

/** The fields of a profile as most servers look for them, then as FEP-fb2a has them: each takes one form and leaves the other. */
const fieldsOf = ({ fields }: Actor): readonly Document[] => [
  ...fields.map(({ name, value }) => ({ type: 'PropertyValue', name, value: fieldValue(value) })),
  ...fields.map(({ name, value }) => ({ type: 'Note', name, content: fieldValue(value) })),
];

/**
 * The actor document of a member. While sharing is not on it is a blank stub with the same id and key: other servers still
 * need the key to verify the Deletes, and burn an identity whose actor is gone. Where copies were left the profile stays
 * beside them, and nobody is to find or follow it.
 */
export function actorDocument(site: Site, member: Actor): Document {
  const ids = addresses(site);
  const { actorKey } = member;
  const [shared, shown] = [isSharing(member), isShown(member)];
  return {
    '@context': context,
    id: ids.actor(actorKey),
    type: 'Person',
    preferredUsername: member.username,
    webfinger: shared ? handleOf(site, member.username) : undefined,
    name: shown ? member.displayName : '',
    summary: shown ? textToHtml(member.bio) : '',
    url: shown ? memberPageOf(site, member.username) : ids.actor(actorKey),
    icon: shown ? picture(member.avatarUrl) : undefined,
    image: shown ? picture(member.headerUrl) : undefined,
    attachment: shown ? fieldsOf(member) : [],
    manuallyApprovesFollowers: !shared,
    discoverable: shared,
    indexable: shared,
    inbox: ids.inbox(actorKey),
    outbox: ids.outbox(actorKey),
    followers: ids.followers(actorKey),
    following: ids.following(actorKey),
    featured: ids.featured(actorKey),
    endpoints: { sharedInbox: ids.sharedInbox },
    publicKey: { id: ids.key(actorKey), owner: ids.actor(actorKey), publicKeyPem: member.publicKeyPem },
    published: member.createdAt,
  };
}

/** What stands at the id of someone who is gone for ever. */
export const actorTombstone = (site: Pick<Site, 'origin'>, actorKey: string): Document => ({
  '@context': activityStreams,
  id: addresses(site).actor(actorKey),
  type: 'Tombstone',
  formerType: 'Person',
});

/** The actor of the deployment itself, which signs fetches (FEP-2677). */
export function instanceDocument(site: Site, publicKeyPem: string): Document {
  const ids = addresses(site);
  return {
    '@context': context,
    id: ids.instance,
    type: 'Application',
    preferredUsername: instanceUsername(site),
    webfinger: handleOf(site, instanceUsername(site)),
    name: site.handleDomain,
    url: site.origin.href,
    manuallyApprovesFollowers: true,
    discoverable: false,
    indexable: false,
    inbox: ids.sharedInbox,
    outbox: `${ids.instance}/outbox`,
    endpoints: { sharedInbox: ids.sharedInbox },
    publicKey: { id: ids.instanceKey, owner: ids.instance, publicKeyPem },
  };
}
