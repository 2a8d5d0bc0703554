/** Once every server was asked: the profile is blank, nobody follows any more, and nothing new goes anywhere. */
import { secondsAfter } from '#shared/domain/job';
import { ignoresReject, type Removal } from '#shared/domain/removal';
import type { Follower } from '#shared/storage/followers';
import { jobKey } from '#shared/storage/jobs';
import { profileJob } from '#shared/transport/jobs';
import type { DeliveryMessage } from '#shared/transport/messages';
import type { StepDeps, StepFunction } from './steps.ts';

const pageSize = 90; // follows

/** The profile is blank now: told to everyone who may hold it. */
export const profile: StepFunction = async ({ jobs, starter, editDelaySeconds, now }, { member }) => {
  const job = profileJob(member, member.updatedAt, secondsAfter(member.updatedAt, editDelaySeconds));
  await jobs.open(job);
  await starter.start(job, jobKey(job), now());
  return { step: 'followers' };
};

/** Each Follow is rejected, also one that waited for the end of a pause, so that their servers stop counting on us. */
export const followers: StepFunction = async (deps, { member: { memberId, epoch }, removal }, cursor, hasTime) => {
  if (cursor === undefined && !(await rejectWaiting(deps, memberId, epoch, hasTime))) return { step: 'followers' };
  const ignoring = await serversThatIgnoreIt(deps, removal);
  let after = cursor;
  do {
    const page = await deps.followers.page(memberId, { cursor: after, limit: pageSize, consistent: true });
    await release(deps, memberId, epoch, page.items, ignoring);
    after = page.next;
  } while (after && hasTime());
  return after ? { step: 'followers', cursor: after } : { step: 'inboxes' };
};

/** Nothing new goes anywhere, even when sharing is turned on again; what is to be removed still knows where it may be. */
export const inboxes: StepFunction = async (deps, { member: { memberId } }, cursor, hasTime) => {
  let after = cursor;
  do {
    const page = await deps.inboxes.page(memberId, { after, limit: 100 });
    for (const { key, active } of page.items) if (active) await deps.inboxes.close(memberId, key, deps.now());
    after = page.next;
  } while (after && hasTime());
  return after ? { step: 'inboxes', cursor: after } : { step: 'interactions' };
};

/** False when time ran out: what is left is found again from the beginning. */
async function rejectWaiting(
  deps: StepDeps,
  memberId: string,
  epoch: number,
  hasTime: () => boolean,
): Promise<boolean> {
  let cursor: string | undefined;
  do {
    const page = await deps.heldFollows.page(memberId, { cursor, limit: pageSize, now: deps.now() });
    const waiting = page.items.filter(({ held }) => held === 'paused');
    await reject(
      deps,
      memberId,
      epoch,
      waiting.map((follow) => ({ ...follow, inbox: follow.answersAt ?? follow.inbox })),
    );
    for (const { actor } of waiting) await deps.heldFollows.forget(memberId, actor);
    cursor = page.next;
  } while (cursor && hasTime());
  return cursor === undefined;
}

/** Who is not let go by the own server is remembered: these follows are restored when sharing is turned on again. */
async function release(
  deps: StepDeps,
  memberId: string,
  epoch: number,
  some: readonly Follower[],
  ignoring: ReadonlySet<string>,
): Promise<void> {
  await reject(deps, memberId, epoch, some);
  const now = deps.now();
  for (const { actor, followId, inbox, at } of some)
    if (ignoring.has(new URL(inbox).host))
      await deps.heldFollows.hold(memberId, { actor, followId, inbox, held: 'released', at }, now);
  const ended = some.map(({ actor }) => ({ kind: 'ended' as const, actor, signedAt: now.toISOString() }));
  await deps.followers.count(memberId, ended, now);
}

const reject = (
  { deliveries, editDelaySeconds }: StepDeps,
  memberId: string,
  epoch: number,
  some: readonly Pick<Follower, 'actor' | 'followId' | 'inbox'>[],
): Promise<void> =>
  deliveries.sendAll(
    some.map(
      ({ actor, followId, inbox }): DeliveryMessage => ({
        subject: { kind: 'reject', memberId, epoch, follow: { id: followId, actor } },
        chunk: followId,
        inboxes: [inbox],
        attempt: 0,
        lane: 'fast',
      }),
    ),
    { group: memberId, delayOf: () => editDelaySeconds },
  );

/** By what the servers said of their software when they were asked. */
async function serversThatIgnoreIt(
  { slices }: Pick<StepDeps, 'slices'>,
  { id }: Removal,
): Promise<ReadonlySet<string>> {
  const servers = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await slices.page(id, { cursor, limit: 20 });
    for (const { asks } of page.items)
      for (const { server, software } of Object.values(asks)) if (ignoresReject(software)) servers.add(server);
    cursor = page.next;
  } while (cursor);
  return servers;
}
