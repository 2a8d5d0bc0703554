import { expect, test } from 'vitest';
import { markOf, withMark } from '#shared/transport/networks';

test.each([
  ['192.0.2.1', '192.0.2.200', true],
  ['192.0.2.1', '192.0.3.1', false],
  ['::ffff:192.0.2.1', '192.0.2.9', true],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['not an address', 'not an address', true],
])('%s and %s have the same mark: %s', (one, other, same) =>
  expect(markOf('far.example', one) === markOf('far.example', other)).toBe(same),
);

test('a network has another mark at every host, and none that names it', () => {
  const marks = ['far.example', 'near.example'].map((host) => markOf(host, '192.0.2.1'));
  expect(new Set(marks).size).toBe(2);
  for (const mark of marks) expect(mark).toMatch(/^[0-9a-f]{5}$/);
});

test('the mark that was seen last stands first, once, and few are kept', () => {
  expect(withMark([], 'a')).toEqual(['a']);
  expect(withMark(['b', 'a'], 'a')).toEqual(['a', 'b']);
  expect(withMark(['1', '2', '3', '4', '5', '6', '7', '8'], '9')).toEqual(['9', '1', '2', '3', '4', '5', '6', '7']);
});
