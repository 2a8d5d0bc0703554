/** Followers of a member of the stack, put into its table as if their Follows had been accepted. */
import { inboxes } from '../../shared/storage/inboxes.ts';
import type { RemotePerson } from './remote-person.ts';
import { stackTables } from './stack-member.ts';
import { following } from './standings.ts';

/** Makes someone a follower, with what their document says of their inboxes. */
export async function makeFollower(
  { memberId, actorId }: { readonly memberId: string; readonly actorId: string },
  person: RemotePerson,
) {
  const follow = person.activity('Follow', actorId);
  const { endpoints, inbox: own } = person.document as { inbox: string; endpoints?: { sharedInbox: string } };
  const inbox = endpoints?.sharedInbox ?? own;
  await following(stackTables()).add(memberId, { actor: person.id, followId: follow.id, inbox }, new Date());
  await inboxes(stackTables()).open(memberId, inbox, new Date());
  return follow;
}
