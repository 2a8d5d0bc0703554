/** GET /api/v1/blocked-servers: which servers are blocked or limited, and why, as Mastodon tells it. */
import { createHash } from 'node:crypto';
import type { ServerPolicy } from '#shared/domain/policy';
import { severityOf } from '#shared/protocol/blocklist';
import type { Site } from '#shared/protocol/site';
import { notFound } from '#shared/runtime/errors';
import { type HttpFunction, json } from '#shared/runtime/http';

const words: Readonly<Record<ServerPolicy['category'], string>> = {
  spam: 'Spam',
  harassment: 'Harassment',
  hate: 'Hate',
  illegal: 'Illegal content',
  malware: 'Malware or deception',
  legal: 'Legal reasons',
  other: 'Other reasons',
};

/** The category is told, never the operator's note. */
const shown = ({ host, level, category, at }: ServerPolicy) => ({
  domain: host,
  digest: createHash('sha256').update(host).digest('hex'),
  severity: severityOf(level),
  comment: words[category],
  category,
  since: at,
});

/** An answer of a function has six megabytes at most. */
const pageSize = 10_000;

/** Where the list goes on, as Mastodon tells it of other lists. */
const linkTo = ({ origin }: Pick<Site, 'origin'>, after: string) => ({
  link: `<${origin.origin}/api/v1/blocked-servers?after=${encodeURIComponent(after)}>; rel="next"`,
});

export const blockedServers =
  ({
    site,
    isPublic,
    policies,
  }: {
    readonly site: Pick<Site, 'origin'>;
    readonly isPublic: boolean;
    readonly policies: () => Promise<{ readonly servers: readonly ServerPolicy[] }>;
  }): HttpFunction =>
  async (event) => {
    if (!isPublic) throw notFound('The list of blocked servers is not public here.');
    const { servers } = await policies();
    const listed = servers.filter(({ level }) => level !== 'open');
    const byName = listed.toSorted((one, other) => (one.host < other.host ? -1 : 1));
    const { after = '' } = event.queryStringParameters ?? {};
    const rest = byName.filter(({ host }) => host > after);
    const page = rest.slice(0, pageSize);
    const last = page.at(-1);
    const next = last && rest.length > pageSize ? linkTo(site, last.host) : {};
    return json(page.map(shown), { maxAge: 300, headers: next });
  };
