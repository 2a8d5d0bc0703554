import { follow, react, unfollow, unreact } from './act.ts';
import type { Visibility } from './model.ts';
import type { Peer } from './peer.ts';
import { personNamed } from './people.ts';
import { reason } from './problem.ts';
import { deletePost, editPost, writeReply } from './write.ts';

type Form = { person: string; handle: string; object: string; text: string; visibility: Visibility };

const actions: Record<string, { done: string; act(peer: Peer, form: Form): Promise<unknown> }> = {
  follow: { done: 'Asked to follow.', act: (peer, { person, handle }) => follow(peer, person, handle) },
  unfollow: { done: 'Not following any more.', act: (peer, { person, handle }) => unfollow(peer, person, handle) },
  like: { done: 'Liked.', act: (peer, { person, object }) => react(peer, 'like', person, object) },
  unlike: { done: 'Like taken back.', act: (peer, { person, object }) => unreact(peer, 'like', person, object) },
  boost: { done: 'Boosted.', act: (peer, { person, object }) => react(peer, 'boost', person, object) },
  unboost: { done: 'Boost taken back.', act: (peer, { person, object }) => unreact(peer, 'boost', person, object) },
  reply: {
    done: 'Reply sent.',
    act: (peer, { person, object, text, visibility }) => writeReply(peer, person, object, text, visibility),
  },
  edit: { done: 'Changed.', act: (peer, { person, object, text }) => editPost(peer, person, object, text) },
  delete: { done: 'Deleted.', act: (peer, { person, object }) => deletePost(peer, person, object) },
};

/** Does what a button on the page asks for and goes back to the page with a sentence about it. */
export const actOnForm = async (request: Request, peer: Peer): Promise<Response> => {
  if (request.method !== 'POST') return backTo({});
  const said = await request.formData();
  const field = (name: string): string => String(said.get(name) ?? '').trim();
  const action = actions[field('do')];
  const as = field('as');
  try {
    if (!action) throw new Error('This button is not known here.');
    const visibility = (['followers', 'direct'] as const).find((one) => one === field('visibility')) ?? 'public';
    const person = personNamed(peer.store, as);
    await action.act(peer, {
      person,
      handle: field('handle'),
      object: field('object'),
      text: field('text'),
      visibility,
    });
    return backTo({ as, said: action.done });
  } catch (error) {
    return backTo({ as, failed: reason(error) });
  }
};

const backTo = (query: Record<string, string>): Response =>
  new Response(null, { status: 303, headers: { location: `/?${new URLSearchParams(query)}` } });
