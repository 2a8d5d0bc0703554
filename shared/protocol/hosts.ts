/** Hosts as they are compared: one spelling each, and whose they are. */
import ipaddr from 'ipaddr.js';
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

/** A global unicast address; an IPv4 address in IPv6 clothes is judged as what it is not: refused. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === 'ipv4') return parsed.range() === 'unicast';
  return parsed.range() === 'unicast' && parsed.match(ipaddr.parseCIDR('2000::/3'));
}

/** Names that mean something else in every network (RFC 6761, 6762, 8375, and `internal`, which ICANN gives to nobody). */
const ofThisNetwork = /^[^.]+$|(^|\.)(localhost|local|internal|home\.arpa)$/;

/** Could everyone reach the same server by this host of a URL? What its name resolves to is not asked. */
export function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return ipaddr.isValid(host) ? isPublicAddress(host) : !ofThisNetwork.test(host);
}
