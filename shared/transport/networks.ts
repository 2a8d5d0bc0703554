/** By which networks a server is known: enough to tell it from strangers, too little to tell where it is. */
import { hash } from 'node:crypto';
import ipaddr from 'ipaddr.js';

const mostNetworks = 8;
/** Twenty bits: some sixteen networks of IPv4 have the same mark, and nobody can tell which of them was meant. */
const markLength = 5;

/** The network that an address is of: 24 bits of IPv4, 64 bits of IPv6. */
function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed
    .toByteArray()
    .slice(0, parsed.kind() === 'ipv4' ? 3 : 8)
    .join('.');
}

/** The mark of a sender's network: the same for the whole network, another one at every host that is sent for. */
export const markOf = (host: string, address: string): string =>
  hash('sha256', `${host} ${networkOf(address)}`).slice(0, markLength);

/** The marks of the networks that were seen last, with this one before all others. */
export const withMark = (marks: readonly string[], mark: string): readonly string[] =>
  [mark, ...marks.filter((other) => other !== mark)].slice(0, mostNetworks);
