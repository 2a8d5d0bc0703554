import { Entity } from 'dynamodb-toolbox/entity';
import { boolean } from 'dynamodb-toolbox/schema/boolean';
import { item } from 'dynamodb-toolbox/schema/item';
import { list } from 'dynamodb-toolbox/schema/list';
import { map } from 'dynamodb-toolbox/schema/map';
import { number } from 'dynamodb-toolbox/schema/number';
import { string } from 'dynamodb-toolbox/schema/string';
import { expiresAt, type SharingTable } from './table.ts';

/** Rows about members, their handles and their posts. */
export const memberRows = (table: SharingTable) => {
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
      quotes: string().enum('everyone', 'followers', 'nobody').optional(),
      suspended: boolean().optional(),
      sharing: string().enum('off', 'on', 'paused', 'removing', 'gone'),
      epoch: number(),
      removedUpTo: number(),
      pausedUntil: string().optional(),
      removalId: string().optional(),
      holds: list(map({ order: string(), since: string() })).optional(),
      actorKey: string().optional(),
      publicKeyPem: string().optional(),
      consent: map({ textVersion: string(), at: string() }).optional(),
      earlierConsents: list(map({ textVersion: string(), at: string() })).optional(),
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
      removalId: string().optional(),
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

  return { Member, MemberTally, Handle, ActorKey, Post, PostId };
};
