import type { KeyObject } from 'node:crypto';
import { addressOf, isObject, type JsonObject, jsonObject, only } from '../protocol/json.ts';
import { type ActorDocument, readActorDocument } from '../protocol/remote-actor.ts';
import { signedHeaders } from '../protocol/signatures/sign.ts';
import { acceptHeader } from '../protocol/vocabulary.ts';
import { type Answer, type GuardedClient, NoAnswer } from './guarded-client.ts';

/**
 * What a fetch of an actor came to. `unreachable` may work later; the others will not soon, and `gone` is for ever. A
 * document that is not the actor's own may name its `owner`: GoToSocial's keys lie at addresses of their own.
 */
export type FetchedActor =
  | ({ readonly kind: 'found' } & ActorDocument)
  | { readonly kind: 'gone' | 'missing' | 'unreachable'; readonly reason: string }
  | { readonly kind: 'unusable'; readonly reason: string; readonly owner?: string | undefined };

const limits = { timeoutMs: 5000, maxBytes: 1024 * 1024, maxRedirects: 2 };
const mediaTypes =
  /^\s*application\/(activity\+json\s*(;|$)|ld\+json\s*;.*profile="?[^"]*https:\/\/www\.w3\.org\/ns\/activitystreams)/i;

/** Fetches an actor from its own address. */
export type FetchActor = (id: URL) => Promise<FetchedActor>;

interface Identity {
  readonly keyId: string;
  /** The instance actor's key; undefined until it is made. */
  readonly privateKey: () => Promise<KeyObject | undefined>;
  readonly userAgent: string;
  readonly now: () => Date;
}

/** Fetches signed by the instance actor where there is a key for it: some servers answer nobody whom they cannot name. */
export const actorFetcher =
  (client: GuardedClient, { keyId, privateKey, userAgent, now }: Identity): FetchActor =>
  async (id) => {
    const key = await privateKey();
    const headersFor = (url: URL) => ({
      ...(key ? signedHeaders({ keyId, privateKey: key }, { url }, now()) : {}),
      accept: acceptHeader,
      'user-agent': userAgent,
    });
    try {
      return readAnswer(await client.get(id, headersFor, limits));
    } catch (error) {
      if (error instanceof NoAnswer) return { kind: error.refused ? 'unusable' : 'unreachable', reason: error.message };
      throw error;
    }
  };

function readAnswer({ status, url, headers, body }: Answer): FetchedActor {
  const reason = `its server answered ${status}`;
  if (status === 410) return { kind: 'gone', reason };
  if (status === 404) return { kind: 'missing', reason };
  if (status === 429 || status >= 500) return { kind: 'unreachable', reason };
  if (status !== 200) return { kind: 'unusable', reason };
  if (!mediaTypes.test(headers['content-type'] ?? ''))
    return { kind: 'unusable', reason: 'it is not served as an ActivityPub document' };
  const document = jsonObject(body);
  if (!document) return { kind: 'unusable', reason: 'it is not a JSON object' };
  const read = readActorDocument(document, url.href);
  return typeof read === 'string'
    ? { kind: 'unusable', reason: read, owner: keyOwner(document) }
    : { kind: 'found', ...read };
}

/** Whose key a document is, or holds. */
function keyOwner({ owner, publicKey }: JsonObject): string | undefined {
  const key = only(publicKey);
  return addressOf(owner) ?? (isObject(key) ? addressOf(key.owner) : undefined);
}
