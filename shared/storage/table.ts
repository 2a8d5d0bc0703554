import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Entity } from 'dynamodb-toolbox/entity';
import { boolean } from 'dynamodb-toolbox/schema/boolean';
import { item } from 'dynamodb-toolbox/schema/item';
import { list } from 'dynamodb-toolbox/schema/list';
import { map } from 'dynamodb-toolbox/schema/map';
import { number } from 'dynamodb-toolbox/schema/number';
import { string } from 'dynamodb-toolbox/schema/string';
import { Table } from 'dynamodb-toolbox/table';
import { shardOf } from './keys.ts';

/** Epoch seconds after which DynamoDB may delete a row; it deletes late, so reads look at it as well. */
const expiresAt = number().optional();

/** What rows that follow the activities of one actor about one object share; see domain/standing. */
const standing = { active: boolean(), past: list(string()), revision: number(), expiresAt };

/** Every row of the system: one entity here = one kind of row. */
export function tables(tableName: string, client = new DynamoDBClient({})) {
  const table = new Table({
    name: tableName,
    documentClient: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    partitionKey: { name: 'pk', type: 'string' },
    sortKey: { name: 'sk', type: 'string' },
  });

  /** MEMBER#id / MEMBER — profile, sharing state, actor. Expires unless sharing is turned on. */
  const Member = new Entity({
    name: 'Member',
    table,
    timestamps: false,
    schema: item({
      memberId: string().key(),
      username: string(),
      displayName: string(),
      bio: string(),
      avatarUrl: string().optional(),
      headerUrl: string().optional(),
      fields: list(map({ name: string(), value: string() })),
      publicProfile: boolean(),
      country: string(),
      adult: boolean(),
      sharing: string().enum('off', 'on', 'removing'),
      epoch: number(),
      actorKey: string().optional(),
      publicKeyPem: string().optional(),
      consent: map({ textVersion: string(), at: string() }).optional(),
      createdAt: string(),
      updatedAt: string(),
      expiresAt,
    }),
    computeKey: ({ memberId }) => ({ pk: `MEMBER#${memberId}`, sk: 'MEMBER' }),
  });
  /** MEMBER#id / TALLY — how many followers and shared posts; apart, so that counting never fights with the profile. */
  const MemberTally = new Entity({
    name: 'MemberTally',
    table,
    timestamps: false,
    schema: item({ memberId: string().key(), followers: number().optional(), posts: number().optional() }),
    computeKey: ({ memberId }) => ({ pk: `MEMBER#${memberId}`, sk: 'TALLY' }),
  });
  /** HANDLE#username / HANDLE — whose handle is it? Expires with a profile that was never shared. */
  const Handle = new Entity({
    name: 'Handle',
    table,
    timestamps: false,
    schema: item({ username: string().key(), memberId: string(), expiresAt }),
    computeKey: ({ username }) => ({ pk: `HANDLE#${username}`, sk: 'HANDLE' }),
  });
  /** ACTOR#actorKey / ACTOR — whose actor is it? */
  const ActorKey = new Entity({
    name: 'ActorKey',
    table,
    timestamps: false,
    schema: item({ actorKey: string().key(), memberId: string() }),
    computeKey: ({ actorKey }) => ({ pk: `ACTOR#${actorKey}`, sk: 'ACTOR' }),
  });
  /** MEMBER#id / POST#objectKey — one sharing of a post; sorts by time. */
  const Post = new Entity({
    name: 'Post',
    table,
    timestamps: false,
    schema: item({
      memberId: string().key(),
      objectKey: string().key(),
      postId: string(),
      text: string(),
      language: string().optional(),
      attachments: list(
        map({
          url: string(),
          mediaType: string(),
          altText: string().optional(),
          width: number().optional(),
          height: number().optional(),
        }),
      ),
      sensitive: boolean(),
      contentWarning: string().optional(),
      state: string().enum('waiting', 'shared', 'deleted', 'cancelled'),
      epoch: number(),
      version: number(),
      sharesAt: string(),
      firstSentAt: string().optional(),
      editedAt: string().optional(),
      deletedAt: string().optional(),
    }),
    computeKey: ({ memberId, objectKey }) => ({ pk: `MEMBER#${memberId}`, sk: `POST#${objectKey}` }),
  });
  /** MEMBER#id / POSTID#postId — the latest sharing of the platform's post. */
  const PostId = new Entity({
    name: 'PostId',
    table,
    timestamps: false,
    schema: item({ memberId: string().key(), postId: string().key(), objectKey: string() }),
    computeKey: ({ memberId, postId }) => ({ pk: `MEMBER#${memberId}`, sk: `POSTID#${postId}` }),
  });
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
    computeKey: ({ memberId, actor }) => ({ pk: `FOLLOWERS#${memberId}#${shardOf(actor, 16)}`, sk: actor }),
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
  /** INTERACTIONS#objectKey / like#actor or boost#actor — counted once per actor; an inactive row remembers an Undo. */
  const Reaction = new Entity({
    name: 'Reaction',
    table,
    timestamps: false,
    schema: item({
      objectKey: string().key(),
      reaction: string().enum('like', 'boost').key(),
      actor: string().key(),
      activityId: string(),
      at: string(),
      ...standing,
    }),
    computeKey: ({ objectKey, reaction, actor }) => ({ pk: `INTERACTIONS#${objectKey}`, sk: `${reaction}#${actor}` }),
  });
  /** INTERACTIONS#objectKey / reply#published#id — a public answer; sorts by time. */
  const Reply = new Entity({
    name: 'Reply',
    table,
    timestamps: false,
    schema: item({
      objectKey: string().key(),
      published: string().key(),
      id: string().key(),
      actor: string(),
      url: string(),
      content: string(),
    }),
    computeKey: ({ objectKey, published, id }) => ({ pk: `INTERACTIONS#${objectKey}`, sk: `reply#${published}#${id}` }),
  });
  /** DOINGS#actor / reply#id — where an actor's reply is kept; an inactive row remembers a Delete. */
  const ReplyOf = new Entity({
    name: 'ReplyOf',
    table,
    timestamps: false,
    schema: item({
      actor: string().key(),
      id: string().key(),
      objectKey: string().optional(),
      published: string().optional(),
      active: boolean(),
      expiresAt,
    }),
    computeKey: ({ actor, id }) => ({ pk: `DOINGS#${actor}`, sk: `reply#${id}` }),
  });
  /** DOINGS#actor / follow#member — whom an actor follows, to drop it all when the actor is deleted. */
  const FollowOf = new Entity({
    name: 'FollowOf',
    table,
    timestamps: false,
    schema: item({ actor: string().key(), memberId: string().key() }),
    computeKey: ({ actor, memberId }) => ({ pk: `DOINGS#${actor}`, sk: `follow#${memberId}` }),
  });
  /** INTERACTIONS#objectKey / TALLY — how many likes, boosts, replies. */
  const Tally = new Entity({
    name: 'Tally',
    table,
    timestamps: false,
    schema: item({
      objectKey: string().key(),
      likes: number().optional(),
      boosts: number().optional(),
      replies: number().optional(),
    }),
    computeKey: ({ objectKey }) => ({ pk: `INTERACTIONS#${objectKey}`, sk: 'TALLY' }),
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
  /** REMOTE#actor / ACTOR — name, pages and inboxes of someone elsewhere; refreshed, or gone after 30 days. */
  const RemoteActor = new Entity({
    name: 'RemoteActor',
    table,
    timestamps: false,
    schema: item({
      id: string().key(),
      handle: string(),
      name: string(),
      url: string(),
      server: string(),
      inbox: string(),
      sharedInbox: string().optional(),
      fetchedAt: string(),
      expiresAt,
    }),
    computeKey: ({ id }) => ({ pk: `REMOTE#${id}`, sk: 'ACTOR' }),
  });
  /** KEY#keyId / KEY — a remote actor's public key, or since when it could not be had. */
  const RemoteKey = new Entity({
    name: 'RemoteKey',
    table,
    timestamps: false,
    schema: item({
      keyId: string().key(),
      actor: string(),
      pem: string().optional(),
      failure: string().optional(),
      fetchedAt: string(),
      expiresAt,
    }),
    computeKey: ({ keyId }) => ({ pk: `KEY#${keyId}`, sk: 'KEY' }),
  });
  /** PRIVATEKEY#owner / KEY — a private key under its data key; the owner is the additional authenticated data. */
  const PrivateKey = new Entity({
    name: 'PrivateKey',
    table,
    timestamps: false,
    schema: item({ owner: string().key(), dataKey: string(), sealed: string() }),
    computeKey: ({ owner }) => ({ pk: `PRIVATEKEY#${owner}`, sk: 'KEY' }),
  });
  /** DATAKEY#name / KEY — a data key as KMS wrapped it. */
  const DataKey = new Entity({
    name: 'DataKey',
    table,
    timestamps: false,
    schema: item({ name: string().key(), wrapped: string() }),
    computeKey: ({ name }) => ({ pk: `DATAKEY#${name}`, sk: 'KEY' }),
  });
  /** INSTANCE / ACTOR — the public key of the deployment's own actor. */
  const Instance = new Entity({
    name: 'Instance',
    table,
    timestamps: false,
    schema: item({ name: string().key(), publicKeyPem: string() }),
    computeKey: () => ({ pk: 'INSTANCE', sk: 'ACTOR' }),
  });

  return {
    table,
    Member,
    MemberTally,
    Handle,
    ActorKey,
    Post,
    PostId,
    Follower,
    Inbox,
    Reaction,
    Reply,
    ReplyOf,
    FollowOf,
    Tally,
    Result,
    Job,
    RemoteActor,
    RemoteKey,
    PrivateKey,
    DataKey,
    Instance,
  };
}

/** All entities on one table. */
export type Tables = ReturnType<typeof tables>;
