import { Accept, type Follow, type Reject } from '@fedify/vocab';
import { deliver, recipient } from './deliver.ts';
import { knownPerson } from './find.ts';
import type { FollowState } from './model.ts';
import { actorOf, localPerson, now } from './peer.ts';
import { reason } from './problem.ts';
import type { Receiver } from './receive.ts';

/** A remote person follows one of ours: accepted at once, and again when asked again. */
export const receiveFollow: Receiver<Follow> = async (peer, follow, context) => {
  const person = localPerson(peer, follow.objectId);
  if (!person || !follow.actorId || !follow.id) return 'ignored: not a Follow of one of our people';
  const follower = await knownPerson(peer, follow.actorId.href);
  peer.store.followers.put({ person, actor: follower.id, activity: follow.id.href, at: now() });

  const accept = new Accept({
    id: new URL(`#accepts/${crypto.randomUUID()}`, actorOf(peer, person)),
    actor: context.getActorUri(person),
    object: follow,
  });
  try {
    await deliver(peer, person, [recipient(follower)], accept);
  } catch (error) {
    return `follower of ${person} stored, but the Accept failed: ${reason(error)}`;
  }
  return `follower of ${person} stored and accepted`;
};

/** The answer to a Follow that one of ours sent; only the person who was asked can give it. */
export const receiveReply =
  (state: FollowState): Receiver<Accept | Reject> =>
  async (peer, answer) => {
    const actor = answer.actorId?.href;
    const asked = peer.store.follows.all().filter((follow) => follow.actor === actor);
    const id = answer.objectId?.href;
    const follow = id ? asked.find((one) => one.activity === id) : asked.find((one) => one.state === 'pending');
    if (!follow) return 'ignored: no such Follow was sent';
    peer.store.follows.put({ ...follow, state, at: now() });
    return `follow by ${follow.person} ${state}`;
  };
