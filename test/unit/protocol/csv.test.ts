import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsv, writeCsv } from '#shared/protocol/csv';
import { anyText } from '../../support/arbitraries.ts';

const fieldsIn = (text: string) => readCsv(text).map(({ fields }) => fields);

describe('reading', () => {
  test.each<[string, string, string[][]]>([
    [
      'plain lines',
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a last line without an end',
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'lines as Windows ends them',
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['lines as old machines ended them', 'a\rb\r', [['a'], ['b']]],
    ['a byte order mark', '\ufeffa,b\n', [['a', 'b']]],
    ['empty lines', 'a\n\n\r\nb\n', [['a'], ['b']]],
    ['empty fields', ',a,,\n', [['', 'a', '', '']]],
    ['an empty field at the very end', 'a,', [['a', '']]],
    ['quoted fields', '"a,b","c"\n', [['a,b', 'c']]],
    ['quotes inside quotes', '"a ""b"" c"\n', [['a "b" c']]],
    ['lines inside quotes', '"a\nb",c\nd\n', [['a\nb', 'c'], ['d']]],
    ['quotes in the middle of a field', 'a"b,c"d\n', [['a"b', 'c"d']]],
    ['what stands after the closing quote', '"a"b,c\n', [['ab', 'c']]],
    ['nothing', '', []],
  ])('%s', (_, text, records) => expect(fieldsIn(text)).toEqual(records));

  test('each record knows on which line it begins', () => {
    expect(readCsv('a\n\n"b\nc"\r\nd\n').map(({ line }) => line)).toEqual([1, 3, 5]);
  });

  test('a quote without an end breaks its record, and nothing before it', () => {
    expect(readCsv('a\n"b,c\nd\n')).toEqual([
      { line: 1, fields: ['a'], broken: false },
      { line: 2, fields: ['b,c\nd\n'], broken: true },
    ]);
  });
});

describe('writing', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('%j is not taken for a formula', (text) => {
    expect(fieldsIn(writeCsv([[text]]))).toEqual([[`'${text}`]]);
  });

  test.each([' a', 'a '])('%j keeps its spaces, also where others trim', (text) =>
    expect(writeCsv([[text]])).toBe(`"${text}"\r\n`),
  );

  test('a byte order mark is written so that it is read again', () =>
    expect(fieldsIn(writeCsv([['\ufeffa', 'b']]))).toEqual([['\ufeffa', 'b']]));

  test('what is written is read again', () => {
    const record = fc.array(
      anyText.filter((text) => !/^[=+\-@\t\r]/.test(text)),
      { minLength: 1, maxLength: 5 },
    );
    const written = fc.array(record.filter((fields) => fields.length > 1 || fields[0] !== ''));
    fc.assert(
      fc.property(written, (records) => {
        expect(fieldsIn(writeCsv(records))).toEqual(records);
      }),
    );
  });

  test('any text at all is read without an error, and its lines are counted upwards', () => {
    const odd = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', '\ufeff') });
    fc.assert(
      fc.property(fc.oneof(anyText, odd), (text) => {
        const lines = readCsv(text).map(({ line }) => line);
        expect(lines).toEqual(lines.toSorted((one, other) => one - other));
        expect(new Set(lines).size).toBe(lines.length);
      }),
    );
  });
});

test('a megabyte of nothing but quotes is read in a moment', () => {
  const started = performance.now();
  expect(readCsv('"'.repeat(1_000_000))).toHaveLength(1);
  expect(performance.now() - started).toBeLessThan(1000);
});
