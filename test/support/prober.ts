/** `probe` on a table of its own: what it sends, how it paces itself and what it leaves for another run is kept. */
import { probe } from '../../functions/probe/probe.ts';
import type { DeliveryAnswer } from '../../shared/domain/delivery.ts';
import type { Server } from '../../shared/domain/server.ts';
import { blocks } from '../../shared/storage/blocks.ts';
import { followers } from '../../shared/storage/followers.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import { jobKey, jobs } from '../../shared/storage/jobs.ts';
import { members } from '../../shared/storage/members.ts';
import { parked } from '../../shared/storage/parked.ts';
import { posts } from '../../shared/storage/posts.ts';
import { receiptParts } from '../../shared/storage/receipt-parts.ts';
import { removals } from '../../shared/storage/removals.ts';
import { removed } from '../../shared/storage/removed.ts';
import { results } from '../../shared/storage/results.ts';
import { probeJob, servers } from '../../shared/storage/servers.ts';
import { slices } from '../../shared/storage/slices.ts';
import { stamps } from '../../shared/storage/stamps.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { startDeadline } from '../../shared/transport/deadline.ts';
import type { ProbeMessage } from '../../shared/transport/messages.ts';
import {
  type Answers,
  anInbox,
  aPoster,
  hostOf,
  parkedFor,
  pointerTo,
  privateKey,
  site,
  takeDown,
} from './deliverer.ts';
import { presentlyBarred } from './policies.ts';
import { noon } from './storage-samples.ts';

/** Time that a run has left. */
export const plenty = { getRemainingTimeInMillis: () => 60_000 };
export const hardlyAny = { getRemainingTimeInMillis: () => 0 };

/** The message of the look that a server waits for, as the sweep sends it. */
export const lookAt = ({ host, breaker }: Server): ProbeMessage => ({
  host,
  job: jobKey(probeJob(host, breaker!.probeAt!)),
});

/** A worker, some time after everything was parked; `more` replaces what it works with. */
export function aProber(tables: Tables, answers: Answers = {}, more: Partial<Parameters<typeof probe>[0]> = {}) {
  const poster = aPoster(answers);
  const further: ProbeMessage[] = [];
  const pauses: number[] = [];
  const run = probe({
    site,
    members: members(tables),
    posts: posts(tables),
    followers: followers(tables),
    inboxes: inboxes(tables),
    results: results(tables),
    receiptParts: receiptParts(tables),
    removals: removals(tables),
    removed: removed(tables),
    slices: slices(tables),
    servers: servers(tables),
    parked: parked(tables),
    jobs: jobs(tables),
    signingKeys: { privateKey: async () => privateKey },
    post: poster.post,
    startDeadline,
    blocks: blocks(tables),
    stamps: stamps(tables),
    barredFrom: presentlyBarred(tables),
    probes: { send: async (message) => void further.push(message) },
    probeDelays: [300, 900, 1800],
    perSecond: 5,
    pause: async (milliseconds) => void pauses.push(milliseconds),
    now: () => noon(600),
    ...more,
  });
  return {
    ...poster,
    run,
    further,
    pauses,
    /** Does the look that this inbox's server waits for; true when there was one. */
    look: async (inbox: string, context: Parameters<typeof run>[1] = plenty) => {
      const server = await servers(tables).find(hostOf(inbox));
      await run(lookAt(server), context);
    },
  };
}

type Author = Parameters<typeof pointerTo>[0] & { readonly post: () => Promise<Parameters<typeof pointerTo>[1]> };

/** A server that is out, and inboxes there for each of which a post is parked; in the order in which a pass comes to them. */
export async function parkMany(tables: Tables, author: Author, count: number) {
  const inbox = anInbox();
  await takeDown(tables, inbox);
  for (let number = 0; number < count; number++) {
    const post = await author.post();
    await parked(tables).add(hostOf(inbox), `${inbox}/${number}`, pointerTo(author, post), noon());
  }
  return { inbox, all: (await parkedFor(tables, inbox)).map((one) => one.inbox) };
}

/** What each of these inboxes answers; all that are left, as the last. */
export const each = (inboxes: readonly string[], ...answers: DeliveryAnswer[]): Answers =>
  Object.fromEntries(inboxes.map((inbox, number) => [inbox, answers[Math.min(number, answers.length - 1)]!]));
