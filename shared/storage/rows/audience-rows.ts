import { Entity } from 'dynamodb-toolbox/entity';
import { boolean } from 'dynamodb-toolbox/schema/boolean';
import { item } from 'dynamodb-toolbox/schema/item';
import { number } from 'dynamodb-toolbox/schema/number';
import { string } from 'dynamodb-toolbox/schema/string';
import { followerShards, shardOf } from '../keys.ts';
import { expiresAt, type SharingTable, standing } from './table.ts';

/** Rows about who a member's posts go to, and what came of sending them. */
export const audienceRows = (table: SharingTable) => {
  /** FOLLOWERS#id#shard / actor — who follows; an inactive row remembers an Undo. */
  const Follower = new Entity({
    name: 'Follower',
    table,
    timestamps: false,
    schema: item({
      memberId: string().key(),
      actor: string().key(),
      followId: string(),
      inbox: string().optional(),
      at: string(),
      ...standing,
    }),
    computeKey: ({ memberId, actor }) => ({ pk: `FOLLOWERS#${memberId}#${shardOf(actor, followerShards)}`, sk: actor }),
  });

  /** DOINGS#actor / follow#member — whom an actor follows, to drop it all when the actor is deleted. */
  const FollowOf = new Entity({
    name: 'FollowOf',
    table,
    timestamps: false,
    schema: item({ actor: string().key(), memberId: string().key() }),
    computeKey: ({ actor, memberId }) => ({ pk: `DOINGS#${actor}`, sk: `follow#${memberId}` }),
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
    }),
    computeKey: ({ memberId, hash }) => ({ pk: `INBOXES#${memberId}`, sk: hash }),
  });

  /** RESULTS#subject / activity#chunk#attempt — what one chunk came to; put whole, so a repeat changes no sum. */
  const Result = new Entity({
    name: 'Result',
    table,
    timestamps: false,
    schema: item({
      subject: string().key(),
      activity: string().key(),
      chunk: string().key(),
      attempt: number().key(),
      total: number(),
      accepted: number(),
      gaveUp: number(),
      expiresAt,
    }),
    computeKey: ({ subject, activity, chunk, attempt }) => ({
      pk: `RESULTS#${subject}`,
      sk: `${activity}#${chunk}#${attempt}`,
    }),
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
      queue: string().enum('outbox', 'removals', 'keys'),
      message: string(),
      attempt: number(),
    }),
    computeKey: ({ shard, dueAt, id }) => ({ pk: `OUTBOX#${shard}`, sk: `${dueAt}#${id}` }),
  });

  return { Follower, FollowOf, Inbox, Result, Job };
};
