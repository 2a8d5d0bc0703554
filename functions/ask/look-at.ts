/** How one server is looked at: what is sought there, whether it may be asked now, and what it shows. */
import { mayHold, type RemovedPost } from '#shared/domain/asking';
import { type Bucket, perMinute } from '#shared/domain/limits';
import type { Ask, Look, Removal } from '#shared/domain/removal';
import { isOut } from '#shared/domain/server';
import { addresses, handleOf, type Site } from '#shared/protocol/site';
import type { Blocks } from '#shared/storage/blocks';
import type { LimitStore } from '#shared/storage/limits';
import type { Members } from '#shared/storage/members';
import type { PolicyDirectory } from '#shared/storage/policies';
import type { Posts } from '#shared/storage/posts';
import type { ServerDirectory } from '#shared/storage/servers';
import type { CopiesFound, CopiesSought, LookForCopies } from '#shared/transport/copies';
import type { Deadline } from '#shared/transport/deadline';

export interface LookAtDeps {
  readonly site: Site;
  readonly members: Pick<Members, 'find'>;
  readonly posts: Pick<Posts, 'find' | 'removedBy'>;
  readonly limits: Pick<LimitStore, 'take'>;
  readonly directory: ServerDirectory;
  readonly policies: PolicyDirectory;
  readonly blocks: Pick<Blocks, 'servers'>;
  readonly lookForCopies: LookForCopies;
  readonly startDeadline: (milliseconds: number) => Deadline;
  readonly now: () => Date;
}

/** The asks of one server. */
export type ServerAsks = readonly Ask[];

/** What came of it: nothing where nothing is sought, or that it may be looked at in so many seconds only. */
export type LookedAt = { readonly look: Look | undefined } | { readonly afterSeconds: number };

/** Tells what is sought on the server of these asks; undefined: nothing. */
type SoughtOn = (asks: ServerAsks) => Pick<CopiesSought, 'objectIds' | 'publishedAt'> | undefined;

/** For all requests to one server. */
export const lookMs = 15_000;
const mostIds = 40;
const postsPerPage = 100;
const mostPages = 10; // of a removal's newest posts: older ones are not looked for
const patienceMs = 3_600_000; // for a server that is looked at for many removals at the same time
/** A look is ten requests at most; Mastodon allows a stranger 60 in a minute (https://docs.joinmastodon.org/api/rate-limits/). */
const looksPerServer: Bucket = { ...perMinute(6), capacity: 12 };

const unreadable: CopiesFound = { outcome: 'unreadable', found: 0 };

/** Looks at servers for one removal; `since` is when that began. */
export async function looker(
  deps: LookAtDeps,
  removal: Removal,
  since: string,
): Promise<(asks: ServerAsks) => Promise<LookedAt>> {
  const { site, members, limits, directory, policies, blocks, lookForCopies, startDeadline, now } = deps;
  const [member, known, decided, own] = await Promise.all([
    members.find(removal.memberId, now(), { consistent: true }),
    directory(),
    policies(),
    blocks.servers(removal.memberId),
  ]);
  const noted = (found: CopiesFound): LookedAt => ({ look: { at: now().toISOString(), ...found } });
  // Nobody can be asked without a name: that of someone who is gone is forgotten in the end.
  if (!member?.actorKey || member.username === '') return async () => noted(unreadable);
  const handle = handleOf(site, member.username);
  const actor = addresses(site).actor(member.actorKey);
  const soughtOn = await whatIsSought(deps, removal, member.actorKey);
  const isShut = (host: string) =>
    isOut(known.get(host)) || decided.levelOf(host) === 'blocked' || own.blocksServer(host);
  const mayWait = () => now().getTime() - Date.parse(since) < patienceMs;

  return async (asks) => {
    const { inbox, server, software } = asks[0]!;
    const what = soughtOn(asks);
    if (!what) return { look: undefined };
    if (isShut(server) || !URL.canParse(inbox)) return noted(unreadable);
    const allowed = await limits.take(`look#${server}`, { ...looksPerServer, amount: 1 }, now());
    if (!allowed.taken) return mayWait() ? { afterSeconds: allowed.afterSeconds } : noted(unreadable);
    const sought = { server: new URL(inbox), software, handle, actor, ...what };
    return noted(await lookForCopies(sought, startDeadline(lookMs).signal));
  };
}

/** Of an account that is deleted the account itself; one post; else the newest that a server may hold and was asked to remove. */
async function whatIsSought({ site, posts }: LookAtDeps, removal: Removal, actorKey: string): Promise<SoughtOn> {
  if (removal.kind === 'forEver') return () => ({ objectIds: 'account' });
  if (removal.post) {
    const { objectKey } = removal.post;
    const found = await posts.find(removal.memberId, objectKey, { consistent: true });
    const one = { objectIds: [addresses(site).post(actorKey, objectKey)], publishedAt: found?.firstSentAt };
    return () => one;
  }
  const removed: RemovedPost[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const { items, next } = await posts.removedBy(removal, { cursor, limit: postsPerPage });
    for (const { objectKey, firstSentAt, deletedAt } of items)
      if (firstSentAt && deletedAt) removed.push({ objectKey, firstSentAt, deletedAt });
    cursor = next;
    if (!cursor) break;
  }
  const wasAsked = ({ cursor: last }: Ask, objectKey: string) => last === undefined || objectKey >= last;
  return (asks) => {
    const ids = removed
      .filter((post) => asks.some((ask) => mayHold(ask, post) && wasAsked(ask, post.objectKey)))
      .slice(0, mostIds)
      .map(({ objectKey }) => addresses(site).post(actorKey, objectKey));
    return ids.length > 0 ? { objectIds: ids } : undefined;
  };
}
