import { Entity } from 'dynamodb-toolbox/entity';
import { boolean } from 'dynamodb-toolbox/schema/boolean';
import { item } from 'dynamodb-toolbox/schema/item';
import { number } from 'dynamodb-toolbox/schema/number';
import { string } from 'dynamodb-toolbox/schema/string';
import { followerShards, shardOf } from '../keys.ts';
import { expiresAt, type SharingTable, standing } from './table.ts';

/** Rows about who a member's posts go to, and what came of sending them. */
export const audienceRows = (table: SharingTable) => {
  /** DOINGS#actor / follow#member — whom an actor follows, by which Follow; an inactive row remembers an Undo. */
  const Follow = new Entity({
    name: 'Follow',
    table,
    timestamps: false,
    schema: item({
      actor: string().key(),
      memberId: string().key(),
      followId: string(),
      inbox: string().optional(),
      at: string(),
      ...standing,
    }),
    computeKey: ({ actor, memberId }) => ({ pk: `DOINGS#${actor}`, sk: `follow#${memberId}` }),
  });

  /** FOLLOWERS#id#shard / inbox hash#actor — who follows, found by the inbox; gone with the follow. */
  const Follower = new Entity({
    name: 'Follower',
    table,
    timestamps: false,
    schema: item({
      memberId: string().key(),
      inboxHash: string().key(),
      actor: string().key(),
      followId: string(),
      inbox: string(),
      at: string(),
    }),
    computeKey: ({ memberId, inboxHash, actor }) => ({
      pk: `FOLLOWERS#${memberId}#${shardOf(actor, followerShards)}`,
      sk: `${inboxHash}#${actor}`,
    }),
  });

  /** HELD#id / actor — a follow that waits for sharing to go on, or that a server did not let go of when it ended. */
  const HeldFollow = new Entity({
    name: 'HeldFollow',
    table,
    timestamps: false,
    schema: item({
      memberId: string().key(),
      actor: string().key(),
      followId: string(),
      inbox: string(),
      /** Where it is answered, if not there. */
      answersAt: string().optional(),
      held: string().enum('paused', 'released'),
      at: string(),
      expiresAt,
    }),
    computeKey: ({ memberId, actor }) => ({ pk: `HELD#${memberId}`, sk: actor }),
  });

  /** DOINGS#actor / held#member — that such a follow is there: all of an actor's are found by it. */
  const HeldFollowOf = new Entity({
    name: 'HeldFollowOf',
    table,
    timestamps: false,
    schema: item({ actor: string().key(), memberId: string().key(), expiresAt }),
    computeKey: ({ actor, memberId }) => ({ pk: `DOINGS#${actor}`, sk: `held#${memberId}` }),
  });

  /** INBOXES#id / hash — one distinct inbox of the audience and the interval in which it was in reach. */
  const Inbox = new Entity({
    name: 'Inbox',
    table,
    timestamps: false,
    schema: item({
      memberId: string().key(),
      hash: string().key(),
      url: string(),
      server: string(),
      active: boolean(),
      since: string(),
      until: string().optional(),
      closingAt: string().optional(),
      goneLooks: number().optional(),
      goneLookedAt: string().optional(),
    }),
    computeKey: ({ memberId, hash }) => ({ pk: `INBOXES#${memberId}`, sk: hash }),
  });

  /** CLOSINGS#shard / dueAt#member#hash — an inbox that may have no follower any more: to be looked at then. */
  const Closing = new Entity({
    name: 'Closing',
    table,
    timestamps: false,
    schema: item({ shard: number().key(), dueAt: string().key(), memberId: string().key(), hash: string().key() }),
    computeKey: ({ shard, dueAt, memberId, hash }) => ({ pk: `CLOSINGS#${shard}`, sk: `${dueAt}#${memberId}#${hash}` }),
  });

  /** RESULTS#subject / activity#chunk — what one message came to; put whole, so a repeat changes no sum. */
  const Result = new Entity({
    name: 'Result',
    table,
    timestamps: false,
    schema: item({
      subject: string().key(),
      activity: string().key(),
      chunk: string().key(),
      asked: number(),
      accepted: number(),
      gaveUp: number(),
      expiresAt,
    }),
    computeKey: ({ subject, activity, chunk }) => ({ pk: `RESULTS#${subject}`, sk: `${activity}#${chunk}` }),
  });

  /** OUTBOX#shard / dueAt#id — work that was promised in a transaction; deleted when done, swept when overdue. */
  const Job = new Entity({
    name: 'Job',
    table,
    timestamps: false,
    schema: item({
      shard: number().key(),
      dueAt: string().key(),
      id: string().key(),
      queue: string().enum('outbox', 'removals', 'slices', 'keys', 'probes'),
      message: string(),
      attempt: number(),
      /** Nobody has sent its message before: it is not late. */
      planned: boolean().optional(),
    }),
    computeKey: ({ shard, dueAt, id }) => ({ pk: `OUTBOX#${shard}`, sk: `${dueAt}#${id}` }),
  });

  return { Follow, Follower, HeldFollow, HeldFollowOf, Inbox, Closing, Result, Job };
};
