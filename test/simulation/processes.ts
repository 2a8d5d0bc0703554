/** A process has its own way to the table and the queues, and a clock that may be off. */
import { barredFrom } from '../../shared/storage/barred.ts';
import { blocks } from '../../shared/storage/blocks.ts';
import { followers } from '../../shared/storage/followers.ts';
import { heldFollows } from '../../shared/storage/held-follows.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import { jobs } from '../../shared/storage/jobs.ts';
import { looks } from '../../shared/storage/looks.ts';
import { members } from '../../shared/storage/members.ts';
import { policies, policyDirectory } from '../../shared/storage/policies.ts';
import { posts } from '../../shared/storage/posts.ts';
import { receipts } from '../../shared/storage/receipts.ts';
import { removals } from '../../shared/storage/removals.ts';
import { slices } from '../../shared/storage/slices.ts';
import { stamps } from '../../shared/storage/stamps.ts';
import { jobStarter } from '../../shared/transport/jobs.ts';
import { borrowedTables } from './borrowed-tables.ts';
import type { Ground } from './ground.ts';
import type { Chance } from './stand-ins/chance.ts';
import type { InMemoryQueue } from './stand-ins/queues/messages.ts';
import type { Life } from './stand-ins/wire.ts';

/** The queues that functions send to. */
export type QueueName = 'outbox' | 'removals' | 'slices' | 'deliveries' | 'stragglers' | 'probes' | 'counted' | 'keys';

/** Starts processes; each is handed what any function has at hand. */
export function processes(
  { clock, table, queues, skewMs, watch }: Ground,
  luck: Chance,
  to: Readonly<Record<QueueName, InMemoryQueue>>,
) {
  return (life: Life) => {
    const tables = borrowedTables(table, life, watch);
    const skew = Math.round(luck.between(-skewMs, skewMs));
    const now = () => new Date(clock.now() + skew);
    const ownBlocks = blocks(tables);
    return {
      tables,
      now,
      members: members(tables),
      posts: posts(tables),
      followers: followers(tables),
      heldFollows: heldFollows(tables),
      inboxes: inboxes(tables),
      receipts: receipts(tables),
      looks: looks(tables),
      removals: removals(tables),
      slices: slices(tables),
      jobs: jobs(tables),
      blocks: ownBlocks,
      stamps: stamps(tables),
      barredFrom: barredFrom({ policies: policyDirectory(policies(tables), now), blocks: ownBlocks }),
      starter: jobStarter(
        {
          outbox: to.outbox.url,
          removals: to.removals.url,
          slices: to.slices.url,
          keys: to.keys.url,
          probes: to.probes.url,
        },
        queues.client(life),
      ),
      sender: <T>(queue: InMemoryQueue) => queues.sender<T>(queue, life),
    };
  };
}
