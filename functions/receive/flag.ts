import { perHour } from '#shared/domain/limits';
import { facesOf } from '#shared/domain/remote-actor';
import { longestComment, mostReported } from '#shared/domain/report';
import { plainText } from '#shared/protocol/html';
import { actorKeyIn, postKeysIn } from '#shared/protocol/site';
import { logger } from '#shared/runtime/logger';
import type { Activity, Effects, Sender } from './effects.ts';
import { isHeard } from './regard.ts';

/** Flag of our members or posts -> a report for the moderators, and the platform is told, unless the server is limited. A server may report so much in an hour. */
export async function flag(deps: Effects, { id, objects, comment }: Activity<'flag'>, sender: Sender): Promise<void> {
  const { reports, limits, buckets, announce, now } = deps;
  const [memberIds, postIds] = await reported(deps, objects.slice(0, mostReported));
  const [memberId] = memberIds;
  if (!memberId) return;
  const server = new URL(sender.id).host;
  const bucket = perHour(limits.reportsPerServerPerHour);
  const { taken } = await buckets.take(`reports#${server}`, { amount: 1, ...bucket }, now());
  if (!taken) return logger.warn('more reports than a server may send', { server });

  const { id: actor, handle, name } = sender;
  const text = plainText(comment, longestComment);
  const kept = await reports.add({ server, actor, memberIds, postIds, comment: text }, id, now());
  if (!kept || !(await isHeard(deps, facesOf(sender)))) return;
  const at = now().toISOString();
  await announce([{ type: 'report', memberId, postId: postIds[0], actor, handle, name, reportId: kept.id, at }]);
}

/** The members and posts of ours among what is reported, as long as they are; a post stands for its author as well. */
async function reported(
  { site, members, posts, now }: Effects,
  objects: readonly string[],
): Promise<readonly [memberIds: readonly string[], postIds: readonly string[]]> {
  const memberIds = new Set<string>();
  const postIds = new Set<string>();
  for (const address of objects) {
    const keys = postKeysIn(site, address);
    const actorKey = keys?.actorKey ?? actorKeyIn(site, address);
    const member = actorKey && (await members.findByActorKey(actorKey, now()));
    if (!member || member.sharing === 'gone') continue;
    const post = keys && (await posts.find(member.memberId, keys.objectKey));
    if (keys && !post?.firstSentAt) continue;
    memberIds.add(member.memberId);
    if (post) postIds.add(post.postId);
  }
  return [[...memberIds], [...postIds]];
}
