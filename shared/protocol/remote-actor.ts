/** Actor documents of other servers. */
import type { RemoteActor } from '../domain/remote-actor.ts';
import { plainText, webPage } from './html.ts';
import { addressOf, idsOf, isObject, type JsonObject, typesOf, webAddress } from './json.ts';

/** A public key that an actor's own document lists. */
export interface ListedKey {
  readonly id: string;
  readonly pem: string;
}

/** An actor and its keys, as its own server tells. */
export interface ActorDocument {
  readonly actor: RemoteActor;
  readonly keys: readonly ListedKey[];
  /** Other ids that it says are its own; each must be asked as well. */
  readonly alsoKnownAs: readonly string[];
}

const mostAliases = 20;

const actorTypes = ['Person', 'Service', 'Application', 'Group', 'Organization'];

/** Reads an actor document that was fetched from `address`; a text says why it cannot count. */
export function readActorDocument(document: JsonObject, address: string): ActorDocument | string {
  const id = webAddress(document.id);
  if (id?.href !== new URL(address).href) return 'its id is not the address that it was fetched from';
  if (!typesOf(document).some((type) => actorTypes.includes(type))) return 'it is no actor';
  const inbox = webAddress(document.inbox);
  if (!inbox) return 'it has no inbox that is a web address';
  const shared = isObject(document.endpoints) ? webAddress(document.endpoints.sharedInbox) : undefined;
  const told = plainText(typeof document.preferredUsername === 'string' ? document.preferredUsername : '', 100);
  const username = /[\s@/:]/.test(told) ? '' : told; // it would make a handle of another host
  return {
    actor: {
      id: id.href,
      handle: username ? `${username}@${id.host}` : id.host,
      name: plainText(typeof document.name === 'string' ? document.name : '', 200) || username,
      url: webPage(addressOf(document.url)) ?? id.href,
      server: id.host,
      inbox: inbox.href,
      sharedInbox: shared?.host === inbox.host ? shared.href : undefined,
    },
    keys: listedKeys(document, id),
    alsoKnownAs: idsOf(document.alsoKnownAs)
      .slice(0, mostAliases)
      .flatMap((alias) => webAddress(alias)?.href ?? []),
  };
}

/** Keys with another owner or on another host are not the actor's, whatever the document says. */
function listedKeys(document: JsonObject, owner: URL): readonly ListedKey[] {
  const keys = Array.isArray(document.publicKey) ? document.publicKey : [document.publicKey];
  return keys
    .slice(0, 10)
    .filter(isObject)
    .filter((key) => addressOf(key.owner) === owner.href)
    .flatMap(({ id, publicKeyPem: pem }) => {
      const address = webAddress(id);
      return address?.host === owner.host && typeof pem === 'string' ? [{ id: address.href, pem }] : [];
    });
}
