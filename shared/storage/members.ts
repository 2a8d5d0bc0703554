import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add, $remove, $set, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import type { Job } from '../domain/job.ts';
import type { Member, Profile } from '../domain/member.ts';
import type { Removal } from '../domain/removal.ts';
import { promise } from './jobs.ts';
import { epochSeconds, handleKey, isLive } from './keys.ts';
import { memberHolds } from './member-holds.ts';
import { memberSwitch, removedBy } from './member-switch.ts';
import { beginning } from './removals.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused } from './transact.ts';

/** Seconds that a profile is kept while sharing was never turned on: long enough to show the settings page and decide. */
export const undecidedSeconds = 24 * 3600;

/** What a change of the profile leads to. */
interface ProfileConsequences {
  readonly job?: Job | undefined;
  readonly removal?: Removal | undefined;
  readonly pauses?: boolean | undefined;
}

/** Members, their handles and actor keys. */
export const members = (tables: Tables) => {
  const { Member, MemberTally, Handle, ActorKey } = tables;

  const find = async (memberId: string, now: Date, { consistent = false } = {}): Promise<Member | undefined> => {
    const { Item } = await Member.build(GetItemCommand).key({ memberId }).options({ consistent }).send();
    return Item && isLive(Item, now) ? Item : undefined;
  };

  /** Frees the handle that a member had, unless someone else has it by now. */
  const released = ({ username, memberId }: Member) =>
    Handle.build(DeleteTransaction)
      .key({ username: handleKey(username) })
      .options({
        condition: {
          or: [
            { attr: 'username', exists: false },
            { attr: 'memberId', eq: memberId },
          ],
        },
      });

  return {
    ...memberSwitch(tables),
    ...memberHolds(tables),

    find,

    /** The member whose handle has this name, in any case of letters. */
    findByUsername: async (username: string, now: Date): Promise<Member | undefined> => {
      const { Item } = await Handle.build(GetItemCommand)
        .key({ username: handleKey(username) })
        .send();
      return Item && isLive(Item, now) ? find(Item.memberId, now) : undefined;
    },

    /** The member behind an actor id. */
    findByActorKey: async (actorKey: string, now: Date): Promise<Member | undefined> => {
      const { Item } = await ActorKey.build(GetItemCommand).key({ actorKey }).send();
      return Item && find(Item.memberId, now);
    },

    /**
     * Stores a profile and claims its handle. `before` is the member as last read. A job, when given, is promised with it;
     * a removal turns sharing off in the same write, and the job is then the removal's; `pauses` pauses it without an end.
     * `taken`: the handle belongs to someone else. `changed`: someone else wrote in between; read again.
     */
    saveProfile: async (
      memberId: string,
      profile: Profile,
      before: Member | undefined,
      now: Date,
      { job, removal, pauses = false }: ProfileConsequences = {},
    ): Promise<'saved' | 'taken' | 'changed'> => {
      const time = now.toISOString();
      const lasting = before?.actorKey ? {} : { expiresAt: epochSeconds(now, undecidedSeconds) };
      const renamed = before && handleKey(before.username) !== handleKey(profile.username);
      const mine = Handle.build(PutTransaction)
        .item({ username: handleKey(profile.username), memberId, ...lasting })
        .options({
          condition: {
            or: [
              { attr: 'username', exists: false },
              { attr: 'memberId', eq: memberId },
              { attr: 'expiresAt', lt: epochSeconds(now) },
            ],
          },
        });
      const shown = { ...profile, fields: [...profile.fields], updatedAt: time };
      const member = before
        ? Member.build(UpdateTransaction)
            .item({
              memberId,
              ...shown,
              fields: $set(shown.fields),
              avatarUrl: profile.avatarUrl ?? $remove(),
              headerUrl: profile.headerUrl ?? $remove(),
              quotes: profile.quotes ?? $remove(),
              suspended: profile.suspended ?? $remove(),
              ...(removal ? { sharing: 'removing' as const, ...removedBy(removal, before) } : {}),
              ...(pauses ? { sharing: 'paused' as const, pausedUntil: $remove() } : {}),
              ...lasting,
            })
            .options({
              condition: {
                and: [
                  { attr: 'updatedAt', eq: before.updatedAt },
                  { attr: 'epoch', eq: before.epoch },
                ],
              },
            })
        : Member.build(PutTransaction)
            .item({ memberId, ...shown, sharing: 'off', epoch: 0, removedUpTo: 0, createdAt: time, ...lasting })
            .options({
              condition: {
                or: [
                  { attr: 'memberId', exists: false },
                  { attr: 'expiresAt', lt: epochSeconds(now) },
                ],
              },
            });
      const outcome = await transact(
        mine,
        member,
        renamed ? released(before) : undefined,
        job && promise(tables, job),
        removal && beginning(tables, removal, now),
      );
      if (outcome.kind === 'done') return 'saved';
      return outcome.failed.includes(0) ? 'taken' : 'changed';
    },

    /** Publishes the public half of the member's key pair; the first one stays. Who is gone gets none any more. */
    publishKey: async (memberId: string, publicKeyPem: string): Promise<void> => {
      await unlessRefused(
        Member.build(UpdateItemCommand)
          .item({ memberId, publicKeyPem })
          .options({
            condition: {
              and: [
                { attr: 'actorKey', exists: true },
                { attr: 'publicKeyPem', exists: false },
                { attr: 'sharing', ne: 'gone' },
              ],
            },
          }),
      );
    },

    /** Followers and shared posts, counted. */
    tally: async (memberId: string): Promise<{ readonly followers: number; readonly posts: number }> => {
      const { Item } = await MemberTally.build(GetItemCommand).key({ memberId }).send();
      return { followers: Item?.followers ?? 0, posts: Item?.posts ?? 0 };
    },
  };
};

/** The transaction item that changes a member's counts. */
export const count = ({ MemberTally }: Tables, memberId: string, change: { followers?: number; posts?: number }) =>
  MemberTally.build(UpdateTransaction).item({
    memberId,
    ...(change.followers === undefined ? {} : { followers: $add(change.followers) }),
    ...(change.posts === undefined ? {} : { posts: $add(change.posts) }),
  });

/** Members as storage offers them. */
export type Members = ReturnType<typeof members>;
