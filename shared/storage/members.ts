import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add, $remove, $set, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import type { Job } from '../domain/job.ts';
import type { Consent, Member, Profile } from '../domain/member.ts';
import { promise } from './jobs.ts';
import { epochSeconds, isLive } from './keys.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused } from './transact.ts';

/** Seconds that a profile is kept while sharing was never turned on: long enough to show the settings page and decide. */
export const undecidedSeconds = 24 * 3600;

const handleKey = (username: string) => username.toLowerCase();

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

  /** Sharing goes from one state to another within its epoch, if it still is in the first. */
  const change = async (member: Member, from: Member['sharing'], to: Member['sharing'], now: Date) => {
    const outcome = await transact(
      Member.build(UpdateTransaction)
        .item({ memberId: member.memberId, sharing: to, updatedAt: now.toISOString() })
        .options({
          condition: {
            and: [
              { attr: 'epoch', eq: member.epoch },
              { attr: 'sharing', eq: from },
            ],
          },
        }),
    );
    return outcome.kind === 'done';
  };

  return {
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
     * `endsSharing` turns sharing off in the same write, and the job is then the removal.
     * `taken`: the handle belongs to someone else. `changed`: someone else wrote in between; read again.
     */
    saveProfile: async (
      memberId: string,
      profile: Profile,
      before: Member | undefined,
      now: Date,
      { job, endsSharing = false }: { readonly job?: Job | undefined; readonly endsSharing?: boolean | undefined } = {},
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
              ...(endsSharing ? { sharing: 'removing' as const, epoch: before.epoch + 1 } : {}),
              ...lasting,
            })
            .options({ condition: { attr: 'updatedAt', eq: before.updatedAt } })
        : Member.build(PutTransaction)
            .item({ memberId, ...shown, sharing: 'off', epoch: 0, createdAt: time, ...lasting })
            .options({
              condition: {
                or: [
                  { attr: 'memberId', exists: false },
                  { attr: 'expiresAt', lt: epochSeconds(now) },
                ],
              },
            });
      const outcome = await transact(mine, member, renamed ? released(before) : undefined, job && promise(tables, job));
      if (outcome.kind === 'done') return 'saved';
      return outcome.failed.includes(0) ? 'taken' : 'changed';
    },

    /** Turns sharing on, if nothing changed meanwhile; `job` (making the keys) is promised with it. */
    turnOn: async (
      member: Member,
      { actorKey, consent, now, job }: { actorKey: string; consent: Consent; now: Date; job: Job | undefined },
    ): Promise<boolean> => {
      const outcome = await transact(
        Member.build(UpdateTransaction)
          .item({
            memberId: member.memberId,
            sharing: 'on',
            epoch: member.epoch + 1,
            actorKey,
            consent: $set(consent),
            updatedAt: now.toISOString(),
            expiresAt: $remove(),
          })
          .options({
            condition: {
              and: [
                { attr: 'epoch', eq: member.epoch },
                { attr: 'sharing', eq: 'off' },
                { attr: 'updatedAt', eq: member.updatedAt },
              ],
            },
          }),
        Handle.build(PutTransaction)
          .item({ username: handleKey(member.username), memberId: member.memberId })
          .options({ condition: { attr: 'memberId', eq: member.memberId } }),
        ActorKey.build(PutTransaction).item({ actorKey, memberId: member.memberId }),
        job && promise(tables, job),
      );
      return outcome.kind === 'done';
    },

    /** Nothing new is shared from now on, if sharing is still on. */
    pause: (member: Member, now: Date): Promise<boolean> => change(member, 'on', 'paused', now),

    /** Posts are shared again, if sharing is still paused. */
    resume: (member: Member, now: Date): Promise<boolean> => change(member, 'paused', 'on', now),

    /** Turns sharing off, if it is still on or paused; `job` (the removal) is promised with it. */
    turnOff: async (member: Member, { now, job }: { now: Date; job: Job }): Promise<boolean> => {
      const outcome = await transact(
        Member.build(UpdateTransaction)
          .item({
            memberId: member.memberId,
            sharing: 'removing',
            epoch: member.epoch + 1,
            updatedAt: now.toISOString(),
          })
          .options({
            condition: {
              and: [
                { attr: 'epoch', eq: member.epoch },
                { attr: 'sharing', in: ['on', 'paused'] },
              ],
            },
          }),
        promise(tables, job),
      );
      return outcome.kind === 'done';
    },

    /** Every server was asked: sharing may be turned on again. Does nothing when that has happened already. */
    finishRemoval: async (memberId: string, epoch: number): Promise<void> => {
      await unlessRefused(
        Member.build(UpdateItemCommand)
          .item({ memberId, sharing: 'off' })
          .options({
            condition: {
              and: [
                { attr: 'epoch', eq: epoch },
                { attr: 'sharing', eq: 'removing' },
              ],
            },
          }),
      );
    },

    /** Publishes the public half of the member's key pair; the first one stays. */
    publishKey: async (memberId: string, publicKeyPem: string): Promise<void> => {
      await unlessRefused(
        Member.build(UpdateItemCommand)
          .item({ memberId, publicKeyPem })
          .options({
            condition: {
              and: [
                { attr: 'actorKey', exists: true },
                { attr: 'publicKeyPem', exists: false },
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
