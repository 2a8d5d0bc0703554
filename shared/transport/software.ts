import { isObject, jsonObject, webAddress } from '../protocol/json.ts';
import type { GuardedClient } from './guarded-client.ts';
import { publicReader, type ReadOptions } from './public-read.ts';

/** What a server runs: the name in its NodeInfo 2, in lower case; undefined when it does not tell. `server` is any address on it. */
export type FindSoftware = (server: URL, signal?: AbortSignal) => Promise<string | undefined>;

/** From the highest version to the lowest, as the protocol wants it. */
const schemas = ['2.1', '2.0'].map((version) => `http://nodeinfo.diaspora.software/ns/schema/${version}`);
/** The schema allows small letters, digits and hyphens; not everyone keeps to that. */
const softwareName = /^[a-z0-9][a-z0-9._-]{0,49}$/;

/**
 * Asks for NodeInfo (https://nodeinfo.diaspora.software/protocol.html): two small documents, the second one on the same
 * host, because nobody may tell what another server runs.
 */
export const softwareFinder =
  (client: Pick<GuardedClient, 'get' | 'query'>, { userAgent }: Pick<ReadOptions, 'userAgent'>): FindSoftware =>
  async (server, signal) => {
    const { get } = publicReader(client, { userAgent, signal });
    const links = (await documentAt(get, new URL('/.well-known/nodeinfo', server)))?.links;
    if (!Array.isArray(links)) return undefined;
    const address = schemas.map((schema) => links.find((link) => isObject(link) && link.rel === schema)).find(isObject);
    const url = webAddress(address?.href);
    if (url?.origin !== server.origin) return undefined;
    const software = (await documentAt(get, url))?.software;
    const name = isObject(software) && typeof software.name === 'string' ? software.name.toLowerCase() : '';
    return softwareName.test(name) ? name : undefined;
  };

async function documentAt(get: ReturnType<typeof publicReader>['get'], url: URL) {
  const answer = await get(url);
  return answer?.status === 200 ? jsonObject(answer.body) : undefined;
}
