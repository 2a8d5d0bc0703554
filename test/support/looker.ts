/** One look of `ask` at the servers of a slice, with all that it would do kept. */
import { type LookDeps, look } from '../../functions/ask/look.ts';
import type { JobKey } from '../../shared/domain/job.ts';
import type { Taken } from '../../shared/domain/limits.ts';
import { memberBlocksOf, policiesOf } from '../../shared/domain/policy.ts';
import type { Post } from '../../shared/domain/post.ts';
import type { Ask, Look, Removal } from '../../shared/domain/removal.ts';
import type { Server } from '../../shared/domain/server.ts';
import { logger } from '../../shared/runtime/logger.ts';
import type { CopiesFound, CopiesSought } from '../../shared/transport/copies.ts';
import { startDeadline } from '../../shared/transport/deadline.ts';
import type { SliceMessage } from '../../shared/transport/messages.ts';
import { anActor, aSharedPost, site } from './members.ts';

logger.setLogLevel('SILENT');

/** So many minutes after noon. */
export const at = (minutes: number) => new Date(Date.UTC(2026, 10, 5, 12, minutes)).toISOString();
const removedAt = at(10);

/** When it is looked. */
export const now = at(30);

const plenty = { getRemainingTimeInMillis: () => 60_000 };

/** Too little time to look at anyone. */
export const hardlyAny = { getRemainingTimeInMillis: () => 20_000 };

/** The look that is promised. */
export const job: JobKey = { shard: 0, dueAt: at(35), id: 'slice#r1#0#look' };

/** The message of that job. */
export const message: SliceMessage = { job, memberId: 'm1', removalId: 'r1', slice: 0, look: true };

/** A look that finds nothing any more. */
export const none: CopiesFound = { outcome: 'noneFound', found: 0 };

/** A look that finds out nothing. */
export const unreadable: CopiesFound = { outcome: 'unreadable', found: 0 };

/** What is noted of that. */
export const noted = (found: CopiesFound): Look => ({ at: now, ...found });

/** A server that was asked, and took it. */
export const anAsk = (server: string, more: Partial<Ask> = {}): Ask => ({
  inbox: `https://${server}/inbox`,
  server,
  state: 'done',
  since: at(0),
  asked: 1,
  accepted: 1,
  refused: {},
  ...more,
});

/** A removal whose servers were asked. */
export const aRemoval: Removal = {
  id: 'r1',
  memberId: 'm1',
  kind: 'sharing',
  cause: { by: 'member' },
  epoch: 2,
  at: removedAt,
  state: 'asked',
  posts: 1,
  attachments: 0,
  slices: 1,
  open: 0,
  parked: 0,
};

/** A post of it that had left. */
export const aRemovedPost = (objectKey: string, more: Partial<Post> = {}): Post =>
  aSharedPost({ objectKey, firstSentAt: at(5), state: 'deleted', deletedAt: removedAt, removalId: 'r1', ...more });

/** Nobody may get here. */
export const nothing = async () => {
  throw new Error('nobody asks for that');
};

/** What a look finds in place. */
interface World {
  readonly asks?: Readonly<Record<string, Ask>>;
  readonly posts?: readonly Post[];
  readonly removal?: Removal | undefined;
  readonly found?: CopiesFound;
  readonly more?: Partial<LookDeps>;
}

/** A run, and all that it did. */
export async function aLook(
  { asks = { a: anAsk('a.test') }, posts = [aRemovedPost('01p')], removal = aRemoval, found = none, more = {} }: World,
  { sent = message, context = plenty }: { sent?: SliceMessage; context?: typeof plenty } = {},
) {
  const sought: CopiesSought[] = [];
  const looks: Record<string, Look> = {};
  const further: { readonly message: SliceMessage; readonly delaySeconds?: number | undefined }[] = [];
  const closed: JobKey[] = [];
  await look({
    site,
    members: { find: async () => anActor({ sharing: 'removing', epoch: 2, removedUpTo: 1 }) },
    posts: {
      find: async (_, objectKey) => posts.find((post) => post.objectKey === objectKey),
      removedBy: async (_, { cursor = '0', limit }) => ({
        items: posts.slice(Number(cursor), Number(cursor) + limit),
        next: Number(cursor) + limit < posts.length ? String(Number(cursor) + limit) : undefined,
      }),
    },
    removals: { find: async () => removal },
    receipts: { sheet: async () => Object.values(asks) },
    looks: { note: async (_removalId, _sheet, all) => void Object.assign(looks, all) },
    jobs: {
      isOpen: async () => true,
      renew: async (key) => ({ ...key, dueAt: at(40) }),
      close: async (key) => void closed.push(key),
    },
    limits: { take: async (): Promise<Taken> => ({ taken: true }) },
    directory: async () => new Map<string, Server>(),
    policies: async () => policiesOf([], []),
    blocks: { servers: async () => memberBlocksOf([]) },
    lookForCopies: async (one) => {
      sought.push(one);
      return found;
    },
    startDeadline,
    queue: { send: async (one, options) => void further.push({ message: one, delaySeconds: options?.delaySeconds }) },
    now: () => new Date(now),
    ...more,
  })(sent, context);
  return { sought, looks, further, closed };
}
