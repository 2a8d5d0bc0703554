import type { InboxContext, InboxListener, InboxListenerSetters } from '@fedify/fedify';
import { Accept, Activity, Announce, Create, Delete, Follow, Like, Reject, Undo, Update } from '@fedify/vocab';
import type { Arrival, Peer } from './peer.ts';
import { personNamed } from './people.ts';
import { reason } from './problem.ts';
import { receiveFollow, receiveReply } from './receive-follows.ts';
import { receiveCreate, receiveDelete, receiveUpdate } from './receive-posts.ts';
import { receiveAnnounce, receiveLike, receiveUndo } from './receive-reactions.ts';

/** Handles one verified activity and says in plain words what became of it. */
export type Receiver<A extends Activity> = (peer: Peer, activity: A, context: InboxContext<Arrival>) => Promise<string>;

/** Registers what this server does with each kind of activity. */
export const receiveInto = (inbox: InboxListenerSetters<Arrival>, peer: Peer): void => {
  const noted =
    <A extends Activity>(receive: Receiver<A>): InboxListener<Arrival, A> =>
    async (context, activity) => {
      const arrival = context.data;
      arrival.verified = true;
      try {
        arrival.outcome = await receive(peer, activity, context);
      } catch (error) {
        arrival.outcome = `failed: ${reason(error)}`;
        throw error;
      }
    };

  inbox
    .setSharedKeyDispatcher(() => ({ identifier: personNamed(peer.store) }))
    .on(Follow, noted(receiveFollow))
    .on(Accept, noted(receiveReply('accepted')))
    .on(Reject, noted(receiveReply('rejected')))
    .on(Create, noted(receiveCreate))
    .on(Update, noted(receiveUpdate))
    .on(Delete, noted(receiveDelete))
    .on(Like, noted(receiveLike))
    .on(Announce, noted(receiveAnnounce))
    .on(Undo, noted(receiveUndo))
    .on(
      Activity,
      noted(async (_, activity) => `ignored: nothing to do for ${activity.constructor.name}`),
    )
    .onUnverifiedActivity((context, activity, why) => {
      context.data.verified = false;
      context.data.outcome = `refused: the signature does not hold (${why.type})`;
      // A person who deletes themselves has no key left to verify with: answer 202 or they retry for days.
      const gone = why.type === 'keyFetchError' && 'status' in why.result && why.result.status === 410;
      return gone && activity instanceof Delete ? new Response(null, { status: 202 }) : undefined;
    });
};
