/** `receive` and `count` on a table of their own, with everything that they send kept, so that no effect can be told from an effect to come. */
import { count } from '../../functions/count/count.ts';
import type { Effects as CountEffects } from '../../functions/count/effects.ts';
import type { Effects as ReceiveEffects } from '../../functions/receive/effects.ts';
import { receive } from '../../functions/receive/receive.ts';
import { defaultLimits } from '../../shared/domain/limits.ts';
import type { RemoteActor } from '../../shared/domain/remote-actor.ts';
import { countedIn } from '../../shared/protocol/counted.ts';
import { type Incoming, readActivity } from '../../shared/protocol/incoming.ts';
import { addresses } from '../../shared/protocol/site.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { groupHandler } from '../../shared/runtime/queue.ts';
import { answers } from '../../shared/storage/answers.ts';
import { blocks } from '../../shared/storage/blocks.ts';
import { doings } from '../../shared/storage/doings.ts';
import { erasure } from '../../shared/storage/erasure.ts';
import { followers } from '../../shared/storage/followers.ts';
import { heldFollows } from '../../shared/storage/held-follows.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import { inboxesElsewhere } from '../../shared/storage/inboxes-elsewhere.ts';
import { limits } from '../../shared/storage/limits.ts';
import { members } from '../../shared/storage/members.ts';
import { posts } from '../../shared/storage/posts.ts';
import { reactions } from '../../shared/storage/reactions.ts';
import { remoteActors } from '../../shared/storage/remote-actors.ts';
import { reports } from '../../shared/storage/reports.ts';
import { stamps } from '../../shared/storage/stamps.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { takenBack } from '../../shared/storage/taken-back.ts';
import { type DeliveryMessage, type InteractionEvent, ReceivedMessage } from '../../shared/transport/messages.ts';
import { addressPolicy, mayDeliver } from '../../shared/transport/private-hosts.ts';
import { reachable } from '../../shared/transport/reachable.ts';
import { listedAt } from './answers.ts';
import { presentPolicies } from './policies.ts';
import { aJob, aPost, aPostRemoval, aRemoval, aSharer, noon, stopAndRemove, unique } from './storage-samples.ts';

logger.setLogLevel('SILENT');

export const site = { origin: new URL('https://share.example') };

/** Someone elsewhere, as their own server describes them. */
export function aSender(server = 'far.example', sharedInbox = true): RemoteActor {
  const name = unique('p');
  const id = `https://${server}/users/${name}`;
  return {
    id,
    handle: `${name}@${server}`,
    name: `Person ${name}`,
    url: `https://${server}/@${name}`,
    server,
    inbox: `${id}/inbox`,
    ...(sharedInbox ? { sharedInbox: `https://${server}/inbox` } : {}),
  };
}

/** An activity of a sender. */
export const activityOf = (sender: Pick<RemoteActor, 'id'>, type: string, object: unknown, more: object = {}) => ({
  id: `${new URL(sender.id).origin}/activities/${unique('')}`,
  type,
  actor: sender.id,
  object,
  ...more,
});

/** One activity as `inbox` hands it over. */
export interface Arriving {
  readonly sender: RemoteActor;
  readonly activity: object;
  readonly inbox?: string | undefined;
  readonly signedAt?: Date;
}

type Effects = CountEffects & ReceiveEffects;

/** Opens `receive` and `count`; senders are known once they are named. */
export function openReceiver(tables: Tables, more: Partial<Effects> = {}) {
  const deliveries: DeliveryMessage[] = [];
  const events: InteractionEvent[] = [];
  const known = new Map<string, RemoteActor>();
  const alive: string[] = [];
  const effects: Effects = {
    site,
    members: members(tables),
    posts: posts(tables),
    followers: followers(tables),
    heldFollows: heldFollows(tables),
    inboxes: inboxes(tables),
    reactions: reactions(tables),
    answers: answers(tables),
    stamps: stamps(tables),
    reports: reports(tables),
    doings: doings(tables),
    takenBack: takenBack(tables),
    erasure: erasure(tables),
    remoteActors: remoteActors(tables),
    policies: presentPolicies(tables),
    blocks: blocks(tables),
    limits: defaultLimits,
    buckets: limits(tables),
    fetchActor: async () => ({ kind: 'unreachable', reason: 'nobody is to be fetched' }),
    mayReach: reachable({
      mayDeliverTo: mayDeliver(addressPolicy([])),
      elsewhere: inboxesElsewhere(tables),
      limits: defaultLimits,
      now: () => noon(120),
    }),
    deliveries: { sendAll: async (messages) => void deliveries.push(...messages) },
    announce: async (told) => void events.push(...told),
    signOfLife: async (hosts) => void alive.push(...hosts),
    now: () => noon(120),
    senderOf: async (id) => known.get(id),
    ...more,
  };
  const countAll = groupHandler(ReceivedMessage, count(effects));
  const isCounted = (activity: object) => countedIn(readActivity(activity as never) as Incoming) !== undefined;
  const messageOf = ({ sender, activity, inbox, signedAt = noon(119) }: Arriving) => {
    known.set(sender.id, sender);
    return { body: JSON.stringify(activity), actor: sender.id, signedAt: signedAt.toISOString(), inbox };
  };
  /** Has many activities counted in one batch; the positions of those that failed. */
  const batch = async (arriving: readonly Arriving[]): Promise<readonly number[]> => {
    const Records = arriving.map((one, index) => ({ messageId: String(index), body: JSON.stringify(messageOf(one)) }));
    const { batchItemFailures } = await countAll({ Records } as never);
    return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier)).sort((one, other) => one - other);
  };
  return {
    deliveries,
    events,
    alive,
    batch,
    /** Receives one verified activity and waits until it had its effect. */
    from: async (sender: RemoteActor, activity: object, inbox?: string, signedAt?: Date) => {
      const one = { sender, activity, inbox, ...(signedAt && { signedAt }) };
      if (!isCounted(activity)) return receive(effects)(messageOf(one));
      if ((await batch([one])).length > 0) throw new Error('the activity was not counted');
    },
    /** Receives a message as `inbox` has sent it, and throws when it would come again. */
    take: async (message: ReceivedMessage) => {
      const activity = readActivity(JSON.parse(message.body));
      if (typeof activity === 'string' || !countedIn(activity)) return receive(effects)(message);
      const { batchItemFailures } = await countAll({
        Records: [{ messageId: '0', body: JSON.stringify(message) }],
      } as never);
      if (batchItemFailures.length > 0) throw new Error('the activity was not counted');
    },
    /** What was told to the platform: types only. */
    told: () => events.map(({ type }) => type),
  };
}

/** A member who shares and whose key is made. */
export async function anAuthor(tables: Tables) {
  const { memberId, actorKey, epoch } = await aSharer(tables);
  await members(tables).publishKey(memberId, 'PEM');
  return {
    memberId,
    actorKey,
    epoch,
    id: addresses(site).actor(actorKey),
    turnOff: async () => {
      const now = await members(tables).find(memberId, noon(), { consistent: true });
      await stopAndRemove(tables, now!);
    },
    /** Sharing ends, and what is out there is left. */
    stop: async () => {
      const now = await members(tables).find(memberId, noon(), { consistent: true });
      await members(tables).stop(now!, noon(60));
    },
    deleteForEver: async () => {
      const now = await members(tables).find(memberId, noon(), { consistent: true });
      const removal = aRemoval(now!, noon(60), { kind: 'forEver' });
      await members(tables).deleteForEver(now!, { removal, job: aJob(), now: noon(60) });
    },
    followers: async () => (await members(tables).tally(memberId)).followers,
    mentions: () => listedAt(tables, { kind: 'mention', about: memberId }),
    inboxes: async () => (await inboxes(tables).page(memberId, { limit: 100 })).items,
    /** A post of this member: shared, unless it is to wait. */
    post: async (leaves = true) => {
      const post = aPost(memberId);
      await posts(tables).add(post, undefined, aJob());
      if (leaves) await posts(tables).markShared(post, noon(30));
      return {
        ...post,
        id: addresses(site).post(actorKey, post.objectKey),
        numbers: () => reactions(tables).tally(post.objectKey),
        replies: () => listedAt(tables, { kind: 'reply', about: post.objectKey }),
        quotes: () => listedAt(tables, { kind: 'quote', about: post.objectKey }),
        remove: async () => {
          const now = await posts(tables).find(memberId, post.objectKey);
          await posts(tables).markDeleted(now!, noon(90), aJob(), aPostRemoval(now!, noon(90)));
        },
      };
    },
  };
}
