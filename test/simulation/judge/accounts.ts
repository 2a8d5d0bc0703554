/** In the end nothing is left over, and the numbers add up. */
import { type ChunkResult, latestResultName, sumResults } from '../../../shared/domain/delivery.ts';
import { rememberedSeconds } from '../../../shared/domain/interaction.ts';
import type { Removal, Slice } from '../../../shared/domain/removal.ts';
import type { Server } from '../../../shared/domain/server.ts';
import { isSharing } from '../../../shared/domain/sharing.ts';
import type { RemoteServer } from '../fediverse.ts';
import type { Posted } from '../posting.ts';
import { isOnlyWatched, isOpen } from '../run.ts';
import { type History, refuses, saysGone, statusOf } from './history.ts';

interface ResultRow extends ChunkResult {
  readonly subject: string;
  readonly activity: string;
}

interface FollowRow {
  readonly actor: string;
  readonly followId: string;
  readonly active: boolean;
}

/** No work, no parked activity and no message is left, and no breaker of a server that is well. */
export function* nothingIsLeft({ rows, left, rowsOf, servers }: History): Generator<string> {
  const neverBack = servers.filter(({ plan }) => plan.neverReturns).map(({ host }) => host);
  // A server that failed last is looked at now and then until something new is sent to it.
  const watched = rows.filter(isOnlyWatched).map(({ host }) => String(host));
  for (const row of rows)
    if (isOpen(row) && !watched.some((host) => row.id === `probe#${host}`))
      yield `a row is left: ${JSON.stringify(row)}`;
  for (const { queue, body } of left) yield `a message is left in ${queue}: ${body}`;
  for (const { host, breaker } of rowsOf<Server>('Server'))
    if (breaker && breaker.state !== 'counting' && !neverBack.includes(host) && !watched.includes(host))
      yield `the breaker of ${host} is ${breaker.state}`;
}

const typeOf = (name: string) => (name === 'create' ? 'Create' : name === 'delete' ? 'Delete' : 'Update');

/** Of each post's latest activity all is accounted for. */
export function* resultsAddUp(history: History): Generator<string> {
  const { posts, member, rowsOf, schedule } = history;
  const results = rowsOf<ResultRow>('Result');
  const removals = new Set(rowsOf<Removal>('Removal').flatMap(({ id, kind }) => (kind === 'post' ? [] : [id])));
  for (const { post, id, sent, state } of posts) {
    if (removals.has(post.removalId ?? '')) continue; // of these the receipt tells
    const name = latestResultName(post, member);
    if (!name) continue;
    const own = results.filter(({ subject, activity }) => subject === post.objectKey && activity === name);
    const { asked, accepted, retrying, gaveUp } = sumResults(own);
    const told = `${id} (${state}, ${name}): ${JSON.stringify({ asked, accepted, retrying, gaveUp })} of ${JSON.stringify(own.map(({ asked, accepted, gaveUp }) => [asked, accepted, gaveUp]))}`;
    // Where the audience changed before a fan-out was repeated, two chunks may name an inbox: it is asked twice, and ends once.
    const reached = new Set(sent.filter((one) => one.type === typeOf(name)).map(({ inbox }) => inbox));
    const isAmbiguous = schedule.climate !== 'calm' && own.filter((one) => one.asked > 0).length > 1;
    const askedTwice = isAmbiguous ? Math.max(0, asked - reached.size) : 0;
    if (retrying > askedTwice) yield `some are still counted as retrying: ${told}`;
    if (schedule.climate !== 'calm' || name.startsWith('update')) continue;
    // Where nothing is done twice, the numbers are those that the servers saw.
    const type = typeOf(name);
    const took = new Set(
      sent.filter((one) => one.type === type && (statusOf(one) ?? 500) < 300).map(({ inbox }) => inbox),
    );
    if (accepted !== took.size) yield `${took.size} inboxes took the ${type} of ${told}`;
  }
}

/** The tally of followers is the number of those who follow, each is in the list once, and each was accepted. */
export function* followersAddUp(history: History): Generator<string> {
  const { rowsOf, sent, servers } = history;
  const follows = rowsOf<FollowRow>('Follow').filter(({ active }) => active);
  const listed = rowsOf<{ actor: string }>('Follower');
  const tally = rowsOf<{ followers?: number }>('MemberTally')[0]?.followers ?? 0;
  if (tally !== follows.length || listed.length !== follows.length)
    yield `the tally says ${tally} followers, ${follows.length} follow, ${listed.length} are listed`;
  for (const { actor, followId } of follows) {
    const person = servers.flatMap(({ people }) => people).find(({ id }) => id === actor)!;
    const accepts = sent.filter(({ type, object }) => type === 'Accept' && object === followId);
    if (accepts.some((one) => saysGone(one) || refuses(one))) continue;
    if (accepts.length === 0 && !history.tookNothingFor(person.server.host, 7, 0))
      yield `${actor} follows by ${followId}, and was never told`;
    const knows = person.follows.get(followId);
    if (knows !== 'rejected') continue;
    // A copy that lay in a queue for longer than an end is remembered follows anew; its Accept comes too late over there.
    const rejects = sent.filter(({ type, object }) => type === 'Reject' && object === followId);
    const isForgotten = (one: Posted) =>
      rejects.some(({ begunAt }) => one.begunAt - begunAt > rememberedSeconds * 1000);
    if (!accepts.some(isForgotten)) yield `${actor} follows by ${followId}, and believes to be rejected`;
  }
  for (const { id, server, follows: known, deeds } of servers.flatMap(({ people }) => people)) {
    for (const [followId, knows] of known) {
      if (knows !== 'accepted' || follows.some((one) => one.actor === id && one.followId === followId)) continue;
      // Of two Follows without an Undo between them the older may come last, and be the one that is answered.
      const named = rowsOf<FollowRow>('Follow').find(({ actor }) => actor === id)?.followId;
      const last = deeds.findLastIndex((deed) => deed.followId === followId);
      if (server.plan.ignoresReject && !isToBeRestored(history, server, deeds[last]!.at)) continue;
      if (deeds[last - 1]?.kind === 'follow' && deeds[last - 1]?.followId === named) continue;
      // Nor can be told an Undo from one of the Follow that came again under its id, and overtook it.
      const undo = deeds.findLast((deed) => deed.kind === 'undo' && deed.followId === followId);
      if (undo && (history.countedAt.get(undo.id) ?? 0) > deeds[last]!.at) continue;
      // The Reject, or the Delete of the whole account, was refused, or given up after ninety days.
      const ofAccount = sent.filter((one) => one.object === history.actor && one.type === 'Delete');
      const rejects = [
        ...sent.filter(({ type, object }) => type === 'Reject' && object === followId),
        ...ofAccount.filter(({ host }) => host === server.host),
      ];
      if (rejects.some((one) => saysGone(one) || refuses(one)) || server.plan.neverReturns) continue;
      if (history.tookNothingFor(server.host, 90, 0)) continue;
      yield `${id} believes to follow by ${followId}, and does not`;
    }
  }
}

/** Follows that a server did not let go of are there again when sharing is, if each removal since then learnt of that. */
function isToBeRestored({ rowsOf, member }: History, { host }: RemoteServer, since: number): boolean {
  const slices = rowsOf<Slice>('Slice');
  const learnt = ({ id }: Removal) =>
    slices
      .filter(({ removalId }) => removalId === id)
      .flatMap(({ asks }) => Object.values(asks))
      .some(({ server, software }) => server === host && software !== undefined);
  const later = rowsOf<Removal>('Removal').filter(({ kind, at }) => kind === 'sharing' && Date.parse(at) > since);
  return isSharing(member) && later.every(learnt);
}
