/** GET /api/v1/blocked-servers: which servers are blocked or limited, and why, as Mastodon tells it. */
import { createHash } from 'node:crypto';
import type { ServerPolicy } from '#shared/domain/policy';
import { severityOf } from '#shared/protocol/blocklist';
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

export const blockedServers =
  ({
    isPublic,
    policies,
  }: {
    readonly isPublic: boolean;
    readonly policies: () => Promise<{ readonly servers: readonly ServerPolicy[] }>;
  }): HttpFunction =>
  async () => {
    if (!isPublic) throw notFound('The list of blocked servers is not public here.');
    const { servers } = await policies();
    const listed = servers.filter(({ level }) => level !== 'open');
    const byName = listed.toSorted((one, other) => (one.host < other.host ? -1 : 1));
    return json(byName.map(shown), { maxAge: 300 });
  };
