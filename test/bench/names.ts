/** Hosts that exist only in the bench: names under one domain, told apart by their first word, all of them on loopback. */

/** `live` answers at once, `slow` as slowly as servers do, `dead` takes the connection and never says a word. */
export type Kind = 'live' | 'slow' | 'dead';

/** What the certificate of all hosts is for. */
export const domain = 'sinks.test';

/** Several, so that a run does not use up the ports of one. */
export const liveAddresses: readonly string[] = Array.from({ length: 32 }, (_, n) => `127.1.0.${n + 1}`);
export const deadAddress = '127.1.1.1';

/** The n-th inbox of a run, on a host of its own or on one of a few. The path names the run, so that the sinks can count. */
export const inboxOf = (kind: Kind, run: string, n: number, port: number, hosts = Number.POSITIVE_INFINITY): string =>
  `https://${kind}-${run}-${n % hosts}.${domain}:${port}/${run}/users/${n}/inbox`;

/** What a host's name says; undefined for every other host. */
export function readHost(host: string): { readonly kind: Kind; readonly n: number } | undefined {
  const match = /^(live|slow|dead)-[a-z0-9]+-(\d+)\.sinks\.test(?::\d+)?$/.exec(host);
  return match ? { kind: match[1] as Kind, n: Number(match[2]) } : undefined;
}

/** The address of a host of the bench. */
export function addressOf(host: string): string | undefined {
  const found = readHost(host);
  return found && (found.kind === 'dead' ? deadAddress : liveAddresses[found.n % liveAddresses.length]);
}
