import type { Followers } from './followers.ts';
import type { Inboxes } from './inboxes.ts';
import { hashOf } from './keys.ts';

/**
 * Closes an inbox at once when nobody else follows through it: who is blocked is not to wait for the sweep. The note is
 * read, or made, before followers are looked for, as the sweep does: a Follow that comes meanwhile is never left out.
 */
export async function leaveInbox(
  {
    followers,
    inboxes,
  }: {
    readonly followers: Pick<Followers, 'areBehind'>;
    readonly inboxes: Pick<Inboxes, 'find' | 'beginClosing' | 'close'>;
  },
  memberId: string,
  url: string,
  now: Date,
): Promise<void> {
  const key = hashOf(url);
  const inbox = await inboxes.find(memberId, key);
  if (!inbox?.active) return;
  if (inbox.closingAt === undefined) await inboxes.beginClosing(memberId, key, now);
  if (await followers.areBehind(memberId, key)) return;
  await inboxes.close(memberId, key, now, inbox.closingAt ?? now.toISOString());
}
