/** Activities that nobody would think of. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { handedOn } from '#shared/protocol/handed-on';
import { type Incoming, readActivity } from '#shared/protocol/incoming';
import type { JsonObject } from '#shared/protocol/json';
import { anAddress, anyText } from '../../support/arbitraries.ts';
import { actor, ann, id, post, publicAudience } from '../../support/incoming-activities.ts';

test('whatever comes in, nothing throws, what is read is well-formed, and what is handed on is read as the same', () => {
  const address = fc.oneof(fc.constantFrom(id, actor, post, ann, 'x', publicAudience), anAddress);
  const type = fc.constantFrom(
    ...['Follow', 'Like', 'Announce', 'Delete', 'Undo', 'Create', 'Update', 'Block', 'Flag', 'Move', 'QuoteRequest'],
    ...['Note', 'Mention', 'Link', 'toString', '__proto__', 'x'],
  );
  const part = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      address,
      type,
      anyText,
      fc.jsonValue({ maxDepth: 2 }),
      fc.array(tie('value'), { maxLength: 2 }),
      tie('document'),
    ),
    document: fc.record(
      Object.fromEntries(
        [
          ...[
            'id',
            'actor',
            'object',
            'target',
            'instrument',
            'attributedTo',
            'inReplyTo',
            'content',
            'summary',
            'url',
          ],
          ...['published', 'updated', 'to', 'cc', 'href', 'tag', 'quote', 'quoteUri', '_misskey_quote'],
        ]
          .map((key) => [key, tie('value')])
          .concat([['type', fc.oneof(type, tie('value'))]]),
      ),
      { requiredKeys: [] },
    ),
  }));
  const document = fc.oneof(
    part.document,
    fc.tuple(part.document, type).map(([some, name]) => ({ ...some, id, actor, type: name })),
  ) as fc.Arbitrary<JsonObject>;
  const kinds = ['follow', 'like', 'boost', 'delete', 'undo', 'create', 'update', 'refresh', 'block', 'flag', 'move'];
  kinds.push('quoteRequest', 'other');
  const isAddress = (text: string | undefined) =>
    text === undefined || (text.length <= 500 && new URL(text).href === text && /^https?:\/\//.test(text));
  const addressesIn = (read: Incoming): readonly (string | undefined)[] => {
    const { undone, note, ...own } = read as { undone?: JsonObject; note?: JsonObject } & Record<string, string>;
    const inner = [undone?.id, undone?.actor, undone?.object, note?.id, note?.attributedTo, note?.inReplyTo];
    const others = [note?.url, note?.quotes, ...((note?.mentions as unknown[]) ?? []), ...(own.objects ?? [])];
    return [
      own.id,
      own.actor,
      own.object,
      own.target,
      own.instrument,
      ...([...inner, ...others] as (string | undefined)[]),
    ];
  };
  const withoutPrivateText = (read: Incoming): Incoming => {
    if ((read.kind !== 'create' && read.kind !== 'update') || read.note.isPublic) return read;
    const { id, attributedTo } = read.note;
    return { ...read, note: { id, attributedTo, mentions: [], content: '', summary: '', isPublic: false } };
  };
  fc.assert(
    fc.property(document, (some) => {
      const read = readActivity(JSON.parse(JSON.stringify(some)));
      if (typeof read === 'string') {
        expect(read).toMatch(/ needs an? /);
      } else {
        expect(kinds).toContain(read.kind);
        expect(addressesIn(read).every(isAddress)).toBe(true);
        expect(readActivity(JSON.parse(handedOn(read, JSON.stringify(some))))).toEqual(withoutPrivateText(read));
      }
    }),
    { numRuns: 1000 },
  );
});
