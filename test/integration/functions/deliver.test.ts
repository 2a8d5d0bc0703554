/** The last step before the wire, on a table of its own: what is sent at this moment, what is tried again, what is counted. */
import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { deliver } from '../../../functions/deliver/deliver.ts';
import type { DeliveryAnswer } from '../../../shared/domain/delivery.ts';
import type { Signer } from '../../../shared/protocol/signatures/sign.ts';
import { addresses, siteOf } from '../../../shared/protocol/site.ts';
import { logger } from '../../../shared/runtime/logger.ts';
import { followers } from '../../../shared/storage/followers.ts';
import { members } from '../../../shared/storage/members.ts';
import { posts } from '../../../shared/storage/posts.ts';
import { results } from '../../../shared/storage/results.ts';
import type { Tables } from '../../../shared/storage/table.ts';
import type { DeliveryMessage } from '../../../shared/transport/messages.ts';
import { databaseClient, newTables } from '../../support/emulated-tables.ts';
import { anAuthor } from '../../support/receiver.ts';
import type { Json } from '../../support/remote-server.ts';
import { aJob, anActor, noon, unique } from '../../support/storage-samples.ts';

logger.setLogLevel('SILENT');
let tables: Tables;
beforeAll(async () => {
  tables = await newTables(databaseClient());
});

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const site = siteOf({
  ORIGIN: new URL('https://share.example'),
  HANDLE_DOMAIN: '',
  MEMBER_PAGE: 'https://www.example.com/@{username}',
  POST_PAGE: 'https://www.example.com/{postId}',
});
const [one, two, three] = ['https://one.example/inbox', 'https://two.example/inbox', 'https://three.example/inbox'];

interface Again {
  readonly message: DeliveryMessage;
  readonly delaySeconds: number | undefined;
}

/** A worker; `answers` are what the inboxes answer, 202 where nothing is said. */
function aWorker(answers: Readonly<Record<string, DeliveryAnswer>> = {}, more: object = {}) {
  const sent: { readonly inbox: string; readonly document: Json; readonly signer: Signer }[] = [];
  const again: Again[] = [];
  const run = deliver({
    site,
    members: members(tables),
    posts: posts(tables),
    followers: followers(tables),
    results: results(tables),
    signingKeys: { privateKey: async () => privateKey },
    post: async (inbox, body, signer) => {
      sent.push({ inbox, document: JSON.parse(Buffer.from(body).toString()), signer });
      return answers[inbox] ?? { status: 202 };
    },
    deliveries: { send: async (message, options) => void again.push({ message, delaySeconds: options?.delaySeconds }) },
    retryDelays: [60, 300, 900],
    random: () => 0.5,
    now: () => noon(),
    ...more,
  });
  return { run, sent, again, types: () => sent.map(({ document }) => document.type) };
}

type Author = Awaited<ReturnType<typeof anAuthor>>;
type PostMessage = Partial<Extract<DeliveryMessage['subject'], { kind: 'post' }>>;
const aChunk = (subject: DeliveryMessage['subject'], inboxes: readonly string[] = [one!]): DeliveryMessage => ({
  subject,
  chunk: 'chunk',
  inboxes: [...inboxes],
  attempt: 0,
});
const about = (
  { memberId }: Author,
  { objectKey }: { readonly objectKey: string },
  more: PostMessage = {},
  inboxes?: readonly string[],
) => aChunk({ kind: 'post', activity: 'create', memberId, objectKey, epoch: 1, version: 1, ...more }, inboxes);
const countsOf = (objectKey: string, activity = 'create') => results(tables).sum(objectKey, activity);
const edit = async (author: Author, { objectKey }: { readonly objectKey: string }, text: string) => {
  const before = await posts(tables).find(author.memberId, objectKey);
  await posts(tables).edit(before!, { text, attachments: [], sensitive: false }, noon(60), aJob());
};

describe('what is sent', () => {
  test('is the post as it stands now, signed by its author, once to each inbox', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    await edit(author, post, 'Better words');
    const worker = aWorker();
    await worker.run(about(author, post, {}, [one!, two!]));
    expect(worker.sent.map(({ inbox }) => inbox)).toEqual([one, two]);
    const [{ document, signer }] = worker.sent as [(typeof worker.sent)[number]];
    expect(document).toMatchObject({ type: 'Create', object: { id: post.id, content: '<p>Better words</p>' } });
    expect(signer).toEqual({ keyId: addresses(site).key(author.actorKey), privateKey });
  });

  test('is an Update of the newest version only', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    await edit(author, post, 'Two');
    await edit(author, post, 'Three');
    const worker = aWorker();
    for (const version of [2, 3]) await worker.run(about(author, post, { activity: 'update', version }));
    expect(worker.sent.map(({ document }) => document.id)).toEqual([`${post.id}#update-3`]);
  });

  test('is nothing about a post that waits, or that is not there', async () => {
    const author = await anAuthor(tables);
    const post = await author.post(false);
    const worker = aWorker();
    for (const activity of ['create', 'update', 'delete'] as const) {
      await worker.run(about(author, post, { activity }));
      await worker.run(about(author, { objectKey: 'none' }, { activity }));
    }
    expect(worker.sent).toEqual([]);
    expect(await countsOf(post.objectKey)).toMatchObject({ asked: 0 });
  });

  test('is only the Delete, with its Tombstone, once a post is removed', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    await post.remove();
    const worker = aWorker();
    for (const activity of ['create', 'update', 'delete'] as const) await worker.run(about(author, post, { activity }));
    expect(worker.sent.map(({ document }) => document)).toMatchObject([
      { type: 'Delete', actor: author.id, object: { id: post.id, type: 'Tombstone', deleted: '2026-11-05T12:01:30Z' } },
    ]);
  });

  test('is only the Delete once sharing was turned off, also when it is on again', async () => {
    const author = await anAuthor(tables);
    const [kept, removed] = [await author.post(), await author.post()];
    await author.turnOff();
    await removed.remove();
    const worker = aWorker();
    const tryAll = async () => {
      for (const { objectKey } of [kept, removed])
        for (const activity of ['create', 'update', 'delete'] as const)
          await worker.run({ ...about(author, { objectKey }, { activity }), chunk: unique('c') });
    };
    await tryAll();
    await members(tables).finishRemoval(author.memberId, 2);
    const off = await members(tables).find(author.memberId, noon());
    const consent = { textVersion: '1', at: noon().toISOString() };
    const { actorKey } = author;
    await members(tables).turnOn(off!, { actorKey, consent, now: noon(99), job: undefined });
    await tryAll();
    expect(worker.types()).toEqual(['Delete', 'Delete']);
  });

  test('is the profile of this epoch: blank once sharing is off', async () => {
    const author = await anAuthor(tables);
    const profile = (epoch: number) =>
      ({ kind: 'profile', memberId: author.memberId, epoch, revision: unique('r') }) as const;
    const worker = aWorker();
    await worker.run(aChunk(profile(1)));
    await author.turnOff();
    await worker.run(aChunk(profile(1)));
    await worker.run(aChunk(profile(2)));
    const shown = worker.sent.map(({ document }) => document);
    expect(shown).toMatchObject([
      { type: 'Update', object: { id: author.id, discoverable: true } },
      { type: 'Update', object: { id: author.id, discoverable: false, name: '', summary: '' } },
    ]);
  });

  test('is an Accept while that very Follow stands, and a Reject in its epoch', async () => {
    const author = await anAuthor(tables);
    const { memberId } = author;
    const actor = anActor();
    const follow = (kind: 'accept' | 'reject', id: string, epoch = 1) =>
      aChunk({ kind, memberId, epoch, follow: { id: `https://far.example/${id}`, actor } });
    const worker = aWorker();
    await worker.run(follow('accept', '1'));
    const inbox = one!;
    await followers(tables).add(memberId, { actor, followId: 'https://far.example/1', inbox }, noon());
    await worker.run(follow('accept', '2'));
    await worker.run(follow('accept', '1', 2));
    await worker.run(follow('reject', '1', 2));
    expect(worker.sent).toEqual([]);
    await worker.run(follow('accept', '1'));
    await worker.run(follow('reject', '1'));
    expect(worker.types()).toEqual(['Accept', 'Reject']);
    await followers(tables).undo(memberId, actor, 'https://far.example/1', noon());
    await worker.run(follow('accept', '1'));
    expect(worker.sent).toHaveLength(2);
  });

  test('waits while the key is not there', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const worker = aWorker({}, { signingKeys: { privateKey: async () => undefined } });
    await expect(worker.run(about(author, post))).rejects.toThrow('has no key yet');
    expect(await countsOf(post.objectKey)).toMatchObject({ asked: 0 });
  });
});

describe('what the inboxes answer', () => {
  test('is counted, and those that failed are tried again alone', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const worker = aWorker({ [two!]: { status: 500 }, [three!]: { status: 410 } });
    await worker.run(about(author, post, {}, [one!, two!, three!]));
    expect(await countsOf(post.objectKey)).toEqual({ asked: 3, accepted: 1, retrying: 1, gaveUp: 1 });
    expect(worker.again).toMatchObject([{ message: { inboxes: [two], attempt: 1 }, delaySeconds: 60 }]);

    const later = aWorker();
    await later.run(worker.again[0]!.message);
    expect(later.sent.map(({ inbox }) => inbox)).toEqual([two]);
    expect(await countsOf(post.objectKey)).toEqual({ asked: 3, accepted: 2, retrying: 0, gaveUp: 1 });
  });

  test.each<[string, DeliveryAnswer, boolean]>([
    ['200', { status: 200 }, false],
    ['400', { status: 400 }, false],
    ['401', { status: 401 }, true],
    ['403', { status: 403 }, false],
    ['404', { status: 404 }, false],
    ['408', { status: 408 }, true],
    ['413', { status: 413 }, false],
    ['429', { status: 429 }, true],
    ['302', { status: 302 }, false],
    ['503', { status: 503 }, true],
    ['nothing', { unreachable: 'no connection' }, true],
  ])('%s', async (_, answer, triedAgain) => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const worker = aWorker({ [one!]: answer });
    await worker.run(about(author, post));
    expect(worker.again).toHaveLength(triedAgain ? 1 : 0);
    expect((await countsOf(post.objectKey)).retrying).toBe(triedAgain ? 1 : 0);
  });

  test('may say how long to wait; those with the same wait travel together', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const later = { status: 429, retryAfterSeconds: 600 };
    const worker = aWorker({ [one!]: later, [two!]: { status: 503 }, [three!]: later });
    await worker.run(about(author, post, {}, [one!, two!, three!]));
    const waits = worker.again.map(({ message, delaySeconds }) => [delaySeconds, message.inboxes]);
    expect(waits).toEqual([
      [600, [one, three]],
      [60, [two]],
    ]);
    const names = new Set(worker.again.map(({ message }) => message.chunk));
    expect(names.size).toBe(2);
  });

  test('is given up after the last try', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const worker = aWorker({ [one!]: { status: 503 } });
    let message: DeliveryMessage | undefined = about(author, post);
    for (let tries = 0; message && tries < 9; tries++) {
      await worker.run(message);
      message = worker.again[tries]?.message;
    }
    expect(worker.again.map(({ delaySeconds }) => delaySeconds)).toEqual([60, 300, 900]);
    expect(worker.sent).toHaveLength(4);
    expect(await countsOf(post.objectKey)).toEqual({ asked: 1, accepted: 0, retrying: 0, gaveUp: 1 });
  });
});

describe('a repeated message', () => {
  test('that was finished is not sent again', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const worker = aWorker();
    for (const _ of [1, 2]) await worker.run(about(author, post));
    expect(worker.sent).toHaveLength(1);
    expect(await countsOf(post.objectKey)).toMatchObject({ asked: 1, accepted: 1 });
  });

  test('that was not recorded is sent again, and nobody who failed is forgotten', async () => {
    const author = await anAuthor(tables);
    const post = await author.post();
    const broken = { ...results(tables), put: () => Promise.reject(new Error('out of time')) };
    const first = aWorker({ [one!]: { status: 503 } }, { results: broken });
    await expect(first.run(about(author, post, {}, [one!, two!]))).rejects.toThrow('out of time');
    const second = aWorker({ [two!]: { status: 503 } });
    await second.run(about(author, post, {}, [one!, two!]));

    const last = aWorker();
    for (const { message } of [...first.again, ...second.again, ...second.again]) await last.run(message);
    expect(last.sent.map(({ inbox }) => inbox)).toEqual([one, two]);
    expect((await countsOf(post.objectKey)).retrying).toBe(0);
  });
});
