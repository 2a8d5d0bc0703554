import { describe, expect, test } from 'vitest';
import type { Job } from '../../../shared/domain/job.ts';
import { consentsOf, type Member } from '../../../shared/domain/member.ts';
import { isLegal, type Transition, transitions } from '../../../shared/domain/sharing.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { members } from '../../../shared/storage/members.ts';
import { removals } from '../../../shared/storage/removals.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { aProfile } from '../../support/platform-client.ts';
import { aJob, aMember, aRemoval, aSharer, noon, unique } from '../../support/storage-samples.ts';

const names = Object.keys(transitions) as Transition[];
const places = ['new', 'on', 'paused', 'left', 'removing', 'off', 'gone'] as const;
type Place = (typeof places)[number];

describeStorage('the switch of a member', (table) => {
  const all = () => members(table().tables);
  const read = async (memberId: string): Promise<Member> =>
    (await members(table().reliable).find(memberId, noon(), { consistent: true }))!;
  const isPromised = (job: Job) => jobs(table().reliable).isOpen(jobKey(job));

  /** Makes a transition, with a job where it has one; `removal` is what it would begin. */
  const make = async (transition: Transition, member: Member, seconds = 60) => {
    const now = noon(seconds);
    const job = aJob();
    const removal = aRemoval(member, now, { kind: transition === 'deleteForEver' ? 'forEver' : 'sharing' });
    const run = async (): Promise<boolean> => {
      switch (transition) {
        case 'turnOn': {
          const consent = { textVersion: '1', at: now.toISOString() };
          return all().turnOn(member, { actorKey: member.actorKey ?? unique('k'), consent, now, jobs: [job] });
        }
        case 'pause':
          return all().pause(member, { now, until: noon(9999).toISOString(), job });
        case 'resume':
          return all().resume(member, { now, job });
        case 'stop':
          return all().stop(member, now);
        case 'stopAndRemove':
        case 'removeLater':
          return all().remove(member, { removal, job, now });
        case 'deleteForEver':
          return all().deleteForEver(member, { removal, job, now });
        case 'finishRemoving': {
          await all().finishRemoval(member.memberId, member.epoch);
          return (await read(member.memberId)).sharing !== member.sharing;
        }
      }
    };
    const isDone = await run();
    return { isDone, job, removal };
  };

  /** Someone whose switch is there, on a way that is legal. */
  const at = async (place: Place): Promise<Member> => {
    const ways: Record<Place, readonly Transition[]> = {
      new: [],
      on: [],
      paused: ['pause'],
      left: ['stop'],
      removing: ['stopAndRemove'],
      off: ['stopAndRemove', 'finishRemoving'],
      gone: ['deleteForEver'],
    };
    let member: Member = place === 'new' ? await aMember(table().tables) : await aSharer(table().tables);
    for (const transition of ways[place]) {
      await make(transition, member, 30);
      member = await read(member.memberId);
    }
    return member;
  };

  describe.each(places)('that is %s', (place) => {
    test('makes each legal transition, with all that belongs to it, and no other', async () => {
      await Promise.all(
        names.map(async (transition) => {
          const before = await at(place);
          // Off, on and removing are reached by the same call, which looks by itself which of the two it is.
          if ((transition === 'removeLater') !== (before.sharing === 'off') && /remove/i.test(transition)) return;
          const { isDone, job, removal } = await make(transition, before);
          const what = `${transition} while ${place}`;
          expect(isDone, what).toBe(isLegal(transition, before));
          const after = await read(before.memberId);
          if (!isDone) {
            expect(after, what).toEqual(before);
            expect(await isPromised(job), what).toBe(false);
            return;
          }
          const isNewEpoch = !['pause', 'resume', 'finishRemoving'].includes(transition);
          const removes = ['stopAndRemove', 'removeLater', 'deleteForEver'].includes(transition);
          expect(after.sharing, what).toBe(transitions[transition].to);
          expect(after.epoch, what).toBe(before.epoch + Number(isNewEpoch));
          expect(after.removedUpTo, what).toBe(removes ? before.epoch : before.removedUpTo);
          expect(after.pausedUntil, what).toBe(transition === 'pause' ? noon(9999).toISOString() : undefined);
          expect(await isPromised(job), what).toBe(!['stop', 'finishRemoving'].includes(transition));
          const begun = await removals(table().reliable).find(before.memberId, removal.id, noon());
          expect(begun, what).toEqual(removes ? removal : undefined);
          if (removes) expect(after.removalId, what).toBe(removal.id);
          if (transition === 'turnOn') expect(after.removalId, what).toBeUndefined();
        }),
      );
    });
  });

  test.each<[Place, Transition, Transition]>([
    ['on', 'pause', 'stop'],
    ['on', 'pause', 'stopAndRemove'],
    ['on', 'stop', 'stopAndRemove'],
    ['on', 'stopAndRemove', 'deleteForEver'],
    ['paused', 'resume', 'stop'],
    ['paused', 'resume', 'stopAndRemove'],
    ['left', 'turnOn', 'removeLater'],
    ['left', 'removeLater', 'deleteForEver'],
    ['off', 'turnOn', 'deleteForEver'],
    ['removing', 'deleteForEver', 'deleteForEver'],
  ])(
    'while it is %s, exactly one of %s and %s at once happens, and the other leaves nothing',
    async (place, ...both) => {
      const before = await at(place);
      const outcomes = await Promise.all(both.map((transition) => make(transition, before)));
      expect(outcomes.map(({ isDone }) => isDone).toSorted()).toEqual([false, true]);
      const after = await read(before.memberId);
      for (const [index, { isDone, job, removal }] of outcomes.entries()) {
        const transition = both[index]!;
        if (isDone) expect(after.sharing).toBe(transitions[transition].to);
        expect(await isPromised(job)).toBe(isDone && transition !== 'stop');
        const begun = await removals(table().reliable).find(before.memberId, removal.id, noon());
        expect(begun !== undefined).toBe(
          isDone && transitions[transition].to !== 'on' && after.removalId === removal.id,
        );
      }
    },
  );

  test('a pause can be given another end, or none, and only while it is one', async () => {
    const paused = await at('paused');
    const job = aJob();
    const until = noon(7777).toISOString();
    expect(await all().pauseUntil(paused, until, job)).toBe(true);
    expect(await read(paused.memberId)).toEqual({ ...paused, pausedUntil: until });
    expect(await isPromised(job)).toBe(true);
    expect(await all().pauseUntil(paused, undefined, undefined)).toBe(true);
    expect((await read(paused.memberId)).pausedUntil).toBeUndefined();
    await all().resume(await read(paused.memberId), { now: noon(90) });
    const late = aJob();
    expect(await all().pauseUntil(paused, until, late)).toBe(false);
    expect(await all().pauseUntil(await read(paused.memberId), until, late)).toBe(false);
    expect(await isPromised(late)).toBe(false);
  });

  test('a pause goes on that was given another end since somebody wanted to end it', async () => {
    const paused = await at('paused');
    await all().pauseUntil(paused, undefined, undefined);
    const job = aJob();
    expect(await all().resume(paused, { now: noon(90), job })).toBe(false);
    expect([(await read(paused.memberId)).sharing, await isPromised(job)]).toEqual(['paused', false]);
  });

  test('each consent is kept, in order; the last one is the one that counts', async () => {
    let member = await at('new');
    const agreed = [];
    for (const textVersion of ['1', '2', '2']) {
      const now = noon(10 * agreed.length);
      const consent = { textVersion, at: now.toISOString() };
      await all().turnOn(member, { actorKey: member.actorKey ?? unique('k'), consent, now });
      await all().stop(await read(member.memberId), now);
      member = await read(member.memberId);
      agreed.push(consent);
      expect(member.consent).toEqual(consent);
      expect(consentsOf(member)).toEqual(agreed);
    }
  });

  test('who is gone leaves nothing of the profile but the name, and in the end not even that; handle and id stay taken', async () => {
    const before = await at('on');
    await all().publishKey(before.memberId, 'key');
    await make('deleteForEver', await read(before.memberId));
    const gone = await read(before.memberId);
    expect(gone).toMatchObject({ username: before.username, displayName: '', bio: '', country: '', fields: [] });
    expect(gone).not.toHaveProperty('avatarUrl');
    expect(gone.publicKeyPem).toBe('key');
    expect(gone.consent).toEqual(before.consent);

    await all().bury(before.memberId);
    await all().publishKey(before.memberId, 'another key');
    const buried = await read(before.memberId);
    expect(buried).toMatchObject({ sharing: 'gone', username: '', actorKey: before.actorKey });
    expect(buried).not.toHaveProperty('publicKeyPem');
    const heir = aProfile(before.username.toUpperCase());
    const years = noon(10 * 365 * 24 * 3600);
    expect(await all().saveProfile(unique('m-'), heir, undefined, years)).toBe('taken');
    expect(await all().findByActorKey(before.actorKey!, years)).toEqual(buried);
  });

  test('nobody is buried who is not gone', async () => {
    const on = await at('on');
    await all().bury(on.memberId);
    expect(await read(on.memberId)).toEqual(on);
  });

  test('a profile that pauses sharing does so in the same write, without an end', async () => {
    const on = await at('on');
    const save = async (more: object, before: Member, seconds: number) =>
      all().saveProfile(on.memberId, { ...before, ...more }, before, noon(seconds), { pauses: true });
    expect(await save({ suspended: true }, on, 70)).toBe('saved');
    const paused = await read(on.memberId);
    expect(paused).toMatchObject({ sharing: 'paused', suspended: true, epoch: on.epoch });
    await all().pauseUntil(paused, noon(999).toISOString(), undefined);
    expect(await save({ suspended: true }, await read(on.memberId), 80)).toBe('saved');
    expect((await read(on.memberId)).pausedUntil).toBeUndefined();
  });

  test('a profile that was judged in an older epoch is not saved', async () => {
    const on = await at('on');
    await all().stop(on, new Date(on.updatedAt)); // in the same millisecond
    expect(await all().saveProfile(on.memberId, on, on, noon(90), { pauses: true })).toBe('changed');
    expect((await read(on.memberId)).sharing).toBe('off');
  });
});
