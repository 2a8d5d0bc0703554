/** Members whose sharing has ended, or account, and what `remove` is told of it. */
import type { Removal } from '../../shared/domain/removal.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import { jobKey } from '../../shared/storage/jobs.ts';
import { members } from '../../shared/storage/members.ts';
import { removals } from '../../shared/storage/removals.ts';
import { slices } from '../../shared/storage/slices.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { removalJob } from '../../shared/transport/jobs.ts';
import type { SharingRemoval } from '../../shared/transport/messages.ts';
import type { anAuthor } from './receiver.ts';
import type { RemoverTable } from './remover.ts';
import { following } from './standings.ts';
import { anActor, aRemoval, noon, unique } from './storage-samples.ts';

type Author = Awaited<ReturnType<typeof anAuthor>>;

/** Someone who follows, and an inbox that is in reach by that. */
export const aFollower = async (tables: Tables, { memberId }: Author, inbox = 'https://far.example/inbox') => {
  const follow = { actor: anActor(), followId: `https://far.example/${unique('f')}`, inbox };
  await following(tables).add(memberId, follow, noon());
  await inboxes(tables).open(memberId, inbox, noon());
  return follow;
};

/** Someone as the table has them. */
export const memberOf = async (tables: Tables, { memberId }: { readonly memberId: string }) =>
  (await members(tables).find(memberId, noon(), { consistent: true }))!;

/** What has become of their sharing. */
export const stateOf = async (tables: Tables, author: Author) => (await memberOf(tables, author)).sharing;

/** Sharing ended at 60; now it is 100. */
export async function turnedOff(tables: Tables, author: Author, more: Partial<Removal> = {}) {
  const member = await memberOf(tables, author);
  const removal = aRemoval(member, noon(60), more);
  const job = removalJob(removal, 'posts', removal.at);
  const change = removal.kind === 'forEver' ? members(tables).deleteForEver : members(tables).remove;
  if (!(await change(member, { removal, job, now: noon(60) }))) throw new Error('sharing does not end');
  const message = { ...(job.message as Omit<SharingRemoval, 'job'>), job: jobKey(job) };
  const now = async () => (await removals(tables).find(author.memberId, removal.id, noon(100)))!;
  return { removal, message, now };
}

/** What was cut, slice by slice. */
export const asksOf = async (table: RemoverTable, removal: Removal) =>
  (await slices(table.tables).page(removal.id, { limit: 50 })).items.map(({ asks }) => Object.values(asks));
