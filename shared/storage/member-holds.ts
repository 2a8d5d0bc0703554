import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $remove, $set } from 'dynamodb-toolbox/entity/actions/update';
import { holdsWithout, type LegalHold } from '../domain/hold.ts';
import type { Job } from '../domain/job.ts';
import type { Member } from '../domain/member.ts';
import { promise } from './jobs.ts';
import { asDecided, blank } from './member-switch.ts';
import type { Tables } from './table.ts';
import { transact } from './transact.ts';

/** New holds come last: their number and the last of them tell whether any came or went since they were read. */
const holdsAsRead = ({ holds = [] }: Member) => {
  const last = holds.at(-1);
  const place = `holds[${holds.length - 1}]` as const;
  return [
    { attr: `holds[${holds.length}]` as const, exists: false },
    ...(last ? [{ attr: `${place}.order` as const, eq: last.order }] : []),
    ...(last ? [{ attr: `${place}.since` as const, eq: last.since }] : []),
  ];
};

/** Legal orders that hold a member. Each change is written only if neither the switch nor another hold was changed meanwhile. */
export const memberHolds = (tables: Tables) => {
  const set = async (member: Member, holds: readonly LegalHold[], job?: Job): Promise<boolean> => {
    const { memberId, sharing, publicKeyPem } = member;
    const isReleased = sharing === 'gone' && holds.length === 0;
    const outcome = await transact(
      tables.Member.build(UpdateTransaction)
        .item({
          memberId,
          holds: holds.length > 0 ? $set([...holds]) : $remove(),
          ...(isReleased ? { ...blank(), ...(publicKeyPem ? {} : { username: '' }) } : {}),
        })
        .options({ condition: { and: [...asDecided(member), ...holdsAsRead(member)] } }),
      job && promise(tables, job),
    );
    return outcome.kind === 'done';
  };

  return {
    /** An order keeps what is stored from being erased. False when something was changed meanwhile. */
    hold: (member: Member, hold: LegalHold): Promise<boolean> =>
      set(member, [...holdsWithout(member, hold.order), hold]),

    /**
     * An order holds no more. With the last one, what was kept of someone who is gone is erased, the rest of it by the job.
     * False when something was changed meanwhile.
     */
    endHold: (member: Member, order: string, job?: Job): Promise<boolean> =>
      set(member, holdsWithout(member, order), job),
  };
};
