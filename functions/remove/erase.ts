/**
 * One message about an erasure -> as many people as there is time for are forgotten, with all that they did. Each of them
 * can be forgotten again without harm.
 */
import type { Context } from 'aws-lambda';
import { nameOf } from '#shared/domain/policy';
import { canonicalHost } from '#shared/protocol/hosts';
import type { Erasure } from '#shared/storage/erasure';
import type { Erasures } from '#shared/storage/erasures';
import type { Followers } from '#shared/storage/followers';
import type { Jobs } from '#shared/storage/jobs';
import type { Peers } from '#shared/storage/peers';
import type { People } from '#shared/storage/people';
import type { Reach } from '#shared/storage/reach';
import type { ErasureRemoval } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';

interface Deps {
  readonly erasure: Erasure;
  readonly erasures: Pick<Erasures, 'advance' | 'finish'>;
  readonly people: Pick<People, 'on'>;
  readonly reach: Pick<Reach, 'page'>;
  readonly followers: Pick<Followers, 'behind'>;
  readonly peers: Pick<Peers, 'forget'>;
  readonly jobs: Pick<Jobs, 'isOpen' | 'renew' | 'close'>;
  /** The queue Removals. */
  readonly queue: Pick<Queue<ErasureRemoval>, 'send'>;
  readonly now: () => Date;
}

/** Where another message goes on. */
type Place = Pick<ErasureRemoval, 'people' | 'cursor'>;

const pageSize = 25;
const reserveMs = 15_000; // what one more step may take

export const erase =
  (deps: Deps) =>
  async (message: ErasureRemoval, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> => {
    const { jobs, queue, erasures, now } = deps;
    const { job, erasure, erased } = message;
    if (!(await jobs.isOpen(job))) return;
    const hasTime = () => context.getRemainingTimeInMillis() > reserveMs;
    const { done, ...place } = await (erased.kind === 'actor'
      ? everyoneIn(deps, [erased.actor], message, hasTime)
      : everyoneOn(deps, erased.server, message, hasTime));
    if (done) {
      await erasures.finish(erasure, place.people, now());
      return jobs.close(job);
    }
    await erasures.advance(erasure, place.people);
    const further = { erasure, erased, ...place };
    const renewed = await jobs.renew(job, further, now());
    if (renewed) await queue.send({ job: renewed, ...further });
  };

type Came = Place & { readonly done: boolean };

/** Whoever was met; then those who have followed for so long, and so quietly, that it is not known any more that they were. */
async function everyoneOn(deps: Deps, server: string, from: Place, hasTime: () => boolean): Promise<Came> {
  const met = isAmongFollowers(from) ? { ...from, done: true } : await everyoneMetOn(deps, server, from, hasTime);
  if (!met.done) return met;
  const came = await everyoneFollowingFrom(deps, server, met, hasTime);
  if (came.done) await deps.peers.forget(canonicalHost(server) ?? server);
  return came;
}

async function everyoneMetOn(deps: Deps, server: string, from: Place, hasTime: () => boolean): Promise<Came> {
  let came: Came = { people: from.people, cursor: from.cursor, done: true };
  for (;;) {
    const page = await deps.people.on(server, { after: came.cursor, limit: pageSize });
    came = await everyoneIn(deps, page, came, hasTime);
    if (!came.done || page.length < pageSize) return came;
  }
}

const amongFollowers = 'followers:';
const isAmongFollowers = ({ cursor }: Place): boolean => cursor?.startsWith(amongFollowers) ?? false;

/** By the inboxes of their server, wherever these are. Who is forgotten follows no more: a repeat passes them by. */
async function everyoneFollowingFrom(deps: Deps, server: string, from: Place, hasTime: () => boolean): Promise<Came> {
  let { people } = from;
  let after = isAmongFollowers(from) ? from.cursor?.slice(amongFollowers.length) || undefined : undefined;
  do {
    const place = { cursor: `${amongFollowers}${after ?? ''}`, done: false };
    const { items, next } = await deps.reach.page(nameOf(server), { cursor: after, limit: pageSize });
    for (const { memberId, key } of items)
      for await (const { actor } of deps.followers.behind(memberId, key)) {
        if (new URL(actor).host !== server) continue;
        const one = await everyoneIn(deps, [actor], { people, cursor: undefined }, hasTime);
        people = one.people;
        if (!one.done || !hasTime()) return { people, ...place };
      }
    after = next;
    if (after && !hasTime()) return { people, cursor: `${amongFollowers}${after}`, done: false };
  } while (after);
  return { people, cursor: undefined, done: true };
}

/** One after the other; stops after the last who is forgotten wholly. */
async function everyoneIn(
  { erasure, now }: Deps,
  actors: readonly string[],
  from: Place,
  hasTime: () => boolean,
): Promise<Came> {
  let { people, cursor } = from;
  for (const actor of actors) {
    const { done } = await erasure.end(actor, now(), hasTime);
    if (!done) return { people, cursor, done: false };
    await erasure.forget(actor);
    people++;
    cursor = actor;
  }
  return { people, cursor, done: true };
}
