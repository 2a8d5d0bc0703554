/** What is parked, when it is sent, given up or dropped; and that every inbox is counted in the end. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Pointer } from '../../../../shared/domain/pointer.ts';
import { inboxes } from '../../../../shared/storage/inboxes.ts';
import { parked } from '../../../../shared/storage/parked.ts';
import { results } from '../../../../shared/storage/results.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import type { PostToInbox } from '../../../../shared/transport/inbox-post.ts';
import {
  about,
  aDeliverer,
  anInbox,
  edit,
  hostOf,
  parkedFor,
  pointerTo,
  serverOf,
  sumOf,
  takeDown,
  threeInboxes,
} from '../../../support/deliverer.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { anAnswer, aProfilePointer } from '../../../support/pointers.ts';
import { aProber } from '../../../support/prober.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { following } from '../../../support/standings.ts';
import { noon } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const days = (count: number) => count * 24 * 3600;
const start = async () => {
  const [author, inbox] = [await anAuthor(tables), anInbox()];
  await takeDown(tables, inbox);
  const park = (pointer: Pointer, seconds = 0) =>
    parked(tables).add(hostOf(inbox), inbox, { ...pointer, memberId: author.memberId }, noon(seconds));
  return { author, inbox, park };
};
/** What an activity of a post came to at one inbox that was asked. */
const endOf = async ({ objectKey: subject }: { readonly objectKey: string }, activity: string) => {
  await results(tables).put({ subject, activity, chunk: 'asked' }, { asked: 1, accepted: 0, gaveUp: 0 }, noon());
  const { accepted, gaveUp } = await results(tables).sum(subject, activity);
  if (accepted) return 'accepted';
  return gaveUp ? 'given up' : 'waits';
};

describe('what is sent', () => {
  test('is the post as it is now, and then it is counted and gone', async () => {
    const { author, inbox, park } = await start();
    const post = await author.post();
    await park(pointerTo(author, post));
    const worker = aProber(tables);
    await worker.look(inbox);
    expect(worker.sent).toMatchObject([
      { inbox, document: { type: 'Create', id: `${post.id}#create`, object: { content: '<p>Hello</p>' } } },
    ]);
    expect(await endOf(post, 'create')).toBe('accepted');
    expect(await parkedFor(tables, inbox)).toEqual([]);
  });

  test('is a Create and an Update after an edit, both as the post is now', async () => {
    const { author, inbox, park } = await start();
    const post = await author.post();
    await park(pointerTo(author, post));
    for (const version of [2, 3]) {
      await edit(tables, author, post, `Version ${version}`);
      await park(pointerTo(author, post, 'update', version));
    }
    const worker = aProber(tables);
    await worker.look(inbox);
    expect(worker.ids()).toEqual([`${post.id}#create`, `${post.id}#update-3`]);
    for (const { document } of worker.sent) expect(document).toMatchObject({ object: { content: '<p>Version 3</p>' } });
    for (const activity of ['create', 'update-2', 'update-3']) expect(await endOf(post, activity)).toBe('accepted');
  });

  test('is the newest Update, whichever asked for it', async () => {
    const { author, inbox, park } = await start();
    const post = await author.post();
    await edit(tables, author, post, 'Two');
    await park(pointerTo(author, post, 'update', 2));
    await edit(tables, author, post, 'Three');
    const worker = aProber(tables);
    await worker.look(inbox);
    expect(worker.ids()).toEqual([`${post.id}#update-3`]);
    expect(await endOf(post, 'update-2')).toBe('accepted');
  });

  test('is no Update before its Create was taken', async () => {
    const { author, inbox, park } = await start();
    const post = await author.post();
    await edit(tables, author, post, 'Two');
    await park(pointerTo(author, post, 'update', 2));
    await park(pointerTo(author, post));
    const worker = aProber(tables, { [inbox]: { status: 500 } });
    await worker.look(inbox);
    expect(worker.types()).toEqual(['Create']);
    expect(await parkedFor(tables, inbox)).toHaveLength(1);
  });

  test('is only the Delete of a post that was to be created: the rest was given up', async () => {
    const { author, inbox, park } = await start();
    const post = await author.post();
    await park(pointerTo(author, post));
    await post.remove();
    await park(pointerTo(author, post, 'delete'));
    const worker = aProber(tables);
    await worker.look(inbox);
    expect(worker.types()).toEqual(['Delete']);
    expect(await endOf(post, 'delete')).toBe('accepted');
    expect(await endOf(post, 'create')).toBe('given up');
  });

  test('is the answer to a Follow that stands, and the profile of this epoch', async () => {
    const { author, inbox, park } = await start();
    const accept = anAnswer('accept');
    const { id: followId, actor } = accept.follow;
    await following(tables).add(author.memberId, { actor, followId, inbox }, noon());
    await park(accept);
    await park(aProfilePointer());
    const worker = aProber(tables);
    await worker.look(inbox);
    expect(worker.types().sort()).toEqual(['Accept', 'Update']);
    expect(await parkedFor(tables, inbox)).toEqual([]);
  });
});

describe('what is outdated', () => {
  test('is never sent, and counted as given up', async () => {
    const { author, inbox, park } = await start();
    const [removed, old] = [await author.post(), await author.post()];
    await park(pointerTo(author, removed));
    await park(pointerTo(author, old, 'update'));
    await park(anAnswer('accept'));
    await park(aProfilePointer());
    await removed.remove();
    await author.turnOff();
    const worker = aProber(tables);
    await worker.look(inbox);
    expect(worker.sent).toEqual([]);
    expect(worker.pauses).toEqual([]);
    expect(await parkedFor(tables, inbox)).toEqual([]);
    expect(await endOf(removed, 'create')).toBe('given up');
    expect(await endOf(old, 'update-1')).toBe('given up');
  });

  test('tells nothing of the server: a live try has to', async () => {
    const { author, inbox, park } = await start();
    const post = await author.post();
    await park(pointerTo(author, post));
    await post.remove();
    await aProber(tables).look(inbox);
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial', since: noon().toISOString() });
  });

  test('at the last moment is not sent: each activity is looked up right before', async () => {
    const { author, inbox, park } = await start();
    const [one, two] = [await author.post(), await author.post()];
    for (const post of [one, two]) await park(pointerTo(author, post));
    const sent: string[] = [];
    const post: PostToInbox = async (_inbox, body) => {
      sent.push(JSON.parse(Buffer.from(body).toString()).id);
      for (const post of [one, two]) if (!sent.includes(`${post.id}#create`)) await post.remove();
      return { status: 202 };
    };
    await aProber(tables, {}, { post }).look(inbox);
    expect(sent).toHaveLength(1);
    expect(await parkedFor(tables, inbox)).toEqual([]);
  });
});

describe('what waited for too long', () => {
  test('is given up after seven days without a success, unless it takes something back', async () => {
    const { author, inbox, park } = await start();
    const [kept, removed] = [await author.post(), await author.post()];
    await park(pointerTo(author, kept));
    await removed.remove();
    await park(pointerTo(author, removed, 'delete'));
    const worker = aProber(tables, {}, { now: () => noon(days(7)) });
    await worker.look(inbox);
    expect(worker.types()).toEqual(['Delete']);
    expect(await endOf(kept, 'create')).toBe('given up');
    expect(await endOf(removed, 'delete')).toBe('accepted');
  });

  test('is not given up a moment before', async () => {
    const { author, inbox, park } = await start();
    const post = await author.post();
    await park(pointerTo(author, post));
    const worker = aProber(tables, { [inbox]: { status: 500 } }, { now: () => noon(days(7) - 1) });
    await worker.look(inbox);
    expect(worker.sent).toHaveLength(1);
    expect(await endOf(post, 'create')).toBe('waits');
  });

  test('is given up after ninety days, if it takes something back', async () => {
    const { author, inbox, park } = await start();
    const post = await author.post();
    await post.remove();
    await park(pointerTo(author, post, 'delete'));
    await aProber(tables, { [inbox]: { status: 500 } }, { now: () => noon(days(90) - 1) }).look(inbox);
    expect(await endOf(post, 'delete')).toBe('waits');
    await aProber(tables, {}, { now: () => noon(days(90)) }).look(inbox);
    expect(await endOf(post, 'delete')).toBe('given up');
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial', since: noon().toISOString() });
  });
});

describe('what is answered', () => {
  test.each([400, 403, 404, 410, 422])('with %i comes to its end: it is given up', async (status) => {
    const { author, inbox, park } = await start();
    const post = await author.post();
    await park(pointerTo(author, post));
    await aProber(tables, { [inbox]: { status } }).look(inbox);
    expect(await parkedFor(tables, inbox)).toEqual([]);
    expect(await endOf(post, 'create')).toBe('given up');
    expect((await serverOf(tables, inbox)).breaker).toMatchObject({ state: 'trial', probeAt: noon(660).toISOString() });
  });

  test('by an inbox that is gone says so for what comes later, unless a Delete was asked for', async () => {
    const goneAfter = async (activity: 'create' | 'delete') => {
      const { author, inbox, park } = await start();
      await inboxes(tables).open(author.memberId, inbox, noon());
      const post = await author.post();
      if (activity === 'delete') await post.remove();
      await park(pointerTo(author, post, activity));
      await aProber(tables, { [inbox]: { status: 410 } }).look(inbox);
      return (await author.inboxes())[0]!.gone;
    };
    expect(await goneAfter('create')).toEqual({ looks: 1, lookedAt: noon(600).toISOString() });
    expect(await goneAfter('delete')).toBeUndefined();
  });
});

test('what something joins while it is sent stays, and comes to its end with that', async () => {
  const { author, inbox, park } = await start();
  const post = await author.post();
  await park(pointerTo(author, post));
  const joined: PostToInbox = async () => {
    await edit(tables, author, post, 'Two');
    await park(pointerTo(author, post, 'update', 2));
    return { status: 202 };
  };
  await aProber(tables, {}, { post: joined }).look(inbox);
  expect(await parkedFor(tables, inbox)).toMatchObject([{ owed: ['create', 'update-2'] }]);
  const worker = aProber(tables, {}, { now: () => noon(660) });
  await worker.look(inbox);
  expect(worker.types()).toEqual(['Create', 'Update']);
  expect(await parkedFor(tables, inbox)).toEqual([]);
  for (const activity of ['create', 'update-2']) expect(await endOf(post, activity)).toBe('accepted');
});

test('in the end each inbox that was asked has accepted or is given up, repeats or not', async () => {
  const [author, [alive, dead, refusing]] = [await anAuthor(tables), threeInboxes()];
  const post = await author.post();
  for (const inbox of [dead, refusing]) await takeDown(tables, inbox);
  const message = about(author, post, [alive, dead, refusing]);
  const broken = { has: async () => false, put: results(tables).put };
  for (const _ of [1, 2]) await aDeliverer(tables, {}, { results: broken }).run(message);
  expect(await sumOf(tables, post)).toEqual({ asked: 3, accepted: 1, retrying: 2, gaveUp: 0 });
  await aProber(tables).look(dead);
  await aProber(tables, { [refusing]: { status: 403 } }).look(refusing);
  expect(await sumOf(tables, post)).toEqual({ asked: 3, accepted: 2, retrying: 0, gaveUp: 1 });
  await aDeliverer(tables, {}, { results: broken }).run(message); // as if it had never been finished
  expect(await sumOf(tables, post)).toMatchObject({ asked: 3, retrying: 0 });
});
