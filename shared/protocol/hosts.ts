/** Hosts as they are compared: one spelling each, and whose they are. */
import { parse } from 'tldts';

/**
 * The one spelling of a host: lower case, punycode, no dot at the end, its port only where that is not 443. Undefined for
 * what is no host.
 */
export function canonicalHost(text: string): string | undefined {
  if (/[\s/?#@\\]/.test(text) || !URL.canParse(`https://${text}`)) return undefined;
  const { hostname, port } = new URL(`https://${text}`);
  const name = hostname.replace(/\.$/, '');
  if (name === '' || name.startsWith('.') || name.includes('..') || name.endsWith('.')) return undefined;
  return port ? `${name}:${port}` : name;
}

const withoutPort = (host: string) => host.replace(/:\d+$/, '').replace(/\.$/, '');

/** The domain that somebody has registered, under which all others are theirs too; addresses, single labels and hosts with a port stand for themselves. */
export function registrableDomain(host: string): string {
  if (/:\d+$/.test(host) && !/^\[.*\]$/.test(host)) return host;
  return parse(withoutPort(host), { allowPrivateDomains: true }).domain ?? withoutPort(host);
}
