/** What the stack holds of a member, to show that something had no effect. */
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect, inject } from 'vitest';
import { emulatorAccess } from './emulated-tables.ts';
import { eventually } from './peer/eventually.ts';
import { type StackMember, stackTables } from './stack-member.ts';

type Row = Readonly<Record<string, unknown>>;

/** Rows as they are stored. */
export type Rows = readonly Row[];

/** All rows of a partition. */
export async function rowsAt(partition: string): Promise<Rows> {
  const { table } = stackTables();
  const rows: Row[] = [];
  let from: Row | undefined;
  do {
    const answer = await table.getDocumentClient().send(
      new QueryCommand({
        TableName: inject('stack').tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partition },
        ConsistentRead: true,
        ExclusiveStartKey: from,
      }),
    );
    rows.push(...(answer.Items ?? []));
    from = answer.LastEvaluatedKey;
  } while (from);
  return rows;
}

/** Everything that is stored about a member: profile and numbers, audience, what people did with each post, mentions, blocks. */
export async function stateOf({ memberId }: Pick<StackMember, 'memberId'>): Promise<Rows> {
  const own = await rowsAt(`MEMBER#${memberId}`);
  const objects = own.flatMap(({ objectKey, _et }) => (_et === 'Post' ? [String(objectKey)] : []));
  const others = [`INBOXES#${memberId}`, `MENTIONS#${memberId}`, `BLOCKS#${memberId}`];
  const partitions = [...others, ...objects.map((objectKey) => `INTERACTIONS#${objectKey}`)];
  return [...own, ...(await Promise.all(partitions.map(rowsAt))).flat()];
}

/** Waits until all that was received has been worked on. */
export async function allIsDone(): Promise<void> {
  const sqs = new SQSClient(emulatorAccess('SQS'));
  const { queueUrls } = inject('stack');
  const queues = ['Receiving-Received-Queue', 'Receiving-Counted-Queue'].map((name) => queueUrls[name]!);
  const counts = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  await eventually('what was received is worked on', async () => {
    const left = await Promise.all(
      queues.map(async (QueueUrl) => {
        const { Attributes = {} } = await sqs.send(
          new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
        );
        return counts.reduce((total, name) => total + Number(Attributes[name] ?? 0), 0);
      }),
    );
    return left.every((count) => count === 0);
  }).finally(() => sqs.destroy());
}

/** Runs something and shows that nothing has changed for the member when all of it is done. */
export async function leavesUnmoved<T>(member: Pick<StackMember, 'memberId'>, run: () => Promise<T>): Promise<T> {
  const before = await stateOf(member);
  const result = await run();
  await allIsDone();
  expect(await stateOf(member)).toEqual(before);
  return result;
}
