/** What follows when a member blocks a server, or the deployment an account. */
import { beforeAll, describe, expect, test } from 'vitest';
import { blocks } from '../../../shared/storage/blocks.ts';
import { inboxes } from '../../../shared/storage/inboxes.ts';
import { policies } from '../../../shared/storage/policies.ts';
import { reach } from '../../../shared/storage/reach.ts';
import type { Tables } from '../../../shared/storage/table.ts';
import { aBlocker, aDomain, followingOn, sharedInbox } from '../../support/blocker.ts';
import { tablesForFunctions } from '../../support/emulated-tables.ts';
import { anAuthor } from '../../support/receiver.ts';
import { following } from '../../support/standings.ts';
import { aJob, noon, unique } from '../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const { follows, isFollowing, isOpen } = followingOn(() => tables);

describe('a server that a member blocks', () => {
  test('is parted from that member alone', async () => {
    const host = `x.${aDomain()}`;
    const [author, other] = [await anAuthor(tables), await anAuthor(tables)];
    const post = await author.post();
    await other.post();
    const [mine, theirs] = [await follows(author, host), await follows(other, host)];
    const elsewhere = await follows(author, aDomain());
    const server = host.slice(2);
    await blocks(tables).add(author.memberId, { server }, noon());
    const worker = aBlocker(tables);
    await worker.toTheEnd({ kind: 'memberServer', memberId: author.memberId, host: server });
    expect([
      await isFollowing(author, mine),
      await isFollowing(other, theirs),
      await isFollowing(author, elsewhere),
    ]).toEqual([false, true, true]);
    expect(worker.sent.map(({ message }) => message.subject)).toMatchObject([
      { kind: 'reject', follow: { actor: mine.actor } },
      { kind: 'withdrawal', objectKey: post.objectKey },
    ]);
    expect([await isOpen(author, host), await isOpen(other, host)]).toEqual([false, true]);
  });

  test('loses its followers whose inbox is elsewhere as well, and all whose inbox is there', async () => {
    const [host, relay, own] = [aDomain(), aDomain(), aDomain()];
    const [author, other] = [await anAuthor(tables), await anAuthor(tables)];
    const post = await author.post();
    const follow = async ({ memberId }: { readonly memberId: string }, at: string, inboxHost: string) => {
      const actor = `https://${at}/users/${unique('a')}`;
      const inbox = sharedInbox(inboxHost);
      await following(tables).add(memberId, { actor, followId: `${actor}/f`, inbox }, noon());
      await inboxes(tables).open(memberId, inbox, noon(), [at]);
      return { actor };
    };
    const mine = [
      await follow(author, host, relay),
      await follow(author, `x.${host}`, own),
      await follow(author, aDomain(), host),
      await follow(author, relay, relay),
    ];
    const theirs = [await follow(other, host, relay), await follow(other, `x.${host}`, own)];
    await blocks(tables).add(author.memberId, { server: host }, noon());
    const worker = aBlocker(tables);
    await worker.toTheEnd({ kind: 'memberServer', memberId: author.memberId, host });
    const left = (whose: typeof author, all: typeof mine) => Promise.all(all.map((one) => isFollowing(whose, one)));
    expect([await left(author, mine), await left(other, theirs)]).toEqual([
      [false, false, false, true],
      [true, true],
    ]);
    expect(await Promise.all([host, relay, own].map((at) => isOpen(author, at)))).toEqual([false, true, false]);
    expect(
      worker
        .of('withdrawal')
        .map(({ message }) => [message.inboxes[0], message.subject])
        .sort(),
    ).toEqual(
      [host, own]
        .map((at) => [sharedInbox(at), expect.objectContaining({ objectKey: post.objectKey })] as const)
        .sort(([one], [another]) => (one < another ? -1 : 1)),
    );
  });

  test('is found in more than one run where many others have inboxes there', async () => {
    const host = aDomain();
    const author = await anAuthor(tables);
    await blocks(tables).add(author.memberId, { server: host }, noon());
    const pages = [1, 2, 3, 4, 5].map(String);
    const pageOf = async (_: string, __: string, { cursor = '0' }: { readonly cursor?: string | undefined }) => ({
      items: [],
      next: pages[Number(cursor)],
    });
    const worker = aBlocker(tables, { steps: 1, reach: { ...reach(tables), pageOf } });
    expect(await worker.toTheEnd({ kind: 'memberServer', memberId: author.memberId, host })).toBe(3);
  });

  test('is left alone when the member has changed its mind', async () => {
    const host = aDomain();
    const author = await anAuthor(tables);
    await follows(author, host);
    const worker = aBlocker(tables);
    await worker.toTheEnd({ kind: 'memberServer', memberId: author.memberId, host });
    expect(worker.sent).toEqual([]);
  });
});

describe('an account that the deployment blocks', () => {
  test('follows nobody any more; others of its server do', async () => {
    const host = aDomain();
    const authors = [await anAuthor(tables), await anAuthor(tables), await anAuthor(tables)];
    const actor = `https://${host}/users/eve`;
    for (const { memberId } of authors)
      await following(tables).add(
        memberId,
        { actor, followId: `${actor}/${memberId}`, inbox: sharedInbox(host) },
        noon(),
      );
    const other = await follows(authors[0]!, host);
    await policies(tables).blockAccount({ actor, category: 'spam', at: noon().toISOString() }, aJob());
    const worker = aBlocker(tables, { steps: 0 });
    expect(await worker.toTheEnd({ kind: 'account', actor })).toBeGreaterThan(1);
    expect(await Promise.all(authors.map((author) => isFollowing(author, { actor })))).toEqual([false, false, false]);
    expect(
      worker
        .of('reject')
        .map(({ message }) => message.subject.memberId)
        .sort(),
    ).toEqual(authors.map(({ memberId }) => memberId).sort());
    expect(worker.of('withdrawal')).toEqual([]);
    expect(await isFollowing(authors[0]!, other)).toBe(true);
  });

  test('gets nothing at an inbox of its own from then on; one that others share stays open', async () => {
    const [own, shared] = [aDomain(), aDomain()];
    const author = await anAuthor(tables);
    const [alone, among] = [await follows(author, own), await follows(author, shared)];
    const other = await follows(author, shared);
    for (const { actor } of [alone, among]) {
      await policies(tables).blockAccount({ actor, category: 'spam', at: noon().toISOString() }, aJob());
      await aBlocker(tables).toTheEnd({ kind: 'account', actor });
    }
    expect([await isOpen(author, own), await isOpen(author, shared)]).toEqual([false, true]);
    expect(await isFollowing(author, other)).toBe(true);
  });

  test('keeps its follows when it was let go meanwhile', async () => {
    const author = await anAuthor(tables);
    const follow = await follows(author, aDomain());
    await aBlocker(tables).toTheEnd({ kind: 'account', actor: follow.actor });
    expect(await isFollowing(author, follow)).toBe(true);
  });
});
