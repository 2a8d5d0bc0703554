import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Deed,
  did,
  ended,
  inOrder,
  type Standing,
  standingAfter as together,
  undid,
} from '#shared/domain/standing';

type Step = readonly ['did' | 'undid', string];
const standingAfter = (...steps: readonly Step[]): Standing | undefined =>
  steps.reduce<Standing | undefined>(
    (before, [what, id]) => (what === 'did' ? did(before, id) : undid(before, id)),
    undefined,
  );
const stands = (...steps: readonly Step[]) => standingAfter(...steps)?.active ?? false;

describe('what an actor’s activities about one object come to', () => {
  test.each<{ readonly steps: readonly Step[]; readonly standing: boolean; readonly why: string }>([
    { why: 'done', steps: [['did', '1']], standing: true },
    {
      why: 'done twice',
      steps: [
        ['did', '1'],
        ['did', '1'],
      ],
      standing: true,
    },
    {
      why: 'done and undone',
      steps: [
        ['did', '1'],
        ['undid', '1'],
      ],
      standing: false,
    },
    {
      why: 'undone before it came',
      steps: [
        ['undid', '1'],
        ['did', '1'],
      ],
      standing: false,
    },
    {
      why: 'a late copy of what was undone',
      steps: [
        ['did', '1'],
        ['undid', '1'],
        ['did', '1'],
      ],
      standing: false,
    },
    {
      why: 'done anew',
      steps: [
        ['did', '1'],
        ['undid', '1'],
        ['did', '2'],
      ],
      standing: true,
    },
    {
      why: 'a late copy of the older Undo',
      steps: [
        ['did', '1'],
        ['undid', '1'],
        ['did', '2'],
        ['undid', '1'],
      ],
      standing: true,
    },
    {
      why: 'the newer one overtook the Undo',
      steps: [
        ['did', '1'],
        ['did', '2'],
        ['undid', '1'],
      ],
      standing: true,
    },
    {
      why: 'repeated under a new id, then undone',
      steps: [
        ['did', '1'],
        ['did', '2'],
        ['undid', '2'],
      ],
      standing: false,
    },
    {
      why: 'undone under an id that was made up',
      steps: [
        ['did', '1'],
        ['undid', 'x'],
      ],
      standing: false,
    },
    {
      why: 'a late copy after two rounds',
      steps: [
        ['did', '1'],
        ['undid', '1'],
        ['did', '2'],
        ['undid', '2'],
        ['did', '1'],
      ],
      standing: false,
    },
  ])('$why', ({ steps, standing }) => expect(stands(...steps)).toBe(standing));

  describe('the same id again, as Misskey follows', () => {
    const [early, noon, late, later] = [11, 12, 13, 14].map((hour) => `2026-11-23T${hour}:00:00.000Z`) as [
      string,
      string,
      string,
      string,
    ];
    const over = undid(did(undefined, '1', early), '1', noon);

    test('counts when it was signed after the Undo', () => expect(did(over, '1', late).active).toBe(true));
    test('does not when it is a copy of the one before', () => {
      expect(did(over, '1', early)).toBe(over);
      expect(did(over, '1', noon)).toBe(over);
      expect(did(over, '1')).toBe(over);
    });
    test('does not when the Undo came before the first of it', () => {
      const never = undid(undefined, '1', noon);
      expect(did(never, '1', late)).toBe(never);
    });
    test('counts after an end from our side', () => {
      const ours = ended(did(undefined, '1', early), noon);
      expect(did(ours, '1', early)).toBe(ours);
      expect(did(ours, '1', late).active).toBe(true);
    });
    test('stays when a copy of the Undo before it comes late', () => {
      const again = did(over, '1', late);
      expect(undid(again, '1', noon)).toBe(again);
      expect(undid(again, '1', early)).toBe(again);
      expect(undid(again, '1').active).toBe(false);
    });
    test('can be undone again', () => expect(undid(did(over, '1', late), '1', later).active).toBe(false));
  });

  test('[T11] late copies, wherever they come, change nothing', () => {
    const rounds = fc.array(fc.boolean(), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(rounds, fc.array(fc.nat(), { maxLength: 12 }), (undone, lots) => {
        const history: Step[] = undone.flatMap((taken, round) => [
          ['did', `${round}`] as const,
          ...(taken || round < undone.length - 1 ? [['undid', `${round}`] as const] : []),
        ]);
        const disturbed = [...history];
        for (const lot of lots) {
          const at = lot % disturbed.length;
          const copy = disturbed[at]!;
          const later = at + 1 + (lot % (disturbed.length - at));
          disturbed.splice(later, 0, copy);
        }
        expect(stands(...disturbed)).toBe(stands(...history));
      }),
    );
  });

  test('what changes nothing is the very same standing', () => {
    const one = standingAfter(['did', '1'], ['did', '2']);
    expect(did(one, '1')).toBe(one);
    expect(did(one, '2')).toBe(one);
    expect(undid(one, '1')).toBe(one);
  });

  test('the memory of older activities is bounded', () => {
    const many = standingAfter(...Array.from({ length: 50 }, (_, index): Step => ['did', `${index}`]));
    expect(many?.past).toHaveLength(8);
    expect(many?.past.at(-1)).toBe('48');
  });

  test('what is ended from our side stands no more, and a late copy does not bring it back', () => {
    const over = ended(standingAfter(['did', '1']));
    expect(over?.active).toBe(false);
    expect(did(over, '1')).toBe(over);
    expect(ended(undefined)).toBeUndefined();
  });
});

describe('deeds that come together', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 10, 5, 12, 0, second)).toISOString();
  const aDid = (activityId: string, second: number): Deed => ({ kind: 'did', activityId, signedAt: at(second) });
  const anUndid = (activityId: string, second: number, exactly = false): Deed => ({
    kind: 'undid',
    activityId,
    signedAt: at(second),
    exactly,
  });

  /** What people do: in turn, something and its Undo, each signed later than the one before. */
  const aHistory = fc.array(fc.constantFrom('once', 'undone', 'made up', 'by id'), { maxLength: 5 }).map((rounds) =>
    rounds.flatMap((how, round): Deed[] => {
      const deed = aDid(`${round}`, 10 * round);
      if (how === 'once') return [deed];
      return [deed, anUndid(how === 'made up' ? `x${round}` : `${round}`, 10 * round + 5, how === 'by id')];
    }),
  );
  const isShuffled = (deeds: readonly Deed[]) =>
    fc.shuffledSubarray([...deeds], { minLength: deeds.length, maxLength: deeds.length });

  test('come to what they come to one after the other, in whatever order the queue gives them', () => {
    const shuffled = aHistory.chain((history) => fc.tuple(fc.constant(history), isShuffled(history)));
    fc.assert(
      fc.property(shuffled, ([history, other]) => {
        const before = undid(did(undefined, 'old', at(0)), 'old', at(0));
        expect(together(before, other)).toEqual(together(before, history));
        expect(together(undefined, other)).toEqual(
          history.reduce<Standing | undefined>((standing, deed) => together(standing, [deed]), undefined),
        );
      }),
    );
  });

  test('come to the same however they are cut', () => {
    fc.assert(
      fc.property(aHistory, fc.nat(), (history, lot) => {
        const cut = lot % (history.length + 1);
        expect(together(together(undefined, history.slice(0, cut)), history.slice(cut))).toEqual(
          together(undefined, history),
        );
      }),
    );
  });

  test('may hold repeats', () => {
    fc.assert(
      fc.property(aHistory, fc.array(fc.nat(), { maxLength: 6 }), (history, lots) => {
        const repeats = history.length === 0 ? [] : lots.map((lot) => history[lot % history.length]!);
        expect(together(undefined, [...history, ...repeats])?.active).toBe(together(undefined, history)?.active);
      }),
    );
  });

  test('of the same moment stay in the order in which they came', () => {
    const deeds = [anUndid('x', 1), aDid('1', 1), anUndid('y', 1)];
    expect(inOrder(deeds)).toEqual(deeds);
    expect(inOrder([...deeds, aDid('0', 0)])[0]).toEqual(aDid('0', 0));
  });

  test('an Undo by an id alone undoes that activity and no other', () => {
    const one = did(undefined, '1', at(0));
    expect(together(one, [anUndid('2', 1, true)])).toBe(one);
    expect(together(undefined, [anUndid('1', 1, true)])).toBeUndefined();
    expect(together(one, [anUndid('1', 1, true)])?.active).toBe(false);
  });

  test('an end from our side ends what was signed before it', () => {
    const end: Deed = { kind: 'ended', signedAt: at(5) };
    expect(together(undefined, [end, aDid('1', 1)])?.active).toBe(false);
    expect(together(undefined, [end, aDid('1', 9)])?.active).toBe(true);
    expect(together(undefined, [end])).toBeUndefined();
  });
});
