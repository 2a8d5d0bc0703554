import { beforeAll, expect, test } from 'vitest';
import { defaultLimits } from '../../../../shared/domain/limits.ts';
import { mostReported } from '../../../../shared/domain/report.ts';
import { policies } from '../../../../shared/storage/policies.ts';
import { reports } from '../../../../shared/storage/reports.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../../support/receiver.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const start = async () => {
  const author = await anAuthor(tables);
  const sender = aSender(`${unique('s')}.example`);
  return { author, post: await author.post(), sender, receiver: openReceiver(tables) };
};
const flag = (sender: { readonly id: string }, object: unknown, content: unknown = 'Rude') =>
  activityOf(sender, 'Flag', object, { content });
const reported = async (server: string) =>
  (await reports(tables).page({ limit: 100, now: noon(120) })).items.filter((report) => report.server === server);

test('a report of a member and a post is kept and told once', async () => {
  const { author, post, sender, receiver } = await start();
  const activity = flag(sender, [author.id, post.id, 'https://far.example/users/other'], '<b>Rude</b>\u202e & <3');
  for (const _ of [1, 2]) await receiver.from(sender, activity);
  const [report, ...others] = await reported(sender.server);
  expect(report).toMatchObject({
    ...{ server: sender.server, actor: sender.id, memberIds: [author.memberId], postIds: [post.postId] },
    ...{ comment: 'Rude & <3', state: 'open', at: noon(120).toISOString() },
  });
  expect(others).toEqual([]);
  expect(receiver.events).toMatchObject([
    { type: 'report', memberId: author.memberId, postId: post.postId, actor: sender.id, reportId: report!.id },
  ]);
});

test.each([
  ['a limited server', ''],
  ['someone whose inbox is on one', 'mail.'],
])('a report from %s is kept, and nobody is told', async (_, below) => {
  const { author, sender, receiver } = await start();
  const at = noon().toISOString();
  const host = `${below}${sender.server}`;
  await policies(tables).put([{ host, level: 'limited', category: 'spam', at }]);
  await receiver.from({ ...sender, inbox: `https://${host}/inbox` }, flag(sender, author.id));
  expect(await reported(sender.server)).toHaveLength(1);
  expect(receiver.told()).toEqual([]);
});

test('of what is reported at once the first fifty are looked at', async () => {
  const { author, sender, receiver } = await start();
  const others = Array.from({ length: mostReported }, (_, n) => `https://far.example/users/${n}`);
  await receiver.from(sender, flag(sender, [...others, author.id]));
  expect(await reported(sender.server)).toEqual([]);
  await receiver.from(sender, flag(sender, [...others.slice(1), author.id]));
  expect(await reported(sender.server)).toHaveLength(1);
});

test('the reason of a report may be its summary, as Lemmy has it', async () => {
  const { post, sender, receiver } = await start();
  await receiver.from(sender, activityOf(sender, 'Flag', post.id, { summary: 'Off topic' }));
  expect(await reported(sender.server)).toMatchObject([{ comment: 'Off topic' }]);
});

test('the same report at the same moment is kept once', async () => {
  const { author, sender, receiver } = await start();
  const activity = flag(sender, author.id);
  await Promise.all([1, 2, 3].map(() => receiver.from(sender, activity)));
  expect(await reported(sender.server)).toHaveLength(1);
});

test('a post alone stands for its author, also after it was removed', async () => {
  const { author, post, sender, receiver } = await start();
  await post.remove();
  await receiver.from(sender, flag(sender, post.id));
  expect(await reported(sender.server)).toMatchObject([{ memberIds: [author.memberId], postIds: [post.postId] }]);
});

test('nobody is reported who is deleted for ever', async () => {
  const { author, post, sender, receiver } = await start();
  await author.deleteForEver();
  await receiver.from(sender, flag(sender, [author.id, post.id]));
  expect([await reported(sender.server), receiver.told()]).toEqual([[], []]);
});

test('what is not ours, or was never sent, is not reported', async () => {
  const { author, post, sender, receiver } = await start();
  const waiting = await author.post(false);
  for (const object of [[], 'https://far.example/users/x', waiting.id, `${post.id}x`, `${author.id}x`, undefined])
    await receiver.from(sender, flag(sender, object));
  expect([await reported(sender.server), receiver.told()]).toEqual([[], []]);
});

test('bad input 113: a comment of 10 kB is cut to 5,000 characters', async () => {
  const { author, sender, receiver } = await start();
  await receiver.from(sender, flag(sender, author.id, 'x'.repeat(10_000)));
  expect((await reported(sender.server))[0]?.comment).toBe('x'.repeat(5000));
});

test('a server may report so much in an hour, and others go on', async () => {
  const { author, sender, receiver } = await start();
  const people = [sender, aSender(sender.server)] as const;
  for (let count = 0; count < defaultLimits.reportsPerServerPerHour + 3; count++) {
    const one = people[count % 2]!;
    await receiver.from(one, flag(one, author.id));
  }
  expect(await reported(sender.server)).toHaveLength(defaultLimits.reportsPerServerPerHour);
  const other = aSender(`${unique('s')}.example`);
  await receiver.from(other, flag(other, author.id));
  expect(await reported(other.server)).toHaveLength(1);
});
