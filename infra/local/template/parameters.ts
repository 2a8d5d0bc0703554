import type { Template } from './assembly.ts';

/** What a local stack may decide itself; everything else is as the template says. */
export interface Wishes {
  privateHosts?: string;
  shareDelaySeconds?: number;
  removalDelaySeconds?: number;
  editDelaySeconds?: number;
  spreadSeconds?: number;
  retryDelaysSeconds?: string;
  probeDelaysSeconds?: string;
  drainPerSecond?: number;
  removalsPerSecond?: number;
  lookAfterSeconds?: number;
  receiptDays?: number;
  limits?: string;
  authorisedFetch?: boolean;
  publicBlocklist?: boolean;
}

/** The template's parameters: what only this machine knows, and what was wished for. */
export function chooseParameters(
  template: Template,
  wishes: Wishes,
  machine: Record<'Origin' | 'HandleDomain' | 'Issuer', string>,
): Record<string, string> {
  const wished: [string, string | number | boolean | undefined][] = [
    ['PrivateHosts', wishes.privateHosts],
    ['ShareDelaySeconds', wishes.shareDelaySeconds],
    ['RemovalDelaySeconds', wishes.removalDelaySeconds],
    ['EditDelaySeconds', wishes.editDelaySeconds],
    ['SpreadSeconds', wishes.spreadSeconds],
    ['RetryDelaysSeconds', wishes.retryDelaysSeconds],
    ['ProbeDelaysSeconds', wishes.probeDelaysSeconds],
    ['DrainPerSecond', wishes.drainPerSecond],
    ['RemovalsPerSecond', wishes.removalsPerSecond],
    ['LookAfterSeconds', wishes.lookAfterSeconds],
    ['ReceiptDays', wishes.receiptDays],
    ['Limits', wishes.limits],
    ['AuthorisedFetch', wishes.authorisedFetch],
    ['PublicBlocklist', wishes.publicBlocklist],
  ];
  const chosen = wished
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)] as const);
  for (const [name] of chosen) {
    if (!template.Parameters?.[name]) throw new Error(`The template has no parameter ${name}, so it cannot be chosen.`);
  }
  const known = Object.entries(machine).filter(([name]) => template.Parameters?.[name]);
  return Object.fromEntries([...known, ...chosen]);
}
