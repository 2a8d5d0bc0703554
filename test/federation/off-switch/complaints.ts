/** What is not, or not yet, as the model says. */
import type { MockServer } from '../../support/fediverse/server.ts';
import type { ShownAsk } from '../../support/platform-client.ts';
import type { Subject } from './acts.ts';
import type { ModelPost } from './model.ts';
import type { ServerName } from './steps.ts';

interface Known extends Subject {
  readonly actorId: string;
}

/** Everything that is wrong at this moment, in words. */
export async function complaints(subject: Known): Promise<readonly string[]> {
  const atServers = [...complaintsAboutServers(subject)];
  if (atServers.length > 0) return atServers; // the rest is not worth its requests yet
  return [
    ...(await complaintsAboutSwitch(subject)),
    ...(await complaintsAboutPosts(subject)),
    ...(await complaintsAboutReceipts(subject)),
  ];
}

function* complaintsAboutServers({ model, server, actorId }: Known): Iterable<string> {
  for (const [which, { follow, isUp }] of model.servers) {
    const it = server(which);
    if (it.isBurnt(actorId)) yield `${which} has burnt the identity`;
    if (!isUp) continue;
    const believes = { none: 'none', held: 'asked', following: 'accepted', ghost: 'accepted', unsure: undefined }[
      follow
    ];
    if (believes && it.followState(actorId) !== believes)
      yield `${which} (${follow}) should see its follow as ${believes}, and sees ${it.followState(actorId)}`;
    const name = it.memory.profiles.get(actorId)?.name;
    if (model.told.has(which) && (name === '') !== (model.state() === 'off')) yield `${which} shows the name “${name}”`;
    for (const post of model.posts) yield* complaintsAboutCopies(which, it, post);
  }
}

function* complaintsAboutCopies(which: ServerName, it: MockServer, post: ModelPost): Iterable<string> {
  for (const id of post.pastIds) if (id && it.holds(id)) yield `${which} still has ${post.postId} under an earlier id`;
  if (!post.id) return;
  const copy = post.copies.get(which) ?? 'mustNot';
  const held = it.memory.posts.get(post.id);
  if (held && copy === 'mustNot') yield `${which} has ${post.postId} (${post.state})`;
  if (!held && (copy === 'must' || copy === 'stale')) yield `${which} does not have ${post.postId}`;
  if (held && copy === 'must' && !held.content.includes(post.text)) yield `${which} has an old ${post.postId}`;
}

const get = async (address: string): Promise<number> => {
  const response = await fetch(address, { headers: { accept: 'application/activity+json' } });
  await response.body?.cancel();
  return response.status;
};

async function complaintsAboutSwitch({ platform, stack, model, memberId, handle, actorId }: Known) {
  const { state, followers } = await platform.sharing(memberId);
  const wanted = model.state() === 'left' ? 'off' : model.state();
  const follows = [...model.servers.values()].map(({ follow }) => follow);
  const least = follows.filter((follow) => follow === 'following').length;
  const most = least + follows.filter((follow) => follow === 'unsure').length;
  const found = await get(`${stack.origin}/.well-known/webfinger?resource=acct:${handle}`);
  const actor = await get(actorId);
  return [
    ...(state === wanted ? [] : [`the state is ${state} and should be ${wanted}`]),
    ...(followers >= least && followers <= most ? [] : [`${followers} followers, and not from ${least} to ${most}`]),
    ...(found === (model.isSharing() ? 200 : 404) ? [] : [`WebFinger answers ${found}`]),
    ...(actor === 200 ? [] : [`the actor answers ${actor}`]),
  ];
}

async function complaintsAboutPosts({ platform, model, memberId }: Known): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { postId, id, pastIds, state, likes } of model.posts) {
    if (!id) continue;
    for (const past of pastIds)
      if (past && (await get(past)) !== 410) wrong.push(`an earlier id of ${postId} is not gone`);
    const status = await get(id);
    if (status !== (state === 'out' ? 200 : 410)) wrong.push(`${postId} (${state}) answers ${status}`);
    if (state !== 'out') continue;
    const shown = await platform.post(memberId, postId);
    if (shown.state !== 'shared') wrong.push(`${postId} is ${shown.state}`);
    if (model.isSharing() && shown.likes !== likes.size)
      wrong.push(`${postId} has ${shown.likes} likes, not ${likes.size}`);
  }
  return wrong;
}

/** Each receipt says of each server what that server has really seen. */
async function complaintsAboutReceipts({ platform, model, memberId, server }: Known): Promise<readonly string[]> {
  const { items } = await platform.removals(memberId);
  const ofAll = items.filter(({ kind }) => kind === 'sharing').toReversed();
  if (ofAll.length !== model.removals.length) return [`${ofAll.length} removals, and not ${model.removals.length}`];
  const wrong: string[] = [];
  for (const [index, { removalId }] of ofAll.entries()) {
    const ids = model.removals[index]!.ids();
    const { posts, servers } = await platform.receipt(memberId, removalId);
    if (posts !== ids.length) wrong.push(`removal ${index + 1} is of ${posts} posts, and not of ${ids.length}`);
    for (const [which, { isUp }] of model.servers) {
      const it = server(which);
      const told = servers.find((one) => one.server === it.host);
      const deletes = it.seen('Delete').filter(({ status, object }) => status === 202 && ids.includes(object));
      wrong.push(
        ...complaintsAboutAsk(
          `${which} in removal ${index + 1}`,
          told,
          isUp,
          new Set(deletes.map(({ object }) => object)).size,
        ),
      );
    }
  }
  return wrong;
}

function complaintsAboutAsk(which: string, told: ShownAsk | undefined, isUp: boolean, seen: number): readonly string[] {
  const accepted = told?.accepted ?? 0;
  return [
    ...(accepted === seen ? [] : [`${which}: the receipt says that ${accepted} were accepted, it has seen ${seen}`]),
    ...(!told || !isUp || (told.state === 'done' && told.asked === told.accepted) ? [] : [`${which} is ${told.state}`]),
    ...(!told || isUp || told.state !== 'asking' ? [] : [`${which} is out and is still being asked`]),
    ...(told?.recheck?.outcome === 'stillThere' && isUp && seen === accepted
      ? [`${which} is said to show posts still`]
      : []),
  ];
}
