import { deliveryInbox } from '#shared/domain/remote-actor';
import { sanitiseHtml } from '#shared/protocol/html';
import type { Activity, Effects, Sender } from './effects.ts';
import { ourPost } from './our-post.ts';

/** Create of a public reply to one of our posts -> kept, sanitised. Anything else that is created is not ours to keep. */
export async function create(deps: Effects, { note }: Activity<'create'>, sender: Sender): Promise<void> {
  const { replies, inboxes, announce, now } = deps;
  if (!note.isPublic || !note.inReplyTo || note.attributedTo !== sender.id) return;
  if (new URL(note.id).host !== new URL(sender.id).host) return;
  const found = await ourPost(deps, note.inReplyTo);
  if (!found) return;

  const { objectKey, postId, memberId, firstSentAt } = found.post;
  const reply = {
    id: note.id,
    actor: sender.id,
    url: note.url ?? note.id,
    content: sanitiseHtml(note.content),
    published: clamped(note.published, firstSentAt, now()),
  };
  const kept = await replies.add(objectKey, reply, now());
  await inboxes.witness(memberId, deliveryInbox(sender), now());
  if (kept) {
    const { id: actor, handle, name } = sender;
    await announce([
      { type: 'reply', memberId, postId, actor, handle, name, replyId: note.id, at: now().toISOString() },
    ]);
  }
}

/** No reply is older than its post or from the future, whatever it says. */
function clamped(published: string | undefined, earliest: string, now: Date): string {
  const time = Date.parse(published ?? '');
  if (Number.isNaN(time)) return now.toISOString();
  return new Date(Math.min(now.getTime(), Math.max(Date.parse(earliest), time))).toISOString();
}
