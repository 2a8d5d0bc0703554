/** `receive` on a table of its own, with everything that it sends kept, so that no effect can be told from an effect to come. */

import type { Effects } from '../../functions/receive/effects.ts';
import { receive } from '../../functions/receive/receive.ts';
import type { RemoteActor } from '../../shared/domain/remote-actor.ts';
import { addresses } from '../../shared/protocol/site.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { followers } from '../../shared/storage/followers.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import { members } from '../../shared/storage/members.ts';
import { posts } from '../../shared/storage/posts.ts';
import { reactions } from '../../shared/storage/reactions.ts';
import { replies } from '../../shared/storage/replies.ts';
import type { Tables } from '../../shared/storage/table.ts';
import type { DeliveryMessage, InteractionEvent } from '../../shared/transport/messages.ts';
import { aJob, aPost, aSharer, noon, unique } from './storage-samples.ts';

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

/** Opens `receive`; senders are known once they are named to `from`. */
export function openReceiver(tables: Tables, more: Partial<Effects> = {}) {
  const deliveries: DeliveryMessage[] = [];
  const events: InteractionEvent[] = [];
  const known = new Map<string, RemoteActor>();
  const run = receive({
    site,
    members: members(tables),
    posts: posts(tables),
    followers: followers(tables),
    inboxes: inboxes(tables),
    reactions: reactions(tables),
    replies: replies(tables),
    deliveries: { send: async (message) => void deliveries.push(message) },
    announce: async (event) => void events.push(event),
    now: () => noon(120),
    senderOf: async (id) => known.get(id),
    ...more,
  });
  return {
    deliveries,
    events,
    /** Receives one verified activity and waits until it had its effect. */
    from: async (sender: RemoteActor, activity: object, inbox?: string, signedAt = noon(119)) => {
      known.set(sender.id, sender);
      await run({ body: JSON.stringify(activity), actor: sender.id, signedAt: signedAt.toISOString(), inbox });
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
      await members(tables).turnOff(now!, { now: noon(60), job: aJob() });
    },
    followers: async () => (await members(tables).tally(memberId)).followers,
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
        replies: async () => (await replies(tables).page(post.objectKey, { limit: 100 })).items,
        remove: async () => {
          const now = await posts(tables).find(memberId, post.objectKey);
          await posts(tables).markDeleted(now!, noon(90), aJob());
        },
      };
    },
  };
}
