/** Arbitrary conditions, updates, queries and transactions, as dynamodb-toolbox takes them. */
import {
  $add,
  $append,
  $delete,
  $get,
  $prepend,
  $remove,
  $set,
  $subtract,
  $sum,
} from 'dynamodb-toolbox/entity/actions/update';
import fc from 'fast-check';

const aNumber = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.1, 0.2, -1.5, 1e6, 123456.789));
const aText = fc.oneof(fc.constantFrom('', 'a', 'b', 'ab', 'é', '\u{1f600}', '\uffee'), fc.string({ maxLength: 3 }));
const words = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }).map((all) => new Set(all));
const numbers = fc
  .uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 3 })
  .map((all) => new Set(all));
const aSortKey = fc.constantFrom('a', 'ab', 'b', 'é', '\u{1f600}', '\uffee', '1', '10', '2');
const someNumbers = fc.array(aNumber, { maxLength: 3 });
const aMap = fc.record({ x: aNumber, y: aText }, { requiredKeys: [] });
const content = fc.record(
  { n: aNumber, o: aNumber, s: aText, b: fc.boolean(), l: someNumbers, m: aMap, w: words, v: numbers },
  { requiredKeys: [] },
);

/** A comparison; the emulator lets pass what DynamoDB refuses: orders of booleans, a path compared with itself. */
const comparison = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('n', 'o', 'm.x', 'l[0]', 'l[1]'),
      fc.constantFrom('eq', 'ne', 'lt', 'lte', 'gt', 'gte'),
      aNumber,
    )
    .map(([attr, by, value]) => ({ attr, [by]: value })),
  fc
    .tuple(
      fc.constantFrom('s', 'm.y'),
      fc.constantFrom('eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'beginsWith', 'contains'),
      aText,
    )
    .map(([attr, by, value]) => ({ attr, [by]: value })),
  fc.constantFrom('n', 'm.x').map((attr) => ({ attr, lt: { attr: 'o' } })),
  fc
    .constantFrom(...['pk', 'n', 's', 'm', 'm.x', 'l[1]', 'w'])
    .chain((attr) => fc.boolean().map((exists) => ({ attr, exists }))),
  fc
    .tuple(
      fc.constantFrom('n', 's', 'b', 'l', 'm', 'w', 'v'),
      fc.constantFrom('N', 'S', 'BOOL', 'L', 'M', 'SS', 'NS', 'NULL'),
    )
    .map(([attr, type]) => ({ attr, type })),
  fc
    .tuple(fc.constantFrom('s', 'l', 'm', 'w', 'v'), fc.constantFrom('eq', 'gt', 'lte'), fc.integer({ min: 0, max: 3 }))
    .map(([size, by, value]) => ({ size, [by]: value })),
  fc.tuple(aNumber, aNumber).map((pair) => ({ attr: 'n', between: pair.sort((one, other) => one - other) })),
  fc.array(aNumber, { minLength: 1, maxLength: 4 }).map((all) => ({ attr: 'o', in: all })),
  fc.constantFrom('a', 'b').map((value) => ({ attr: 'w', contains: value })),
  aNumber.map((value) => ({ attr: 'l', contains: value })),
  fc.boolean().map((eq) => ({ attr: 'b', eq })),
);
const { condition } = fc.letrec<{ condition: object }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((and) => ({ and })),
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((or) => ({ or })),
    tie('condition').map((not) => ({ not })),
  ),
}));
const maybe = fc.option(condition, { nil: undefined });

const aTerm = fc.oneof(
  aNumber,
  fc.constant($get('o')),
  aNumber.map((other) => $get('n', other as never)),
);
const changes = fc.record(
  {
    n: fc.oneof(
      aNumber,
      aNumber.map((by) => $add(by)),
      fc.tuple(aTerm, aTerm).map(([one, other]) => $sum(one as never, other as never)),
      fc.tuple(aTerm, aTerm).map(([one, other]) => $subtract(one as never, other as never)),
      fc.constant($remove()),
    ),
    o: fc.oneof(aNumber, fc.constant($get('n')), fc.constant($get('m.x', 7 as never)), fc.constant($remove())),
    s: fc.oneof(aText, fc.constant($get('s', 'new' as never)), fc.constant($remove())),
    b: fc.oneof(fc.boolean(), fc.constant($remove())),
    l: fc.oneof(
      someNumbers.map((all) => $set(all)),
      someNumbers.map((all) => $append(all)),
      someNumbers.map((all) => $prepend(all)),
      aNumber.map((first) => ({ 0: first })),
      fc.constant($remove()),
    ),
    m: fc.oneof(
      aMap.map((all) => $set(all)),
      aNumber.map((x) => ({ x })),
      aText.map((y) => ({ x: $add(1), y })),
      fc.constant($remove()),
    ),
    w: fc.oneof(
      words.map((all) => $add(all)),
      words.map((all) => $delete(all)),
      words,
    ),
    v: fc.oneof(
      numbers.map((all) => $add(all)),
      numbers.map((all) => $delete(all)),
    ),
  },
  { requiredKeys: [] },
);

/** One write, alone or in a transaction. */
export interface Write {
  readonly kind: 'put' | 'update' | 'delete' | 'check';
  readonly sk: string;
  readonly with: object;
  readonly condition: object | undefined;
  readonly shows: boolean;
}
const about = { sk: aSortKey, condition: maybe, shows: fc.boolean() };
const aWrite: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), with: content, ...about }),
  fc.record({ kind: fc.constant('update' as const), with: changes, ...about }),
  fc.record({ kind: fc.constant('delete' as const), with: fc.constant({}), ...about }),
);
const aCheck = fc.record({ kind: fc.constant('check' as const), with: fc.constant({}), ...about, condition });

const aRange = fc.oneof(
  fc.constant(undefined),
  fc.tuple(fc.constantFrom('eq', 'lt', 'lte', 'gt', 'gte', 'beginsWith'), aSortKey).map(([by, sk]) => ({ [by]: sk })),
);
const aQuery = fc.record({
  range: aRange,
  limit: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  reverse: fc.boolean(),
  filter: fc.option(
    condition.filter((one) => !JSON.stringify(one).includes('"pk"')),
    { nil: undefined },
  ),
  attributes: fc.option(fc.subarray(['n', 's', 'l', 'm.x', 'm.y', 'w'], { minLength: 1 }), { nil: undefined }),
});

/** One thing to do with a table. */
export const aStep = fc.oneof(
  { weight: 5, arbitrary: aWrite.map((write) => ({ is: 'write' as const, write })) },
  {
    weight: 2,
    arbitrary: fc
      .uniqueArray(fc.oneof(aWrite, aCheck), { minLength: 1, maxLength: 5, selector: ({ sk }) => sk })
      .map((writes) => ({ is: 'transaction' as const, writes })),
  },
  { weight: 1, arbitrary: aSortKey.map((sk) => ({ is: 'get' as const, sk })) },
  { weight: 3, arbitrary: aQuery.map((query) => ({ is: 'query' as const, query })) },
);

export type Step = typeof aStep extends fc.Arbitrary<infer T> ? T : never;
export type AnyQuery = typeof aQuery extends fc.Arbitrary<infer T> ? T : never;
