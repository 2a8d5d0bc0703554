/** What comes of a member's own block: in which order, how long after it, and to whom. */
import { describe, expect, test } from 'vitest';
import { anAnswer, aPlace, listedAt } from '../../../support/answers.ts';
import { moderationApi } from '../../../support/moderation-api.ts';
import { aSender } from '../../../support/receiver.ts';
import { following } from '../../../support/standings.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

/** A member, and someone who follows with an inbox that nobody else has, and is known. */
async function aWorld(how = {}) {
  const api = moderationApi(how);
  const author = await api.anAuthor();
  const { memberId } = author;
  const sender = aSender('far.example', false);
  await api.remoteActors.save(sender, [], noon(3000));
  return {
    ...api,
    author,
    memberId,
    sender,
    block: (body: object) => api.call(`POST /members/${memberId}/blocks`, { body }),
    unblock: (query: string) => api.call(`DELETE /members/${memberId}/blocks?${query}`),
    follow: async () => {
      const follow = { actor: sender.id, followId: `${sender.id}/follows/1`, inbox: sender.inbox };
      await following(api.tables).add(memberId, follow, noon(60));
      await api.inboxes.open(memberId, sender.inbox, noon(60));
      return follow;
    },
  };
}

describe('an account that a member blocks', () => {
  test('follows no more, gets nothing more at once, and its server is told when that is in place', async () => {
    const { block, follow, sender, sent, memberId, followers, author } = await aWorld();
    const { followId } = await follow();
    expect((await block({ actor: sender.id })).body).toMatchObject({ actor: sender.id, server: null });
    expect(sent).toMatchObject([
      { delay: 25, message: { subject: { kind: 'reject', follow: { id: followId } }, inboxes: [sender.inbox] } },
      { delay: 25, message: { subject: { kind: 'block', actor: sender.id }, inboxes: [sender.inbox] } },
    ]);
    expect(await followers.find(memberId, sender.id)).toBeUndefined();
    expect(await author.inboxes()).toMatchObject([{ url: sender.inbox, active: false }]);
  });

  test('is told also if it follows nobody, as long as it is known; two seconds later at the least', async () => {
    const { block, sender, sent } = await aWorld({ editDelaySeconds: 0 });
    await block({ actor: sender.id });
    await block({ actor: aSender().id });
    expect(sent).toMatchObject([{ delay: 2, message: { subject: { kind: 'block', actor: sender.id } } }]);
  });

  test('is told nothing by who does not share', async () => {
    const { block, sender, sent, author } = await aWorld();
    await author.turnOff();
    await block({ actor: sender.id });
    expect(sent).toEqual([]);
  });

  test('is read no more, and its consent to quotes is taken back, for this member alone', async () => {
    const { block, sender, sent, answers, stamps, memberId, tables } = await aWorld();
    const [mine, other] = [aPlace('reply', { memberId }), aPlace('reply')];
    for (const place of [mine, other]) await answers.add(anAnswer({ actor: sender.id }), [place], noon(60));
    const quote = { objectKey: unique('o'), actor: sender.id, instrument: `${sender.id}/notes/1` };
    const given = { requestId: `${sender.id}/requests/1`, inbox: sender.inbox };
    await stamps.give({ ...quote, ...given, memberId });
    await block({ actor: sender.id });
    expect(await listedAt(tables, mine, 'exclude')).toEqual([]);
    expect(await listedAt(tables, other, 'exclude')).toHaveLength(1);
    expect(await stamps.find(quote.objectKey, quote.instrument)).toMatchObject({ withdrawn: true });
    const withdrawal = sent.find(({ message }) => message.subject.kind === 'rejectQuote');
    expect(withdrawal).toMatchObject({ delay: 25, message: { inboxes: [sender.inbox] } });
  });

  test('learns when it is let go, if it was blocked', async () => {
    const { block, unblock, sender, sent } = await aWorld();
    expect((await unblock(`actor=${sender.id}`)).body).toEqual({ done: false });
    await block({ actor: sender.id });
    sent.length = 0;
    expect((await unblock(`actor=${sender.id}`)).body).toEqual({ done: true });
    expect(sent).toMatchObject([{ delay: 25, message: { subject: { kind: 'unblock', actor: sender.id } } }]);
  });
});

test('what follows from the block of a server is promised, for when everyone knows of it', async () => {
  const { block, started, isPromised, memberId, sent } = await aWorld();
  await block({ server: 'Far.Example' });
  expect(started).toMatchObject([
    {
      startsAt: noon(3625).toISOString(),
      message: { block: { kind: 'memberServer', memberId, host: 'far.example' }, since: noon(3600).toISOString() },
    },
  ]);
  expect([await isPromised(started[0]!), sent]).toEqual([true, []]);
});

test('a block names one of the two', async () => {
  const { block, sender, call, memberId } = await aWorld();
  for (const body of [{}, { actor: sender.id, server: 'far.example' }]) expect((await block(body)).status).toBe(400);
  expect((await call(`GET /members/${memberId}/blocks`)).body.items).toEqual([]);
});
