/** How a look ends, goes on later, or does not begin. */
import { describe, expect, test } from 'vitest';
import type { Ask, Look } from '#shared/domain/removal';
import type { LookDeps } from '../../../functions/ask/look.ts';
import {
  aLook,
  anAsk,
  at,
  hardlyAny,
  job,
  message,
  none,
  noted,
  nothing,
  now,
  unreadable,
} from '../../support/looker.ts';

describe('a look that cannot end now', () => {
  test('for lack of time goes on at once, and does not look twice', async () => {
    const asks = { a: anAsk('a.test'), b: anAsk('b.test', { look: noted(none) }) };
    const first = await aLook({ asks }, { context: hardlyAny });
    expect([first.sought, first.looks, first.closed]).toEqual([[], {}, []]);
    expect(first.further).toEqual([
      { message: { ...message, job: { ...job, dueAt: at(40) }, since: now }, delaySeconds: 0 },
    ]);
    const second = await aLook({ asks }, { sent: first.further[0]!.message });
    expect(second.sought.map(({ server }) => server.host)).toEqual(['a.test']);
    expect(second.closed).toHaveLength(1);
  });

  test('looks again at what an earlier one found only if it was asked for, or more was answered since', async () => {
    const looked = (more: Partial<Ask>) => ({ a: anAsk('a.test', { look: { at: at(28), ...none }, ...more }) });
    expect((await aLook({ asks: looked({ lastAt: at(27) }) })).sought).toHaveLength(0);
    expect((await aLook({ asks: looked({ lastAt: at(29) }) })).sought).toHaveLength(1);
    const again = { ...message, again: true };
    const first = await aLook({ asks: looked({ lastAt: at(27) }) }, { sent: again, context: hardlyAny });
    expect(first.further).toMatchObject([{ message: { again: true, since: now } }]);
    const second = await aLook({ asks: looked({ lastAt: at(27) }) }, { sent: first.further[0]!.message });
    expect(second.sought).toHaveLength(1);
  });

  test('because many look at that server waits as long as that takes', async () => {
    const limits: LookDeps['limits'] = {
      take: async (name) => (name === 'look#a.test' ? { taken: false, afterSeconds: 120 } : { taken: true }),
    };
    const asks = { a: anAsk('a.test'), b: anAsk('b.test') };
    const { sought, looks, further, closed } = await aLook({ asks, more: { limits } });
    expect(sought.map(({ server }) => server.host)).toEqual(['b.test']);
    expect([looks, closed]).toEqual([{ 'b.test': noted(none) }, []]);
    expect(further).toMatchObject([{ delaySeconds: 120, message: { since: now } }]);
  });

  test('does not wait for so long that the sweep takes it for lost', async () => {
    const limits: LookDeps['limits'] = { take: async () => ({ taken: false, afterSeconds: 900 }) };
    expect((await aLook({ more: { limits } })).further).toMatchObject([{ delaySeconds: 240 }]);
  });

  test('for an hour ends all the same', async () => {
    const limits: LookDeps['limits'] = { take: async () => ({ taken: false, afterSeconds: 120 }) };
    const { looks, further, closed } = await aLook({ more: { limits } }, { sent: { ...message, since: at(-31) } });
    expect([looks, further, closed]).toEqual([{ 'a.test': noted(unreadable) }, [], [job]]);
  });

  test('because of an error of our own keeps what it found, and comes again', async () => {
    const noteLooks = new Map<string, Look>();
    const failing = aLook({
      asks: { a: anAsk('a.test'), b: anAsk('b.test') },
      more: {
        looks: {
          note: async (_removalId, _sheet, looks) => {
            for (const [host, one] of Object.entries(looks)) noteLooks.set(host, one);
          },
        },
        lookForCopies: async ({ server }) => {
          if (server.host === 'a.test') throw new TypeError('bug');
          return none;
        },
      },
    });
    await expect(failing).rejects.toThrow('bug');
    expect([...noteLooks]).toEqual([['b.test', noted(none)]]);
  });
});

describe('nothing is looked for', () => {
  test('when the job is done or was taken over', async () => {
    const { sought, closed } = await aLook({
      more: { jobs: { isOpen: async () => false, renew: nothing, close: nothing } },
    });
    expect([sought, closed]).toEqual([[], []]);
  });

  test.each<[string, Partial<LookDeps>]>([
    ['removal', { removals: { find: async () => undefined } }],
    ['sheet', { receipts: { sheet: async () => [] }, looks: { note: nothing } }],
  ])('when the %s is gone: the job ends', async (_, more) => {
    const { sought, closed } = await aLook({ more });
    expect([sought, closed]).toEqual([[], [job]]);
  });

  test('any more when another message took the job over meanwhile', async () => {
    const jobs = { isOpen: async () => true, renew: async () => undefined, close: nothing };
    expect((await aLook({ more: { jobs } }, { context: hardlyAny })).further).toEqual([]);
  });
});
