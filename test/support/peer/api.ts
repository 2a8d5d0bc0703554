/**
 * The control API: JSON over http, only from this machine. `as` is one of this server's people, by default the first.
 *
 *   GET  /api/people                                      the people here: [{name, actor, handle}]
 *   GET  /api/lookup?handle=&as=                          finds a person by WebFinger and actor fetch: Profile
 *   GET  /api/profile?actor=                              a profile as stored, by id or handle: Profile
 *   GET  /api/following?as=   GET /api/followers?as=      [Follow], [Follower]
 *   GET  /api/timeline?as=                                the home timeline, newest first: [TimelinePost]
 *   GET  /api/post?id=&as=                                present, deleted or unknown: PostState
 *   GET  /api/replies?object=&as=                         replies held here: [TimelinePost]
 *   GET  /api/reactions?object=                           likes and boosts of a post written here or by people here: [Reaction]
 *   GET  /api/activities?type=&actor=&after=              every request to an inbox, after this number: [Received]
 *   POST /api/follow    {handle, as?, again?}             Follow;   `again` repeats the same activity id
 *   POST /api/unfollow  {handle, as?}                     Follow
 *   POST /api/like, /api/boost      {object, as?, again?} Reaction; `again` repeats the same activity id
 *   POST /api/unlike, /api/unboost  {object, as?}         Reaction
 *   POST /api/post      {text, visibility?, as?}          Post;     visibility: public (default), unlisted, followers, direct
 *   POST /api/reply     {object, text, visibility?, as?}  Post
 *   POST /api/edit      {object, text, as?}               Post;     own posts only
 *   POST /api/delete    {object, as?}                     {deleted: id}
 *   POST /api/quote     {object, text, visibility?, as?}  Post;     asks for consent as well (FEP-044f)
 *   POST /api/emoji     {object, text, as?}               {sent: id}; an EmojiReact, `text` is the emoji
 *   POST /api/block, /api/unblock   {handle, as?}         {sent: id}
 *   POST /api/move      {handle, target, as?}             {sent: id}; `target` is another of the people here, `handle` is told
 *   POST /api/leave     {handle, as?}                     {sent: id}; the account is deleted, `handle` is told
 *   GET  /api/sent?after=                                 every POST to other servers, after this number: [Sent]
 *   POST /api/send      {inbox | actor, activity | body, signature?, contentType?, as?}
 *                                                         SendAnswer; sends it as is, signed with the key of `as` by
 *                                                         "cavage" (default), "rfc9421" or "none"
 *
 * `handle` may be @name@host or the address of an actor; `object` the id or address of a post. The types are in model.ts.
 * Errors are problem documents; 502 says which inbox or server failed, with `inbox`, `inboxStatus` and `inboxBody`.
 */
import { follow, react, unfollow, unreact } from './act.ts';
import { type Fields, readFields, requiredText } from './fields.ts';
import { findPerson } from './find.ts';
import { block, emojiReact, leave, move, unblock } from './lives.ts';
import { actorOf, type Peer } from './peer.ts';
import { personNamed } from './people.ts';
import { Problem, problemDocument } from './problem.ts';
import { sendRaw } from './send.ts';
import { sentAfter } from './sent.ts';
import { homeTimeline, postState, repliesTo } from './timeline.ts';
import { deletePost, editPost, quotePost, writePost, writeReply } from './write.ts';

type Operation = (peer: Peer, fields: Fields, as: string) => unknown;

const operations: Record<string, Operation> = {
  'GET people': (peer) =>
    peer.store.people.all().map(({ name }) => {
      return { name, actor: actorOf(peer, name), handle: `@${name}@${new URL(peer.origin).host}` };
    }),
  'GET lookup': (peer, fields, as) => findPerson(peer, requiredText(fields, 'handle'), as),
  'GET profile': (peer, fields) => {
    const actor = requiredText(fields, 'actor');
    const known = peer.store.profiles.all().find((one) => one.id === actor || one.handle === actor);
    if (!known) throw new Problem(404, `No profile of ${actor} is stored here.`);
    return known;
  },
  'GET following': (peer, _, as) => peer.store.follows.all().filter((one) => one.person === as),
  'GET followers': (peer, _, as) => peer.store.followers.all().filter((one) => one.person === as),
  'GET timeline': (peer, _, as) => homeTimeline(peer, as),
  'GET post': (peer, fields, as) => postState(peer, as, requiredText(fields, 'id')),
  'GET replies': (peer, fields, as) => repliesTo(peer, as, requiredText(fields, 'object')),
  'GET reactions': (peer, fields) => {
    const object = requiredText(fields, 'object');
    return peer.store.reactions.all().filter((one) => one.object === object);
  },
  'GET activities': (peer, { type, actor, after }) =>
    peer.store.received
      .all()
      .filter(
        (one) => (!type || one.type === type) && (!actor || one.actor === actor) && one.number > Number(after ?? 0),
      ),
  'GET sent': (_, { after }) => sentAfter(Number(after ?? 0)),
  'POST follow': (peer, fields, as) => follow(peer, as, requiredText(fields, 'handle'), fields.again),
  'POST unfollow': (peer, fields, as) => unfollow(peer, as, requiredText(fields, 'handle')),
  'POST like': (peer, fields, as) => react(peer, 'like', as, requiredText(fields, 'object'), fields.again),
  'POST unlike': (peer, fields, as) => unreact(peer, 'like', as, requiredText(fields, 'object')),
  'POST boost': (peer, fields, as) => react(peer, 'boost', as, requiredText(fields, 'object'), fields.again),
  'POST unboost': (peer, fields, as) => unreact(peer, 'boost', as, requiredText(fields, 'object')),
  'POST post': (peer, fields, as) => writePost(peer, as, requiredText(fields, 'text'), fields.visibility),
  'POST reply': (peer, fields, as) =>
    writeReply(peer, as, requiredText(fields, 'object'), requiredText(fields, 'text'), fields.visibility),
  'POST edit': (peer, fields, as) => editPost(peer, as, requiredText(fields, 'object'), requiredText(fields, 'text')),
  'POST delete': async (peer, fields, as) => {
    const deleted = requiredText(fields, 'object');
    await deletePost(peer, as, deleted);
    return { deleted };
  },
  'POST quote': (peer, fields, as) =>
    quotePost(peer, as, requiredText(fields, 'object'), requiredText(fields, 'text'), fields.visibility),
  'POST emoji': (peer, fields, as) =>
    emojiReact(peer, as, requiredText(fields, 'object'), requiredText(fields, 'text')),
  'POST block': (peer, fields, as) => block(peer, as, requiredText(fields, 'handle')),
  'POST unblock': (peer, fields, as) => unblock(peer, as, requiredText(fields, 'handle')),
  'POST move': (peer, fields, as) => move(peer, as, requiredText(fields, 'target'), requiredText(fields, 'handle')),
  'POST leave': (peer, fields, as) => leave(peer, as, requiredText(fields, 'handle')),
  'POST send': (peer, fields, as) => {
    if (fields.activity === undefined && fields.body === undefined) {
      throw new Problem(400, 'Say what to send: "activity" (JSON) or "body" (text).');
    }
    return sendRaw(peer, as, { ...fields, signature: fields.signature ?? 'cavage' });
  },
};

/** Answers one request to the control API. */
export const answerApi = async (request: Request, peer: Peer): Promise<Response> => {
  try {
    const name = new URL(request.url).pathname.slice('/api/'.length);
    const operation = operations[`${request.method} ${name}`];
    if (!operation) throw new Problem(404, `There is no ${request.method} /api/${name}.`);
    const fields = await readFields(request);
    return Response.json(await operation(peer, fields, personNamed(peer.store, fields.as)));
  } catch (error) {
    const problem = problemDocument(error);
    return Response.json(problem, { status: problem.status, headers: { 'content-type': 'application/problem+json' } });
  }
};
