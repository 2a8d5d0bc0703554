/** What a deployment allows other servers and the accounts on them, and whom a member wants nothing to do with. */

/** `limited`: what it sends is kept, and shown and announced to nobody. `blocked`: nothing from it, and nothing to it. */
export type PolicyLevel = 'open' | 'limited' | 'blocked';

/** Why; this is public. */
export const policyCategories = ['spam', 'harassment', 'hate', 'illegal', 'malware', 'legal', 'other'] as const;

/** One of the reasons. */
export type PolicyCategory = (typeof policyCategories)[number];

const strictness: Readonly<Record<PolicyLevel, number>> = { open: 0, limited: 1, blocked: 2 };

/** Does the one level forbid what the other allows? */
export const isStricter = (one: PolicyLevel, other: PolicyLevel): boolean => strictness[one] > strictness[other];

/** What was decided about a server and all below its name. `host` has no port; `note` is for the operator alone. */
export interface ServerPolicy {
  readonly host: string;
  readonly level: PolicyLevel;
  readonly category: PolicyCategory;
  readonly note?: string | undefined;
  /** Since when the level is this one; RFC 3339. */
  readonly at: string;
}

/** An account elsewhere that may do nothing here. */
export interface BlockedAccount {
  readonly actor: string;
  readonly category: PolicyCategory;
  readonly note?: string | undefined;
  readonly at: string;
}

/** Someone elsewhere, as far as blocks go. */
export interface Stranger {
  readonly id: string;
  /** The host of the actor's id, or that of the inbox. */
  readonly server: string;
}

/** Whoever has this id. */
export const strangerOf = (id: string): Stranger => ({ id, server: new URL(id).host });

/** All that was decided, as it is asked for. */
export interface Policies {
  /** The level of a server: the decision on the longest name that its own ends with; open without one. */
  levelOf(host: string): PolicyLevel;
  /** Is it this account that is blocked, or its server? */
  blocks(actor: Stranger): boolean;
}

/** The name in a host: lower case, without port and without the dot that may end it. */
export const nameOf = (host: string): string => host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');

/** The name and each name above it, the longest first. An address has nothing above it. */
export function namesAbove(host: string): readonly string[] {
  const name = nameOf(host);
  if (name.startsWith('[') || /^[\d.]+$/.test(name)) return [name];
  const labels = name.split('.');
  return labels.map((_, index) => labels.slice(index).join('.'));
}

/** Does a host bear this name, or one below it? */
export const isWithin = (host: string, name: string): boolean => namesAbove(host).includes(name);

/** The decisions, ready to be asked. Hosts are canonical names without port. */
export function policiesOf(
  servers: Iterable<Pick<ServerPolicy, 'host' | 'level'>>,
  actors: Iterable<string>,
): Policies {
  const levels = new Map([...servers].map(({ host, level }) => [host, level]));
  const blocked = new Set(actors);
  const levelOf = (host: string): PolicyLevel => {
    for (const name of levels.size > 0 ? namesAbove(host) : []) {
      const level = levels.get(name);
      if (level) return level;
    }
    return 'open';
  };
  return { levelOf, blocks: ({ id, server }) => blocked.has(id) || levelOf(server) === 'blocked' };
}

/** Nobody decided anything. */
export const openToAll: Policies = policiesOf([], []);

/** Whom a member blocks: an account, or a server and all below its name. */
export type Blocked = { readonly actor: string } | { readonly server: string };

/** A member's own block; `at` is RFC 3339. */
export type MemberBlock = Blocked & { readonly at: string };

/** A member's blocks, ready to be asked. */
export interface MemberBlocks {
  /** Is it this account that is blocked, or its server? */
  blocks(actor: Stranger): boolean;
  blocksServer(host: string): boolean;
}

/** A member's blocks, ready to be asked. */
export function memberBlocksOf(blocks: Iterable<Blocked>): MemberBlocks {
  const actors = new Set<string>();
  const servers = new Set<string>();
  for (const one of blocks) {
    if ('actor' in one) actors.add(one.actor);
    else servers.add(one.server);
  }
  const blocksServer = (host: string) => servers.size > 0 && namesAbove(host).some((name) => servers.has(name));
  return { blocks: ({ id, server }) => actors.has(id) || blocksServer(server), blocksServer };
}
