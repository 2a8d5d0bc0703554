/** What `remove` does after a block, on a table of its own: what it sends is kept. */
import { undoWhatBinds } from '../../functions/remove/blocked.ts';
import { followers } from '../../shared/storage/followers.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import { jobKey, jobs } from '../../shared/storage/jobs.ts';
import { hashOf } from '../../shared/storage/keys.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { blockJob } from '../../shared/transport/jobs.ts';
import type { BlockRemoval, DeliveryMessage } from '../../shared/transport/messages.ts';
import { following } from './standings.ts';
import { storageOf } from './storage.ts';
import { noon, unique } from './storage-samples.ts';

/** A worker, some time after the block; with `time` it stops after so many steps of each run. */
export function aBlocker(
  tables: Tables,
  {
    steps = Number.POSITIVE_INFINITY,
    now = () => noon(100),
    ...more
  }: { steps?: number; now?: () => Date } & Partial<Parameters<typeof undoWhatBinds>[0]> = {},
) {
  const sent: { readonly message: DeliveryMessage; readonly delay: number }[] = [];
  const further: BlockRemoval[] = [];
  const started: { readonly id: string; readonly message: object }[] = [];
  const run = undoWhatBinds({
    ...storageOf(tables),
    starter: { start: async ({ id, message }) => void started.push({ id, message }) },
    deliveries: {
      sendAll: async (messages, { delayOf = () => 0 } = {}) => {
        sent.push(...messages.map((message, index) => ({ message, delay: delayOf(message, index) })));
      },
    },
    queue: { send: async (message) => void further.push(message) },
    removalDelaySeconds: 60,
    editDelaySeconds: 25,
    now,
    ...more,
  });
  return {
    run,
    sent,
    further,
    started,
    of: (kind: DeliveryMessage['subject']['kind']) => sent.filter(({ message }) => message.subject.kind === kind),
    /** Promises the work, and does it to its end; tells how many messages that took. */
    toTheEnd: async (block: BlockRemoval['block'], since = noon(75)): Promise<number> => {
      const job = blockJob(block, since.toISOString(), since.toISOString());
      await jobs(tables).open(job);
      let runs = 0;
      let message: BlockRemoval | undefined = { block, since: since.toISOString(), job: jobKey(job) };
      for (; message; message = further.shift()) {
        let left = steps;
        await run(message, { getRemainingTimeInMillis: () => (left-- > 0 ? 60_000 : 0) });
        if (++runs > 200) throw new Error('it does not end');
        if (!further.length && (await jobs(tables).isOpen(message.job))) throw new Error('the job is open still');
      }
      return runs;
    },
  };
}

/** A domain that no other test knows. */
export const aDomain = () => `${unique('d')}.example`;

/** The inbox that all accounts of a server share. */
export const sharedInbox = (host: string) => `https://${host}/inbox`;

type Whose = { readonly memberId: string };

/** Members and their followers elsewhere, on this table. */
export const followingOn = (tables: () => Tables) => ({
  /** Someone of a server follows a member. */
  follows: async ({ memberId }: Whose, host: string, at = noon()) => {
    const actor = `https://${host}/users/${unique('a')}`;
    const follow = { actor, followId: `${actor}/follows/1`, inbox: sharedInbox(host) };
    await following(tables()).add(memberId, follow, at);
    await inboxes(tables()).open(memberId, follow.inbox, at);
    return follow;
  },
  isFollowing: async ({ memberId }: Whose, { actor }: { readonly actor: string }) =>
    (await followers(tables()).find(memberId, actor)) !== undefined,
  /** Does the server's inbox get what the member shares? */
  isOpen: async ({ memberId }: Whose, host: string) =>
    (await inboxes(tables()).find(memberId, hashOf(sharedInbox(host))))?.active,
});
