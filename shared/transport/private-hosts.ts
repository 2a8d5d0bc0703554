import ipaddr from 'ipaddr.js';
import { isPublicAddress } from '../protocol/hosts.ts';

/** Which addresses the guarded client may connect to. */
export interface AddressPolicy {
  /** May this host be asked at all, before its name is resolved? */
  readonly mayAsk: (url: URL) => boolean;
  /** May a connection for this host and port go to this address? */
  readonly mayConnect: (
    target: { readonly protocol: string; readonly host: string; readonly port: number },
    address: string,
  ) => boolean;
}

const bare = (host: string) =>
  host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
const portOf = (url: URL) => Number(url.port) || (url.protocol === 'https:' ? 443 : 80);

/**
 * Public https on port 443 for everyone; hosts on the list (host, host:port or CIDR) may also be private, http and on
 * other ports. The list is only honoured outside of Lambda, so a wrong setting cannot open a deployment.
 */
export function addressPolicy(privateHosts: readonly string[]): AddressPolicy {
  const list = process.env.AWS_LAMBDA_RUNTIME_API
    ? []
    : privateHosts.map((entry) => entry.toLowerCase().replace(/[[\]]/g, ''));
  const ranges = list.filter((entry) => entry.includes('/')).map((entry) => ipaddr.parseCIDR(entry));
  const inRange = (address: string) => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.parse(address);
    return ranges.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits));
  };
  const isListed = (host: string, port: number) => list.includes(bare(host)) || list.includes(`${bare(host)}:${port}`);

  return {
    mayAsk: (url) => {
      if (url.username || url.password || !/^https?:$/.test(url.protocol)) return false;
      if (isListed(url.hostname, portOf(url)) || inRange(bare(url.hostname))) return true;
      if (ranges.length > 0 && !ipaddr.isValid(bare(url.hostname))) return true; // its addresses will tell
      return url.protocol === 'https:' && portOf(url) === 443;
    },
    mayConnect: ({ protocol, host, port }, address) =>
      isListed(host, port) || inRange(address) || (protocol === 'https:' && port === 443 && isPublicAddress(address)),
  };
}

/** Could anything ever be delivered to this inbox, as far as its address alone can tell? */
export type MayDeliver = (inbox: string) => boolean;

/** Names are looked up when it comes to that; an address that stands in the inbox itself is judged at once. */
export const mayDeliver =
  ({ mayAsk, mayConnect }: AddressPolicy): MayDeliver =>
  (inbox) => {
    if (!URL.canParse(inbox)) return false;
    const url = new URL(inbox);
    if (!mayAsk(url)) return false;
    const host = bare(url.hostname);
    return !ipaddr.isValid(host) || mayConnect({ protocol: url.protocol, host, port: portOf(url) }, host);
  };
