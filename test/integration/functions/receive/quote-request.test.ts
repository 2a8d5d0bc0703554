/** FEP-044f: who asks to quote one of our posts is answered as its author wants. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { QuotePolicy } from '../../../../shared/domain/answer.ts';
import { blocks } from '../../../../shared/storage/blocks.ts';
import { members } from '../../../../shared/storage/members.ts';
import { policies } from '../../../../shared/storage/policies.ts';
import { stamps } from '../../../../shared/storage/stamps.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../../support/receiver.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const start = async (quotes?: QuotePolicy, inboxHost?: string) => {
  const author = await anAuthor(tables);
  if (quotes) {
    const member = (await members(tables).find(author.memberId, noon(), { consistent: true }))!;
    await members(tables).saveProfile(author.memberId, { ...member, quotes }, member, noon(20));
  }
  const post = await author.post();
  const known = aSender(`${unique('s')}.example`, inboxHost === undefined);
  const sender = inboxHost === undefined ? known : { ...known, inbox: `https://${inboxHost}/inbox` };
  const receiver = openReceiver(tables);
  const instrument = `${sender.id}/notes/${unique('n')}`;
  const asks = async (more: object = {}) => {
    const request = activityOf(sender, 'QuoteRequest', post.id, { instrument, ...more });
    await receiver.from(sender, request);
    return request;
  };
  const answers = () => receiver.deliveries.map(({ subject }) => subject.kind);
  return { author, post, sender, receiver, instrument, asks, answers };
};

test('who may quote gets a stamp and an Accept, and again for each time of asking', async () => {
  const { author, post, sender, receiver, instrument, asks } = await start();
  const [first, second] = [await asks(), await asks({ instrument: { id: instrument, type: 'Note', content: 'x' } })];
  const { memberId, epoch } = author;
  expect(receiver.deliveries).toEqual(
    [first, second].map(({ id }) => ({
      subject: {
        ...{ kind: 'acceptQuote', memberId, epoch, objectKey: post.objectKey },
        request: { id, actor: sender.id, instrument },
      },
      ...{ chunk: id, inboxes: [sender.inbox], attempt: 0, lane: 'fast' },
    })),
  );
  expect(await author.inboxes()).toMatchObject([{ url: sender.sharedInbox }]); // it has the post: its Delete must go there
  expect(await stamps(tables).find(post.objectKey, instrument)).toMatchObject({
    ...{ actor: sender.id, instrument, memberId, requestId: second.id, inbox: sender.inbox, withdrawn: false },
  });
});

describe('a Reject is for', () => {
  test('everyone, if nobody may quote', async () => {
    const { post, instrument, asks, answers } = await start('nobody');
    await asks();
    expect(answers()).toEqual(['rejectQuote']);
    expect(await stamps(tables).find(post.objectKey, instrument)).toBeUndefined();
  });

  test('strangers, if followers may quote', async () => {
    const { author, sender, receiver, asks, answers } = await start('followers');
    await asks();
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    await asks();
    expect(answers()).toEqual(['rejectQuote', 'accept', 'acceptQuote']);
  });

  test('whom the author blocks, or whose server', async () => {
    for (const kind of ['actor', 'server'] as const) {
      const { author, sender, asks, answers } = await start();
      await blocks(tables).add(
        author.memberId,
        kind === 'actor' ? { actor: sender.id } : { server: sender.server },
        noon(),
      );
      await asks();
      expect(answers()).toEqual(['rejectQuote']);
    }
  });

  test.each(['limited', 'blocked by the author'])('[T15] whose inbox is on a server that is %s', async (how) => {
    const host = `${unique('s')}.example`;
    const { author, post, instrument, asks, answers } = await start(undefined, host);
    const at = noon().toISOString();
    if (how === 'limited') await policies(tables).put([{ host, level: 'limited', category: 'spam', at }]);
    else await blocks(tables).add(author.memberId, { server: host }, noon());
    await asks();
    expect(answers()).toEqual(['rejectQuote']);
    expect(await stamps(tables).find(post.objectKey, instrument)).toBeUndefined();
  });

  test('whom the author blocks while it is consented to', async () => {
    const { author, post, sender, instrument } = await start();
    const own = blocks(tables);
    const late = {
      ...own,
      blocks: async (...asked: Parameters<typeof own.blocks>) => {
        const found = await own.blocks(...asked);
        await own.add(author.memberId, { actor: sender.id }, noon());
        return found;
      },
    };
    const receiver = openReceiver(tables, { blocks: late });
    await receiver.from(sender, activityOf(sender, 'QuoteRequest', post.id, { instrument }));
    expect(receiver.deliveries.map(({ subject }) => subject.kind)).toEqual(['rejectQuote']);
    expect(await stamps(tables).find(post.objectKey, instrument)).toMatchObject({ withdrawn: true });
  });

  test('who comes from a limited server', async () => {
    const { sender, asks, answers } = await start();
    const at = noon().toISOString();
    await policies(tables).put([{ host: sender.server, level: 'limited', category: 'spam', at }]);
    await asks();
    expect(answers()).toEqual(['rejectQuote']);
  });

  test('a note whose consent was taken back', async () => {
    const { author, post, sender, instrument, asks, answers } = await start();
    await asks();
    const quote = { objectKey: post.objectKey, memberId: author.memberId, actor: sender.id, instrument };
    await stamps(tables).withdraw(quote);
    await asks();
    expect(answers()).toEqual(['acceptQuote', 'rejectQuote']);
  });
});

describe('nothing is answered', () => {
  test('[T24] bad input 114: for a note on another host', async () => {
    const { asks, answers } = await start();
    await asks({ instrument: 'https://elsewhere.example/notes/1' });
    expect(answers()).toEqual([]);
  });

  test('to one person who asks too often within an hour', async () => {
    const { sender, asks, answers } = await start();
    for (let count = 0; count < 62; count++) await asks({ instrument: `${sender.id}/notes/${count}` });
    expect(answers()).toHaveLength(60);
  });

  test('for a post that waits, is removed, or is not ours', async () => {
    const { author, post, asks, answers } = await start();
    const waiting = await author.post(false);
    await post.remove();
    for (const object of [waiting.id, post.id, 'https://far.example/notes/1', author.id]) await asks({ object });
    expect(answers()).toEqual([]);
  });
});

test('[T24] the Delete of the note that quotes ends the consent', async () => {
  const { post, sender, receiver, instrument, asks } = await start();
  await asks();
  await receiver.from(sender, activityOf(sender, 'Delete', instrument));
  expect(await stamps(tables).find(post.objectKey, instrument)).toBeUndefined();
});
