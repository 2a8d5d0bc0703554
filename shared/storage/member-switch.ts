import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $remove, $set, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { isHeld } from '../domain/hold.ts';
import type { Job } from '../domain/job.ts';
import { type Consent, consentsBefore, type Member } from '../domain/member.ts';
import type { Removal } from '../domain/removal.ts';
import { isLegal, type Transition, transitions } from '../domain/sharing.ts';
import { promise } from './jobs.ts';
import { handleKey } from './keys.ts';
import { beginning } from './removals.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused, type WriteItem } from './transact.ts';

type Removed = ReturnType<typeof $remove>;

/** What a transition writes beside the state that it leads to. */
interface Changes {
  readonly epoch?: number;
  readonly removedUpTo?: number;
  readonly removalId?: string;
  readonly pausedUntil?: string | Removed;
}

/** A removal, its first job, and when it begins. */
export interface Removing {
  readonly removal: Removal;
  readonly job: Job;
  readonly now: Date;
}

/** What a removal of everything writes: all posts up to now are removed, and nothing that was queued before leaves. */
export const removedBy = ({ id }: Removal, { epoch }: Member) => ({
  epoch: epoch + 1,
  removedUpTo: epoch,
  removalId: id,
  pausedUntil: $remove(),
});

/** The condition that the switch is still where a decision found it. */
export const asDecided = ({ epoch, sharing }: Member) => [
  { attr: 'epoch' as const, eq: epoch },
  { attr: 'sharing' as const, eq: sharing },
];

/** A profile that tells nothing. */
export const blank = () => ({
  displayName: '',
  bio: '',
  country: '',
  publicProfile: false,
  adult: false,
  fields: $set([]),
  avatarUrl: $remove(),
  headerUrl: $remove(),
  quotes: $remove(),
  suspended: $remove(),
});

/** The switch of a member. Each transition is written only from the very state in which it was decided, and only if it is legal there. */
export const memberSwitch = (tables: Tables) => {
  const { Member, Handle, ActorKey } = tables;

  /** What else a transition is decided on: a wish for another end, or a rule that fails, is not overtaken; nor is an order. */
  const alsoAsDecided = (transition: Transition, member: Member) => {
    const { updatedAt, pausedUntil } = member;
    if (transition === 'deleteForEver') return [{ attr: 'holds' as const, exists: isHeld(member) }];
    if (transition !== 'resume') return [];
    const sameEnd =
      pausedUntil === undefined
        ? { attr: 'pausedUntil' as const, exists: false as const }
        : { attr: 'pausedUntil' as const, eq: pausedUntil };
    return [{ attr: 'updatedAt' as const, eq: updatedAt }, sameEnd];
  };

  const make = async (
    transition: Transition,
    member: Member,
    now: Date,
    changes: Changes,
    ...more: readonly (WriteItem | undefined)[]
  ): Promise<boolean> => {
    if (!isLegal(transition, member)) return false;
    const outcome = await transact(
      Member.build(UpdateTransaction)
        .item({
          memberId: member.memberId,
          sharing: transitions[transition].to,
          updatedAt: now.toISOString(),
          ...changes,
          ...(transition === 'deleteForEver' && !isHeld(member) ? blank() : {}),
        })
        .options({ condition: { and: [...asDecided(member), ...alsoAsDecided(transition, member)] } }),
      ...more,
    );
    return outcome.kind === 'done';
  };

  const begin = (transition: Transition, member: Member, { removal, job, now }: Removing): Promise<boolean> =>
    make(transition, member, now, removedBy(removal, member), promise(tables, job), beginning(tables, removal, now));

  return {
    /** Turns sharing on, if nothing changed meanwhile; jobs (making the keys, or telling those who knew the member) are promised with it. */
    turnOn: async (
      member: Member,
      { actorKey, consent, now, jobs = [] }: { actorKey: string; consent: Consent; now: Date; jobs?: readonly Job[] },
    ): Promise<boolean> => {
      if (!isLegal('turnOn', member)) return false;
      const earlier = consentsBefore(member);
      const outcome = await transact(
        Member.build(UpdateTransaction)
          .item({
            memberId: member.memberId,
            sharing: transitions.turnOn.to,
            epoch: member.epoch + 1,
            actorKey,
            consent: $set(consent),
            ...(earlier.length > 0 ? { earlierConsents: $set(earlier) } : {}),
            removalId: $remove(),
            updatedAt: now.toISOString(),
            expiresAt: $remove(),
          })
          .options({ condition: { and: [...asDecided(member), { attr: 'updatedAt', eq: member.updatedAt }] } }),
        Handle.build(PutTransaction)
          .item({ username: handleKey(member.username), memberId: member.memberId })
          .options({ condition: { attr: 'memberId', eq: member.memberId } }),
        ActorKey.build(PutTransaction).item({ actorKey, memberId: member.memberId }),
        ...jobs.map((job) => promise(tables, job)),
      );
      return outcome.kind === 'done';
    },

    /** Nothing new is shared from now on, until it is resumed; `job` resumes it by itself. */
    pause: (
      member: Member,
      { now, until, job }: { now: Date; until?: string | undefined; job?: Job | undefined },
    ): Promise<boolean> => make('pause', member, now, { pausedUntil: until ?? $remove() }, job && promise(tables, job)),

    /** Posts are shared again, if sharing is still paused; `job` goes on with the follows that waited. */
    resume: (member: Member, { now, job }: { now: Date; job?: Job }): Promise<boolean> =>
      make('resume', member, now, { pausedUntil: $remove() }, job && promise(tables, job)),

    /** When a pause ends by itself: at another time, or never. */
    pauseUntil: async (member: Member, until: string | undefined, job: Job | undefined): Promise<boolean> => {
      if (member.sharing !== 'paused') return false;
      const outcome = await transact(
        Member.build(UpdateTransaction)
          .item({ memberId: member.memberId, pausedUntil: until ?? $remove() })
          .options({ condition: { and: asDecided(member) } }),
        job && promise(tables, job),
      );
      return outcome.kind === 'done';
    },

    /** Nothing more is shared; what is out there is left. */
    stop: (member: Member, now: Date): Promise<boolean> =>
      make('stop', member, now, { epoch: member.epoch + 1, pausedUntil: $remove() }),

    /** Sharing ends, or has ended, and the removal of all that was shared begins; its job is promised with it. */
    remove: (member: Member, removing: Removing): Promise<boolean> =>
      begin(member.sharing === 'off' ? 'removeLater' : 'stopAndRemove', member, removing),

    /**
     * The member is deleted for ever: nothing of the profile is kept but the name, which the blank actor needs until it goes
     * as well. Unless a legal order holds it.
     */
    deleteForEver: (member: Member, removing: Removing): Promise<boolean> => begin('deleteForEver', member, removing),

    /** Every server was asked: sharing may be turned on again. Does nothing when that has happened already. */
    finishRemoval: async (memberId: string, epoch: number): Promise<void> => {
      await unlessRefused(
        Member.build(UpdateItemCommand)
          .item({ memberId, sharing: transitions.finishRemoving.to })
          .options({
            condition: {
              and: [
                { attr: 'epoch', eq: epoch },
                { attr: 'sharing', in: [...transitions.finishRemoving.from] },
              ],
            },
          }),
      );
    },

    /**
     * Nobody needs the key of someone who is gone any more: from now on the actor answers 410. The name goes as well, unless a
     * legal order holds it; id and handle stay taken.
     */
    bury: async (memberId: string): Promise<void> => {
      const gone = { attr: 'sharing' as const, eq: 'gone' as const };
      const nothingHeld = { attr: 'holds' as const, exists: false as const };
      const erased = await unlessRefused(
        Member.build(UpdateItemCommand)
          .item({ memberId, ...blank(), username: '', publicKeyPem: $remove() })
          .options({ condition: { and: [gone, nothingHeld] } }),
      );
      if (erased) return;
      await unlessRefused(
        Member.build(UpdateItemCommand).item({ memberId, publicKeyPem: $remove() }).options({ condition: gone }),
      );
    },
  };
};
