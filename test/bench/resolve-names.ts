/** Imported before a sender starts: Node's own look-up then knows the hosts of the bench, for every sender alike. */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { addressOf } from './names.ts';

type Found = (error: Error | null, address?: unknown, family?: number) => void;

const lookup = dns.lookup;
const lookupInTime = dns.promises.lookup;

dns.lookup = ((host: string, options: unknown, callback?: Found) => {
  const address = addressOf(host);
  if (!address) return (lookup as (...all: unknown[]) => void)(host, options, callback);
  const done = (callback ?? options) as Found;
  const all = typeof options === 'object' && options !== null && 'all' in options && options.all;
  process.nextTick(() => (all ? done(null, [{ address, family: 4 }]) : done(null, address, 4)));
}) as typeof dns.lookup;

dns.promises.lookup = (async (host: string, options: { readonly all?: boolean } = {}) => {
  const address = addressOf(host);
  if (!address) return lookupInTime(host, options as dns.LookupAllOptions);
  return options.all ? [{ address, family: 4 }] : { address, family: 4 };
}) as typeof dns.promises.lookup;

syncBuiltinESMExports();
