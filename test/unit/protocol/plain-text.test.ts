/** What becomes of names and of the addresses of pages that others send. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainText, webPage } from '#shared/protocol/html';
import { anyText } from '../../support/arbitraries.ts';

describe('plainText', () => {
  test.each([
    ['Ann', 'Ann'],
    ['  Ann \n  Bee\t ', 'Ann Bee'],
    ['Ann\nBee', 'Ann Bee'],
    ['<b>Ann</b> &amp; <i>Bee</i>', 'Ann & Bee'],
    ['I &lt;3 you', 'I <3 you'],
    ['I <3 you', 'I <3 you'],
    ['&amp;lt;', '&lt;'],
    ['<script>alert(1)</script>Ann', 'Ann'],
    ['Ann \u202eeeB', 'Ann eeB'],
    ['\u2067Ann\u2069\u200f', 'Ann'],
    ['A\u200bn\u200cn\u2060\ufeff', 'Ann'],
    ['A\u0000n\u0007n\u009b', 'Ann'],
    ['A\u00adnn', 'Ann'],
    ['A\uffffn\ufffen\u{1ffff}', 'Ann'],
    ['\u3164\u115f\uffa0', ''],
    ['Ann\u{e0041}\u{e007f}', 'Ann'],
    ['a\u2028b', 'a b'],
    ['Zoë 李 אבג 👋', 'Zoë 李 אבג 👋'],
    ['Ann 🏳️\u200d⚧️ 👩🏽\u200d💻', 'Ann 🏳️\u200d⚧️ 👩🏽\u200d💻'],
    ['ශ්\u200dරී', 'ශ්\u200dරී'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['1\ufe0f\u20e3', '1\ufe0f\u20e3'],
    ['\ufe0f\u{e0100}\u180b', ''],
    ['\u034f\u17b4\u{1d173}\u{e0080}', ''],
    ['\u2800 \u2800', ''],
    [`A${'\u{e0100}\u{e0101}'.repeat(20)}`, 'A\u{e0100}'],
    [`Z${'\u0351'.repeat(90)}oe`, `Z${'\u0351'.repeat(8)}oe`],
    ['one<br>two', 'one two'],
    ['<p>one</p><p>two</p>', 'one two'],
    ['<h1>one</h1>two<hr/>three', 'one two three'],
    ['葛\u{e0100}城', '葛\u{e0100}城'],
    ['', ''],
  ])('bad input 103: %j reads as %j', (text, plain) => expect(plainText(text, 100)).toBe(plain));

  test('is not looked for behind twenty times as many characters', () => {
    expect(plainText(`${'<b>'.repeat(60)}Ann`, 10)).toBe('Ann');
    expect(plainText(`${'<b>'.repeat(70)}Ann`, 10)).toBe('');
  });

  test('is cut to whole characters', () => {
    expect(plainText('x'.repeat(10_000), 200)).toBe('x'.repeat(200));
    expect(plainText('👋👋👋', 2)).toBe('👋👋');
    expect(plainText('ab cd', 3)).toBe('ab');
    expect(plainText('👋'.repeat(30), 1)).toBe('👋');
    expect(plainText('👩\u200d💻', 2)).toBe('👩');
  });

  const unseen = /[\p{Cc}\p{Bidi_Control}\u200b\u2060\ufeff]/u;
  test('is one line of at most so many characters, with none that cannot be seen', () => {
    const text = fc.oneof(
      anyText,
      fc.array(fc.oneof(anyText, fc.constantFrom('<b>', '&lt;', '\u202e', ' '))).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (remote, limit) => {
        const plain = plainText(remote, limit);
        expect([...plain].length).toBeLessThanOrEqual(limit);
        expect(plain).not.toMatch(unseen);
        expect(plain).toBe(plain.trim());
        expect(plain.isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('webPage', () => {
  test.each([
    ['https://x.example', 'https://x.example/'],
    ['HTTPS://X.example/a b', 'https://x.example/a%20b'],
    ['http://x.example/', undefined],
    ['javascript:alert(1)', undefined],
    ['https://ann@x.example/', undefined],
    ['https://8.8.8.8/', 'https://8.8.8.8/'],
    ['https://[2606:4700::1111]/', 'https://[2606:4700::1111]/'],
    ['https://127.0.0.1/', undefined],
    ['https://0x7f000001/', undefined],
    ['https://[::ffff:10.0.0.1]/', undefined],
    ['https://169.254.169.254/latest/', undefined],
    ['https://localhost/', undefined],
    ['https://LOCALHOST./', undefined],
    ['https://intranet:8443/', undefined],
    ['https://router.local/', undefined],
    ['https://metadata.google.internal/', undefined],
    ['https://nas.home.arpa/', undefined],
    ['https://local.example/', 'https://local.example/'],
    ['/x', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s: %s', (address, page) => expect(webPage(address)).toBe(page));
});
