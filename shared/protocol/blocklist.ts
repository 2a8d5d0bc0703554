/** Lists of blocked servers in the format in which Mastodon takes and gives them. */
import { parse } from 'tldts';
import { isWithin, nameOf, type PolicyCategory, type PolicyLevel, policyCategories } from '../domain/policy.ts';
import { readCsv, writeCsv } from './csv.ts';
import { canonicalHost } from './hosts.ts';
import type { Site } from './site.ts';

const columns = ['domain', 'severity', 'reject_media', 'reject_reports', 'public_comment', 'obfuscate'] as const;
const levels: Readonly<Record<string, PolicyLevel>> = { suspend: 'blocked', silence: 'limited' };
const severities: Readonly<Record<PolicyLevel, string>> = { blocked: 'suspend', limited: 'silence', open: 'noop' };

/** One line of a list, understood. */
export interface ListedServer {
  readonly line: number;
  readonly host: string;
  readonly level: PolicyLevel;
  readonly category: PolicyCategory;
  /** What the list says about it, where that is no category of ours. */
  readonly note?: string | undefined;
}

/** A line that decides nothing, and why. */
export interface SkippedLine {
  readonly line: number;
  readonly reason: string;
}

/** The name that a decision would be about, or why there can be none: names under which strangers live, and our own. */
export function nameToDecide(
  { origin, handleDomain }: Pick<Site, 'origin' | 'handleDomain'>,
  text: string,
): { readonly host: string } | { readonly reason: string } {
  if (text.includes('*')) return { reason: 'Name the server in full; what lies below it is included.' };
  const canonical = canonicalHost(text);
  const host = canonical && nameOf(canonical);
  if (!host || host.length > 253 || !/^([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/.test(host))
    return { reason: 'This is not the name of a server.' };
  const { isIp, publicSuffix, isIcann } = parse(host);
  const isSuffix = !isIp && ((isIcann && publicSuffix === host) || (!host.includes('.') && host !== 'localhost'));
  if (isSuffix && !host.startsWith('[')) return { reason: 'Everyone under a public suffix would be meant.' };
  if ([origin.host, handleDomain].some((own) => isWithin(own, host))) return { reason: 'This is our own name.' };
  return { host };
}

/** Reads a list: with a header or without, in any order of columns, names alone as well. */
export function readBlocklist(
  site: Pick<Site, 'origin' | 'handleDomain'>,
  text: string,
): { readonly servers: readonly ListedServer[]; readonly skipped: readonly SkippedLine[] } {
  const records = readCsv(text);
  const names = (records[0]?.fields ?? []).map((name) => name.trim().replace(/^#/, '').toLowerCase());
  const hasHeader = names.includes('domain');
  const order: readonly string[] = hasHeader ? names : columns;
  const servers: ListedServer[] = [];
  const skipped: SkippedLine[] = [];
  for (const { line, fields, broken } of hasHeader ? records.slice(1) : records) {
    const skip = (reason: string) => skipped.push({ line, reason });
    const field = (name: (typeof columns)[number]) => (fields[order.indexOf(name)] ?? '').trim();
    const domain = field('domain');
    if (broken) skip('A quotation mark has no end.');
    else if (domain.startsWith('#'))
      continue; // a comment
    else if (domain === '') skip('It names no server.');
    else {
      const severity = field('severity').toLowerCase() || 'suspend';
      const level = levels[severity];
      const found = nameToDecide(site, domain);
      if ('reason' in found) skip(found.reason);
      else if (level === undefined)
        skip(severity === 'noop' ? 'It asks for nothing.' : 'The severity must be suspend, silence or noop.');
      else servers.push({ line, host: found.host, level, ...commentOf(field('public_comment')) });
    }
  }
  return { servers, skipped };
}

function commentOf(comment: string): Pick<ListedServer, 'category' | 'note'> {
  const category = policyCategories.find((one) => one === comment.toLowerCase());
  if (category) return { category };
  return comment === '' ? { category: 'other' } : { category: 'other', note: comment.slice(0, 500) };
}

/** Writes a list that this and other servers can read. Our private notes are not in it. */
export const writeBlocklist = (
  servers: readonly { readonly host: string; readonly level: PolicyLevel; readonly category: PolicyCategory }[],
): string =>
  writeCsv([
    columns.map((name) => `#${name}`),
    ...servers.map(({ host, level, category }) => [host, severities[level], 'false', 'false', category, 'false']),
  ]);

/** Mastodon's words for a level, as its API and its lists have them. */
export const severityOf = (level: PolicyLevel): string => severities[level];
