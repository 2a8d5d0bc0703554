import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { nameOf } from '../domain/policy.ts';
import { blocks } from './blocks.ts';
import { followers } from './followers.ts';
import { heldFollows } from './held-follows.ts';
import { type InboxRow, inboxes } from './inboxes.ts';
import { eraseLots, postErasure } from './post-erasure.ts';
import { reach } from './reach.ts';
import { reports } from './reports.ts';
import type { Tables } from './table.ts';
import { write } from './transact.ts';

const atOnce = 25;
const everything = new Date(0); // nothing has expired then

/**
 * The end of all that is kept of a member who is deleted for ever. What outlives it: the blank member row with its ids, so
 * that nobody takes them; that there was consent; the receipts, for their time.
 */
export const memberErasure = (tables: Tables) => {
  const { Inbox, MemberTally, Post, PostId, PrivateKey, table } = tables;
  const { erasePost, eraseAnswers, eraseInteractions, eraseResults } = postErasure(tables);

  const isOwnPost = async (memberId: string, postId: string): Promise<boolean> => {
    const { Item } = await PostId.build(GetItemCommand).key({ memberId, postId }).options({ consistent: true }).send();
    return Item !== undefined;
  };

  const erasePosts = async (memberId: string, hasTime: () => boolean): Promise<boolean> => {
    for (;;) {
      const { Items = [] } = await table
        .build(QueryCommand)
        .entities(Post)
        .query({ partition: `MEMBER#${memberId}`, range: { beginsWith: 'POST#' } })
        .options({ consistent: true, limit: atOnce })
        .send();
      if (Items.length === 0) return true;
      for (const post of Items) if (!(await erasePost(post, hasTime)) || !hasTime()) return false;
    }
  };

  /** Ids are remembered for as long as late copies of a Follow may come. */
  const eraseFollowers = (memberId: string, now: Date, hasTime: () => boolean): Promise<boolean> =>
    eraseLots(
      async () => {
        const { items } = await followers(tables).page(memberId, { limit: atOnce, consistent: true });
        return items.length > 0 ? [items] : [];
      },
      async (some) => {
        const signedAt = now.toISOString();
        for (const { actor, inbox } of some) {
          const host = new URL(actor).host;
          if (nameOf(host) !== nameOf(new URL(inbox).host)) await reach(tables).forget(memberId, inbox, host);
        }
        const ended = some.map(({ actor }) => ({ kind: 'ended' as const, actor, signedAt }));
        await followers(tables).count(memberId, ended, now);
      },
      hasTime,
    );

  const eraseHeldFollows = (memberId: string, hasTime: () => boolean): Promise<boolean> =>
    eraseLots(
      async () => (await heldFollows(tables).page(memberId, { limit: atOnce, now: everything })).items,
      ({ actor }) => heldFollows(tables).forget(memberId, actor),
      hasTime,
    );

  const eraseBlocks = (memberId: string, hasTime: () => boolean): Promise<boolean> =>
    eraseLots(
      async () => (await blocks(tables).page(memberId, { limit: atOnce })).items,
      (block) => blocks(tables).remove(memberId, block),
      hasTime,
    );

  const eraseInbox = async (memberId: string, { url, key }: InboxRow): Promise<void> => {
    await reach(tables).forget(memberId, url);
    await write(Inbox.build(DeleteItemCommand).key({ memberId, hash: key }));
  };

  return {
    /** What others did to a post; false when time ran out: what is left is found again. */
    eraseInteractions,

    /** What the member wrote and had, and what others did to it; false when time ran out: what is left is found again. */
    eraseContent: async (memberId: string, now: Date, hasTime: () => boolean): Promise<boolean> =>
      (await reports(tables).forgetMember(memberId, (postId) => isOwnPost(memberId, postId), now, hasTime)) &&
      (await erasePosts(memberId, hasTime)) &&
      (await eraseAnswers({ kind: 'mention', about: memberId }, hasTime)) &&
      (await eraseFollowers(memberId, now, hasTime)) &&
      (await eraseHeldFollows(memberId, hasTime)) &&
      (await eraseBlocks(memberId, hasTime)) &&
      (await eraseResults(memberId, hasTime)),

    /**
     * What it takes to ask servers: where they are, the private key; false when time ran out. What still waits for one that
     * is out says nothing without them, and goes with the next look at that server.
     */
    eraseMeans: async (memberId: string, hasTime: () => boolean): Promise<boolean> => {
      const isDone = await eraseLots(
        async () => (await inboxes(tables).page(memberId, { limit: atOnce })).items,
        (inbox) => eraseInbox(memberId, inbox),
        hasTime,
      );
      if (!isDone) return false;
      await write(PrivateKey.build(DeleteItemCommand).key({ owner: memberId }));
      await write(MemberTally.build(DeleteItemCommand).key({ memberId }));
      return true;
    },
  };
};

/** The erasure of members as storage offers it. */
export type MemberErasure = ReturnType<typeof memberErasure>;
