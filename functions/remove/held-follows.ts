/** One message about follows that were held -> they are there, and accepted, as if they came now. */
import type { Context } from 'aws-lambda';
import type { Member } from '#shared/domain/member';
import { facesOf } from '#shared/domain/remote-actor';
import { isSharing } from '#shared/domain/sharing';
import type { Blocks } from '#shared/storage/blocks';
import type { Followers } from '#shared/storage/followers';
import type { HeldFollow, HeldFollows } from '#shared/storage/held-follows';
import type { Inboxes } from '#shared/storage/inboxes';
import type { Jobs } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import type { PolicyDirectory } from '#shared/storage/policies';
import type { Announce } from '#shared/transport/interactions';
import type { DeliveryMessage, HeldFollows as HeldFollowsMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';

export interface HeldDeps {
  readonly members: Pick<Members, 'find'>;
  readonly followers: Pick<Followers, 'find' | 'count'>;
  readonly heldFollows: Pick<HeldFollows, 'page' | 'forget'>;
  readonly inboxes: Pick<Inboxes, 'open'>;
  readonly policyDirectory: PolicyDirectory;
  readonly blocks: Pick<Blocks, 'of'>;
  readonly jobs: Pick<Jobs, 'isOpen' | 'renew' | 'close'>;
  readonly deliveries: Pick<Queue<DeliveryMessage>, 'sendAll'>;
  readonly announce: Announce;
  /** The queue Removals. */
  readonly queue: Pick<Queue<HeldFollowsMessage>, 'send'>;
  readonly now: () => Date;
}

const pageSize = 25;
const reserveMs = 15_000; // what one more page may take

export const goOnWithHeld =
  (deps: HeldDeps) =>
  async (message: HeldFollowsMessage, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> => {
    const { members, heldFollows, jobs, queue, now } = deps;
    const { job, memberId, epoch, held } = message;
    if (!(await jobs.isOpen(job))) return;
    let { cursor } = message;
    do {
      const member = await members.find(memberId, now(), { consistent: true });
      if (!member || member.epoch !== epoch || !isSharing(member)) return jobs.close(job);
      const page = await heldFollows.page(memberId, { cursor, limit: pageSize, now: now() });
      const some = page.items.filter((one) => mayGoOn(one, held, member));
      if (some.length > 0) await goOn(deps, member, some);
      cursor = page.next;
    } while (cursor && context.getRemainingTimeInMillis() > reserveMs);
    if (!cursor) return jobs.close(job);
    const further = { memberId, epoch, held, cursor };
    const renewed = await jobs.renew(job, further, now());
    if (renewed) await queue.send({ job: renewed, ...further }, { group: memberId });
  };

/** Who followed before does so during a pause as well. */
const mayGoOn = ({ held }: HeldFollow, wanted: HeldFollow['held'], { sharing }: Member): boolean =>
  held === wanted && (held === 'released' || sharing === 'on');

async function goOn(deps: HeldDeps, member: Member, held: readonly HeldFollow[]): Promise<void> {
  const { followers, heldFollows, inboxes, policyDirectory, blocks, announce, now } = deps;
  const { memberId, epoch } = member;
  const [decided, own] = await Promise.all([policyDirectory(), blocks.of(memberId)]);
  const isUnwanted = ({ actor: id, inbox }: HeldFollow) =>
    facesOf({ id, inbox }).some((face) => decided.blocks(face) || own.blocks(face));
  await answer(deps, 'reject', member, held.filter(isUnwanted));

  const wanted = await notOvertaken(
    deps,
    memberId,
    held.filter((one) => !isUnwanted(one)),
  );
  const signedAt = now().toISOString();
  const settled = await followers.count(
    memberId,
    wanted.map(({ actor, followId: activityId, inbox, held: why, at }) => ({
      kind: 'did' as const,
      activityId,
      actor,
      inbox,
      signedAt: why === 'released' ? signedAt : at,
    })),
    now(),
  );
  const following = wanted.filter(({ actor, followId }) => {
    const { standing } = settled.get(actor) ?? {};
    return standing?.active && standing.activityId === followId;
  });
  for (const { inbox, actor } of following) await inboxes.open(memberId, inbox, now(), [new URL(actor).host]);

  const present = await deps.members.find(memberId, now(), { consistent: true });
  if (present?.epoch !== epoch) {
    // The end of all follows may have passed by before these.
    const ended = following.map(({ actor }) => ({ kind: 'ended' as const, actor, signedAt: now().toISOString() }));
    await followers.count(memberId, ended, now());
    await answer(deps, 'reject', present ?? member, following);
  } else {
    await answer(deps, 'accept', member, following);
    const isQuiet = ({ actor: id, inbox }: HeldFollow) =>
      facesOf({ id, inbox }).some(({ server }) => decided.levelOf(server) === 'limited');
    await announce(
      following
        .filter((one) => settled.get(one.actor)?.counted === 1 && !isQuiet(one))
        .map(({ actor }) => ({ type: 'follow' as const, memberId, actor, at: now().toISOString() })),
    );
  }
  for (const { actor } of held) await heldFollows.forget(memberId, actor);
}

/** Those who have not followed anew meanwhile; one whose turn broke off in the middle has its turn again. */
async function notOvertaken({ followers }: HeldDeps, memberId: string, held: readonly HeldFollow[]) {
  const present = await Promise.all(held.map(({ actor }) => followers.find(memberId, actor)));
  return held.filter(({ followId }, index) => (present[index]?.followId ?? followId) === followId);
}

async function answer(
  { deliveries }: HeldDeps,
  kind: 'accept' | 'reject',
  { memberId, epoch }: Pick<Member, 'memberId' | 'epoch'>,
  held: readonly HeldFollow[],
): Promise<void> {
  await deliveries.sendAll(
    held.map(
      ({ actor, followId, inbox, answersAt = inbox }): DeliveryMessage => ({
        subject: { kind, memberId, epoch, follow: { id: followId, actor } },
        chunk: followId,
        inboxes: [answersAt],
        attempt: 0,
        lane: 'fast',
      }),
    ),
    { group: memberId },
  );
}
