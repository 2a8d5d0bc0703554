import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { did, ended, type Standing, undid } from '#shared/domain/standing';

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
    const [early, noon, late] = ['2026-11-23T11:00:00.000Z', '2026-11-23T12:00:00.000Z', '2026-11-23T13:00:00.000Z'];
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
    test('can be undone again', () => expect(undid(did(over, '1', late), '1', late).active).toBe(false));
  });

  test('late copies, wherever they come, change nothing', () => {
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
