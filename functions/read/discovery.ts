/** What other servers and crawlers look at before they look at anyone: host-meta, NodeInfo, robots.txt, the front page. */
import { nodeInfo, nodeInfoLinks } from '#shared/protocol/nodeinfo';
import type { Site } from '#shared/protocol/site';
import { hostMeta } from '#shared/protocol/webfinger';
import { type HttpFunction, json } from '#shared/runtime/http';
import { version } from '#shared/runtime/version';

const day = 24 * 3600;
const plain = (body: string, contentType: string, maxAge: number) => ({
  statusCode: 200,
  headers: { 'content-type': contentType, 'cache-control': `public, max-age=${maxAge}` },
  body,
});

export const hostMetaDocument =
  ({ site }: { readonly site: Site }): HttpFunction =>
  async () =>
    plain(hostMeta(site), 'application/xrd+xml; charset=utf-8', day);

export const nodeInfoDiscovery =
  ({ site }: { readonly site: Site }): HttpFunction =>
  async () =>
    json(nodeInfoLinks(site), { maxAge: day });

export const nodeInfoDocument: HttpFunction = async () =>
  json(nodeInfo(version), {
    contentType: 'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#"; charset=utf-8',
    maxAge: 3600,
  });

/** Whether people may be found by search engines is said by their actors (`indexable`), not here. */
export const robots: HttpFunction = async () =>
  plain('User-agent: *\nDisallow: /api/\n', 'text/plain; charset=utf-8', day);

export const welcome =
  ({ site }: { readonly site: Site }): HttpFunction =>
  async () =>
    plain(
      `This server shares posts of members of ${site.handleDomain} to the fediverse.\nSearch for @name@${site.handleDomain} from any fediverse server to follow them.\n`,
      'text/plain; charset=utf-8',
      3600,
    );
