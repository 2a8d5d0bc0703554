/** Whose follows, likes and boosts count: not those of whom the deployment or the member blocks, and quietly those of limited servers. */
import { beforeAll, describe, expect, test } from 'vitest';
import { defaultLimits } from '../../../../shared/domain/limits.ts';
import type { PolicyLevel } from '../../../../shared/domain/policy.ts';
import type { RemoteActor } from '../../../../shared/domain/remote-actor.ts';
import { blocks } from '../../../../shared/storage/blocks.ts';
import { policies } from '../../../../shared/storage/policies.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { takenBack } from '../../../../shared/storage/taken-back.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../../support/receiver.ts';
import { aJob, noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const start = async () => {
  const author = await anAuthor(tables);
  return { author, post: await author.post(), receiver: openReceiver(tables), server: `a.${unique('s')}.example` };
};
const decide = (host: string, level: PolicyLevel) =>
  policies(tables).put([{ host, level, category: 'spam', at: noon().toISOString() }]);

type Started = Awaited<ReturnType<typeof start>>;
const does = async ({ author, post, receiver }: Started, sender: RemoteActor) => {
  const follow = activityOf(sender, 'Follow', author.id);
  const like = activityOf(sender, 'Like', post.id);
  for (const one of [follow, like, activityOf(sender, 'Announce', post.id)]) await receiver.from(sender, one);
  return { follow, like };
};
const numbersOf = async ({ author, post }: Started) => [
  await author.followers(),
  (await post.numbers()).likes,
  (await post.numbers()).boosts,
];

describe.each<[string, (started: Started, sender: RemoteActor) => Promise<unknown>]>([
  ['whose server is blocked', ({ server }) => decide(server, 'blocked')],
  ['whose domain is blocked', ({ server }) => decide(server.replace(/^a\./, ''), 'blocked')],
  [
    'whose account is blocked',
    (_, { id }) => policies(tables).blockAccount({ actor: id, category: 'spam', at: noon().toISOString() }, aJob()),
  ],
  ['whom the member blocks', ({ author }, { id }) => blocks(tables).add(author.memberId, { actor: id }, noon())],
  ['whose server the member blocks', ({ author, server }) => blocks(tables).add(author.memberId, { server }, noon())],
])('of someone %s', (_, block) => {
  test('a follow is rejected, nothing counts, nobody is told, and the server gets nothing', async () => {
    const started = await start();
    const sender = aSender(started.server);
    await block(started, sender);
    const { follow } = await does(started, sender);
    expect(await numbersOf(started)).toEqual([0, 0, 0]);
    expect(started.receiver.deliveries.map(({ subject }) => subject)).toMatchObject([
      { kind: 'reject', follow: { id: follow.id } },
    ]);
    expect(started.receiver.told()).toEqual([]);
    expect(await started.author.inboxes()).toEqual([]);
  });

  test('what was done before can still be taken back', async () => {
    const started = await start();
    const sender = aSender(started.server);
    const { follow, like } = await does(started, sender);
    expect(await numbersOf(started)).toEqual([1, 1, 1]);
    await block(started, sender);
    for (const one of [follow, like]) await started.receiver.from(sender, activityOf(sender, 'Undo', one));
    expect(await numbersOf(started)).toEqual([0, 0, 1]);
  });

  test('others are as welcome as before', async () => {
    const started = await start();
    await block(started, aSender(started.server));
    await does(started, aSender(`${unique('s')}.example`));
    expect(await numbersOf(started)).toEqual([1, 1, 1]);
  });
});

test('what people of a limited server do counts, and nobody is told', async () => {
  const started = await start();
  await decide(started.server, 'limited');
  const sender = aSender(started.server);
  const { follow } = await does(started, sender);
  expect(await numbersOf(started)).toEqual([1, 1, 1]);
  expect(started.receiver.deliveries.map(({ subject }) => subject.kind)).toEqual(['accept']);
  await started.receiver.from(sender, activityOf(sender, 'Undo', follow));
  expect(started.receiver.told()).toEqual([]);
});

test('who is blocked while the Follow is under way is no follower', async () => {
  const started = await start();
  const sender = aSender(started.server);
  let asked = 0;
  const { author } = started;
  const late = openReceiver(tables, {
    blocks: {
      ...blocks(tables),
      of: async (memberId) => {
        if (++asked === 2) await blocks(tables).add(memberId, { actor: sender.id }, noon());
        return blocks(tables).of(memberId);
      },
    },
  });
  await late.from(sender, activityOf(sender, 'Follow', author.id));
  expect(await author.followers()).toBe(0);
  expect(late.deliveries.map(({ subject }) => subject.kind)).toEqual(['reject']);
  expect(late.told()).toEqual([]);
});

describe('118: a follower', () => {
  test.each([
    'https://10.0.0.1/inbox',
    'https://[::1]/inbox',
    'http://far.example/inbox',
    'https://far.example:8443/inbox',
  ])('with the inbox %s is refused, without a word', async (inbox) => {
    const { author, receiver } = await start();
    for (const sender of [
      { ...aSender(), inbox },
      { ...aSender(), sharedInbox: inbox },
    ])
      await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    expect(await author.followers()).toBe(0);
    expect(await author.inboxes()).toEqual([]);
    expect([...receiver.deliveries, ...receiver.events]).toEqual([]);
  });

  test('with an inbox that may not be reached any more can still end a follow', async () => {
    const { author, receiver } = await start();
    const sender = aSender();
    const follow = activityOf(sender, 'Follow', author.id);
    await receiver.from(sender, follow);
    const moved = { ...sender, inbox: 'https://10.0.0.1/inbox' };
    await receiver.from(moved, activityOf(moved, 'Undo', follow));
    expect(await author.followers()).toBe(0);
  });
});

describe('an Undo that names nothing but an id', () => {
  const inboxes = [
    ['the inbox of the member', true],
    ['the shared inbox, where those of Akkoma come', false],
  ] as const;

  test.each(inboxes)(
    'at %s takes back the like and the boost that have it, of whoever sends it alone',
    async (_, own) => {
      const { author, post, receiver } = await start();
      const [sender, other] = [aSender(), aSender()];
      const inbox = own ? author.actorKey : undefined;
      const numbers = async () => {
        const { likes, boosts } = await post.numbers();
        return [likes, boosts];
      };
      const [like, boost] = ['EmojiReact', 'Announce'].map((type) => activityOf(sender, type, post.id));
      for (const one of [like!, boost!]) await receiver.from(sender, one);
      await receiver.from(other, activityOf(other, 'Undo', like!.id), inbox);
      await receiver.from(sender, activityOf(sender, 'Undo', `${like!.id}x`), inbox);
      expect(await numbers()).toEqual([1, 1]);
      for (const _ of [1, 2]) await receiver.from(sender, activityOf(sender, 'Undo', like!.id), inbox);
      expect(await numbers()).toEqual([0, 1]);
      await receiver.from(sender, activityOf(sender, 'Undo', boost!.id), inbox);
      expect(await numbers()).toEqual([0, 0]);
      expect(receiver.told()).toEqual(['like', 'boost', 'unlike', 'unboost']);
    },
  );

  test('ends the follow that has it, at the shared inbox', async () => {
    const { author, receiver } = await start();
    const sender = aSender();
    const follow = activityOf(sender, 'Follow', author.id);
    await receiver.from(sender, follow);
    await receiver.from(sender, activityOf(sender, 'Undo', follow.id));
    expect(await author.followers()).toBe(0);
  });

  describe.each(['Follow', 'Like', 'EmojiReact', 'Announce'])('and comes before the %s that it takes back', (type) => {
    const undoOf = async () => {
      const started = await start();
      const sender = aSender();
      const { author, post } = started;
      const activity = activityOf(sender, type, type === 'Follow' ? author.id : post.id);
      return { started, sender, activity, undo: activityOf(sender, 'Undo', activity.id) };
    };

    test('counts, also when both come at once', async () => {
      const { started, sender, activity, undo } = await undoOf();
      await started.receiver.batch([
        { sender, activity: undo, signedAt: noon(110) },
        { sender, activity, signedAt: noon(100) },
      ]);
      expect(await numbersOf(started)).toEqual([0, 0, 0]);
      await started.receiver.batch([{ sender, activity, signedAt: noon(100) }]);
      expect(await numbersOf(started)).toEqual([0, 0, 0]);
    });

    test('counts for whoever sends it alone, and not for what is done again after it', async () => {
      const { started, sender, activity, undo } = await undoOf();
      const { receiver } = started;
      await receiver.batch([{ sender: aSender(), activity: undo, signedAt: noon(100) }]);
      await receiver.batch([{ sender, activity: { ...undo, actor: sender.id }, signedAt: noon(100) }]);
      await receiver.batch([{ sender, activity, signedAt: noon(110) }]);
      expect((await numbersOf(started)).filter((number) => number === 1)).toHaveLength(1);
    });

    test('counts not for what is done again after it, though a copy from before it comes along', async () => {
      const { started, sender, activity, undo } = await undoOf();
      const { receiver } = started;
      await receiver.batch([{ sender, activity: undo, signedAt: noon(105) }]);
      await receiver.batch([100, 110].map((at) => ({ sender, activity, signedAt: noon(at) })));
      expect((await numbersOf(started)).filter((number) => number === 1)).toHaveLength(1);
    });

    test('counts when it comes while the other is being counted', async () => {
      const { started, sender, activity, undo } = await undoOf();
      const remembered = takenBack(tables);
      const among: typeof remembered.among = async (activities, now) => {
        await started.receiver.from(sender, undo);
        return remembered.among(activities, now);
      };
      await openReceiver(tables, { takenBack: { ...remembered, among } }).from(sender, activity);
      expect(await numbersOf(started)).toEqual([0, 0, 0]);
    });

    test('counts when the other comes before it is remembered', async () => {
      const { started, sender, activity, undo } = await undoOf();
      const remembered = takenBack(tables);
      const remember: typeof remembered.remember = async (taken, now) => {
        await started.receiver.from(sender, activity);
        await remembered.remember(taken, now);
      };
      await openReceiver(tables, { takenBack: { ...remembered, remember } }).from(sender, undo);
      expect(await numbersOf(started)).toEqual([0, 0, 0]);
    });
  });
});

describe('of someone whose inbox is on another server', () => {
  const mailAt = (host: string, server = `${unique('s')}.example`): RemoteActor => {
    const { sharedInbox: _shared, ...sender } = aSender(server);
    return { ...sender, inbox: `https://${host}/made-up/${unique('i')}` };
  };

  test.each<[string, (started: Started) => Promise<unknown>]>([
    ['the deployment', ({ server }) => decide(server, 'blocked')],
    ['the member', ({ author, server }) => blocks(tables).add(author.memberId, { server }, noon())],
  ])('[T15] nothing counts when %s blocks that server', async (_, block) => {
    const started = await start();
    await block(started);
    await does(started, mailAt(started.server));
    expect(await numbersOf(started)).toEqual([0, 0, 0]);
    expect(started.receiver.deliveries.map(({ subject }) => subject.kind)).toEqual(['reject']);
    expect(started.receiver.told()).toEqual([]);
  });

  test('[T25] one domain cannot have us write to a thousand addresses of somebody who never asked for it', async () => {
    const started = await start();
    const { author, post, receiver, server: victim } = started;
    const attacker = `${unique('a')}.example`;
    const crowd = Array.from({ length: 30 }, (_, n) => mailAt(victim, `n${n}.${attacker}`));
    await receiver.batch(
      crowd.flatMap((sender) =>
        [activityOf(sender, 'Follow', author.id), activityOf(sender, 'Like', post.id)].map((activity) => ({
          sender,
          activity,
        })),
      ),
    );
    const most = defaultLimits.inboxesElsewherePerDomain;
    expect(await author.inboxes()).toHaveLength(most);
    expect(new Set(receiver.deliveries.flatMap(({ inboxes }) => inboxes)).size).toBe(most);
    expect(await author.followers()).toBe(most);
    expect((await post.numbers()).likes).toBe(crowd.length); // that costs nobody anything
  });
});
