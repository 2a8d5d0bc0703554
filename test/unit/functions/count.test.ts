/** Follows, likes and their Undos that meet in unusual order, or from unusual people: what they come to. */
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { describe, expect, test } from 'vitest';
import { doings } from '../../../shared/storage/doings.ts';
import { members } from '../../../shared/storage/members.ts';
import { policies } from '../../../shared/storage/policies.ts';
import { tablesOf } from '../../../shared/storage/table.ts';
import { takenBack } from '../../../shared/storage/taken-back.ts';
import { chanceOf } from '../../simulation/stand-ins/chance.ts';
import { inMemoryTable } from '../../simulation/stand-ins/table/table.ts';
import { memoryTables } from '../../support/memory-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../support/receiver.ts';
import { noon } from '../../support/storage-samples.ts';

async function aWorld() {
  const tables = memoryTables();
  const author = await anAuthor(tables);
  return { tables, author, sender: aSender(), receiver: openReceiver(tables) };
}

test('an Undo by the id alone takes back what was signed in the same second and comes later', async () => {
  const { author, sender, receiver } = await aWorld();
  const follow = activityOf(sender, 'Follow', author.id);
  await receiver.batch([{ sender, activity: activityOf(sender, 'Undo', follow.id), signedAt: noon(100) }]);
  await receiver.batch([{ sender, activity: follow, signedAt: noon(100) }]);
  expect(await author.followers()).toBe(0);
});

test('an Undo by the id alone ends the follow of its own sender, though another one has the same id', async () => {
  const { author, sender, receiver } = await aWorld();
  const other = aSender();
  const follow = activityOf(sender, 'Follow', author.id);
  await receiver.batch([{ sender, activity: activityOf(sender, 'Undo', follow.id), signedAt: noon(110) }]);
  await receiver.batch([
    { sender: other, activity: { ...follow, actor: other.id }, signedAt: noon(100) },
    { sender, activity: follow, signedAt: noon(100) },
  ]);
  expect(await author.followers()).toBe(1);
  await receiver.from(other, activityOf(other, 'Undo', { ...follow, actor: other.id }), undefined, noon(115));
  expect(await author.followers()).toBe(0);
});

test('a late copy of an Undo, after which the same was followed again, is not answered', async () => {
  const { author, sender, receiver } = await aWorld();
  const follow = activityOf(sender, 'Follow', author.id);
  const undo = activityOf(sender, 'Undo', follow);
  for (const [activity, at] of [
    [follow, 100],
    [undo, 105],
    [follow, 110],
    [undo, 105],
  ] as const)
    await receiver.batch([{ sender, activity, signedAt: noon(at) }]);
  expect(await author.followers()).toBe(1);
  expect(receiver.deliveries.map(({ subject }) => subject.kind)).toEqual(['accept', 'accept']);
});

test('who takes back a like that never came is not noted as one who has the post', async () => {
  const { author, sender, receiver } = await aWorld();
  const post = await author.post();
  await receiver.from(sender, activityOf(sender, 'Undo', activityOf(sender, 'Like', post.id)));
  expect(await author.inboxes()).toEqual([]);
});

test('what people do whose inbox is on a limited server counts, and nobody is told', async () => {
  const { tables, author, sender, receiver } = await aWorld();
  const at = noon().toISOString();
  await policies(tables).put([{ host: 'mail.example', level: 'limited', category: 'spam', at }]);
  const elsewhere = { ...sender, inbox: 'https://mail.example/inbox', sharedInbox: undefined };
  const post = await author.post();
  await receiver.from(elsewhere, activityOf(sender, 'Follow', author.id));
  await receiver.from(elsewhere, activityOf(sender, 'Like', post.id));
  expect([await author.followers(), (await post.numbers()).likes, receiver.told()]).toEqual([1, 1, []]);
});

describe('whether the member still wants to be followed', () => {
  test.each([
    ['is looked at strongly after a follow was counted', false],
    ['is looked at strongly after a follow began to wait', true],
  ])('%s', async (_, paused) => {
    const { tables, author, sender } = await aWorld();
    const real = members(tables);
    const member = await real.find(author.memberId, noon(), { consistent: true });
    if (paused) await real.pause(member!, { now: noon(50) });
    const asked: (boolean | undefined)[] = [];
    const find: typeof real.find = (memberId, now, how) => {
      asked.push(how?.consistent);
      return real.find(memberId, now, how);
    };
    const receiver = openReceiver(tables, { members: { ...real, find } });
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    expect(asked).toEqual([true]);
  });
});

test('where it cannot be read what was taken back, nothing is guessed', async () => {
  const table = inMemoryTable({ chance: chanceOf(1) });
  const client = table.client();
  const { among } = takenBack(tablesOf(table.name, client));
  const requests: string[] = [];
  client.middlewareStack.add(
    (next) => (args) => {
      requests.push(JSON.stringify(args.input));
      return next(args);
    },
    { step: 'initialize' },
  );
  const many = Array.from({ length: 20 }, (_, n) => ({ actor: 'https://far.example/users/a', activityId: `${n}` }));
  expect(await among(many, noon())).toEqual([]);
  expect(requests).toEqual([expect.stringContaining('"ConsistentRead":true')]);
  table.turn({ unprocessed: 1 });
  await expect(among(many, noon())).rejects.toThrow('too much to do');
});

test('an Undo by the id alone finds what it takes back among more than one read can show', async () => {
  const { tables, author, sender, receiver } = await aWorld();
  for (let n = 0; n < 350; n++)
    await tables.Follow.build(PutItemCommand)
      .item({
        ...{ actor: sender.id, memberId: `a${n}`, followId: `${sender.id}/${'x'.repeat(4000)}${n}` },
        ...{ at: noon().toISOString(), active: true, past: [], revision: 1 },
      })
      .send();
  const follow = activityOf(sender, 'Follow', author.id);
  await receiver.from(sender, follow);
  expect(await Array.fromAsync(doings(tables).followedBy(sender.id))).toHaveLength(351);
  await receiver.from(sender, activityOf(sender, 'Undo', follow.id));
  expect(await author.followers()).toBe(0);
});
