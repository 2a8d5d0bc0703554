import { type Bucket, type Limits, perMinute, postsOfServer, type Taken, takenFrom } from '#shared/domain/limits';
import { recent } from '#shared/domain/recent';
import { canonicalHost } from '#shared/protocol/hosts';

interface Deps {
  readonly limits: Pick<Limits, 'postsPerServerPerMinute'>;
  readonly buckets: {
    take(name: string, wanted: Bucket & { readonly amount: number }, now: Date): Promise<Taken>;
  };
  readonly peers: { find(host: string, now: Date): Promise<{ readonly actors: number } | undefined> };
  readonly now: () => Date;
}

/** What this instance remembers of one server. */
interface Account {
  /** When its own bucket, which costs nothing, is full again. */
  readonly fullAt?: number | undefined;
  /** Tokens of the shared bucket that are not used yet. */
  readonly left: number;
  /** Until when the shared bucket is known to be empty. */
  readonly emptyUntil: number;
}

const mostRemembered = 10_000;
const free = 20; // activities of a server in a minute that each instance lets through by itself
const pack = 50; // tokens that are taken at once
const stranger: Account = { left: 0, emptyUntil: 0 };

/** May this server send one more? Costs nothing for servers that send little, and a write per fifty for those that send much. */
export function serverBudget({ limits, buckets, peers, now }: Deps): (host: string) => Promise<Taken> {
  const accounts = recent<Account>(mostRemembered);
  const own = perMinute(Math.min(free, Math.ceil(limits.postsPerServerPerMinute / 10)));

  return async (named) => {
    const host = canonicalHost(named) ?? named;
    const account = accounts.get(host) ?? stranger;
    const at = now().getTime();
    const mine = takenFrom(own, account.fullAt, 1, now());
    if (mine.taken) {
      accounts.set(host, { ...account, fullAt: mine.fullAt });
      return { taken: true };
    }
    if (account.left > 0) {
      accounts.set(host, { ...account, left: account.left - 1 });
      return { taken: true };
    }
    if (account.emptyUntil > at) return { taken: false, afterSeconds: Math.ceil((account.emptyUntil - at) / 1000) };

    const bucket = postsOfServer(limits, await actorsOf(host));
    const amount = Math.min(pack, Math.ceil(bucket.capacity / 4));
    const taken = await buckets.take(`posts#${host}`, { amount, ...bucket }, now());
    const latest = accounts.get(host) ?? account; // others of this instance went on meanwhile
    accounts.set(
      host,
      taken.taken
        ? { ...latest, left: latest.left + amount - 1 }
        : { ...latest, emptyUntil: now().getTime() + taken.afterSeconds * 1000 },
    );
    return taken;
  };

  async function actorsOf(host: string): Promise<number> {
    return (await peers.find(host, now()))?.actors ?? 0;
  }
}
