/** Rows that are there before anything is measured. */
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { jobKey } from '#shared/storage/jobs';
import { hashOf } from '#shared/storage/keys';
import { members } from '#shared/storage/members';
import { posts } from '#shared/storage/posts';
import { signingKeys } from '#shared/storage/signing-keys';
import type { Tables } from '#shared/storage/table';
import { postJob } from '#shared/transport/jobs';
import type { OutboxMessage } from '#shared/transport/messages';
import { aProfile } from '../support/platform-client.ts';
import { unique } from '../support/storage-samples.ts';
import { post as sample } from './activity.ts';
import type { Cloud } from './cloud.ts';

const batchSize = 25;
const batchesAtOnce = 8;

/** A member who shares and has a key. */
export async function aMember({ tables, kms, address }: Cloud) {
  const memberId = unique('m-');
  const actorKey = unique('k');
  const now = new Date();
  const profile = aProfile(unique('u'));
  await members(tables).saveProfile(memberId, profile, undefined, now);
  const member = (await members(tables).find(memberId, now, { consistent: true }))!;
  const consent = { textVersion: '1', at: now.toISOString() };
  await members(tables).turnOn(member, { actorKey, consent, now });
  const publicKeyPem = await signingKeys(tables, kms).ensure(memberId, address.masterKey, now);
  await members(tables).publishKey(memberId, publicKeyPem);
  return { memberId, actorKey, publicKeyPem };
}

/** A post of theirs that is to leave now, with the message that says so. */
export async function aPost(
  { tables }: Cloud,
  memberId: string,
): Promise<{ objectKey: string; message: OutboxMessage }> {
  const now = new Date();
  const { state: _, firstSentAt: __, ...content } = sample;
  const post = {
    ...content,
    memberId,
    postId: unique('p-'),
    objectKey: unique('o'),
    state: 'waiting' as const,
    epoch: 1,
    version: 1,
    sharesAt: now.toISOString(),
  };
  const job = postJob('create', post, post.sharesAt);
  await posts(tables).add(post, undefined, job);
  const { subject } = job.message as Pick<OutboxMessage, 'subject'>;
  return { objectKey: post.objectKey, message: { job: jobKey(job), subject } };
}

/** Open inboxes of a member's audience. */
export const openInboxes = ({ tables }: Cloud, memberId: string, urls: readonly string[], now: Date): Promise<void> =>
  store(tables, urls, (url) =>
    tables.Inbox.build(PutItemCommand).item({
      memberId,
      hash: hashOf(url),
      url,
      server: new URL(url).host,
      active: true,
      since: now.toISOString(),
    }),
  );

/** Followers, spread evenly over these inboxes. */
export const addFollowers = (
  { tables }: Cloud,
  memberId: string,
  { from, to, inboxes }: { readonly from: number; readonly to: number; readonly inboxes: readonly string[] },
): Promise<void> =>
  store(
    tables,
    Array.from({ length: to - from }, (_, index) => from + index),
    (n) => {
      const inbox = inboxes[n % inboxes.length]!;
      const { origin } = new URL(inbox);
      return tables.Follower.build(PutItemCommand).item({
        memberId,
        actor: `${origin}/users/follower-${n}`,
        inboxHash: hashOf(inbox),
        followId: `${origin}/activities/${n}`,
        inbox,
        at: '2026-11-01T08:00:00.000Z',
      });
    },
  );

/** Writes a row for each, in batches side by side. */
export async function store<T>(
  { table }: Tables,
  items: readonly T[],
  put: (item: T) => { params(): { readonly Item?: unknown; readonly TableName?: string } },
): Promise<void> {
  const documents = table.getDocumentClient();
  const starts = Array.from({ length: Math.ceil(items.length / batchSize) }, (_, n) => n * batchSize).values();
  const lane = async () => {
    for (const start of starts) {
      const params = items.slice(start, start + batchSize).map((item) => put(item).params());
      const requests = params.map(({ Item }) => ({ PutRequest: { Item: Item as Record<string, unknown> } }));
      const { UnprocessedItems } = await documents.send(
        new BatchWriteCommand({ RequestItems: { [params[0]!.TableName!]: requests } }),
      );
      if (Object.keys(UnprocessedItems ?? {}).length > 0) throw new Error('the emulator left rows unwritten');
    }
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, lane));
}
