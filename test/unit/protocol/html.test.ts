/** What becomes of HTML and addresses that others send. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainText, sanitiseHtml, webPage } from '#shared/protocol/html';
import { anyText } from '../../support/arbitraries.ts';

describe('sanitiseHtml', () => {
  const link = (href: string, text: string) =>
    `<a href="${href}" rel="nofollow noopener noreferrer ugc" target="_blank">${text}</a>`;
  const noLink = (text: string) => `<a rel="nofollow noopener noreferrer ugc" target="_blank">${text}</a>`;

  test.each([
    ['<p>Hi <em>you</em><br>there</p>', '<p>Hi <em>you</em><br />there</p>'],
    ['<ul><li>a</li></ul><blockquote>b</blockquote><pre><code>c</code></pre>', undefined],
    ['<p>&lt;script&gt; &amp; more</p>', undefined],
    ['<a href="https://x.example/?a=1&amp;b=2">x</a>', link('https://x.example/?a=1&amp;b=2', 'x')],
    ['<a href="https://x.example/" rel="me" target="_top" class="u">x</a>', link('https://x.example/', 'x')],
    ['<span class="h-card" style="color:red">@bob</span>', '<span>@bob</span>'],
    ['<h1>Big</h1>', 'Big'],
    ['plain', undefined],
    ['', undefined],
  ])('%s stays what it says', (html, clean = html) => expect(sanitiseHtml(html)).toBe(clean));

  test.each([
    ['<script>alert(1)</script>', ''],
    ['<scr<script>ipt>alert(1)</script>', 'ipt&gt;alert(1)'],
    ['<SCRIPT SRC=//evil.test/x.js></SCRIPT>', ''],
    ['<p onclick="alert(1)" onerror=alert(1)>x</p>', '<p>x</p>'],
    ['<img src=x onerror=alert(1)>', ''],
    ['<a href="javascript:alert(1)">x</a>', noLink('x')],
    ['<a href="JaVaScRiPt:alert(1)">x</a>', noLink('x')],
    ['<a href=" javascript:alert(1)">x</a>', noLink('x')],
    ['<a href="java&#10;script:alert(1)">x</a>', noLink('x')],
    ['<a href="java\tscript:alert(1)">x</a>', noLink('x')],
    ['<a href="&#106;avascript:alert(1)">x</a>', noLink('x')],
    ['<a href="data:text/html,<script>alert(1)</script>">x</a>', noLink('x')],
    ['<a href="vbscript:x">x</a>', noLink('x')],
    ['<a href="/settings/delete">x</a>', noLink('x')],
    ['<a href="?next=x">x</a>', noLink('x')],
    ['<a href="#top">x</a>', noLink('x')],
    ['<a href="">x</a>', noLink('x')],
    ['<a>x</a>', noLink('x')],
    ['<a href="//evil.test">x</a>', noLink('x')],
    ['<a href="http://x.example/">x</a>', noLink('x')],
    ['<a href="https://ann:secret@x.example/">x</a>', noLink('x')],
    ['<a href="mailto:a@b.example">x</a>', noLink('x')],
    [
      '<a href="https://x.example/&quot;onmouseover=&quot;alert(1)">x</a>',
      link('https://x.example/%22onmouseover=%22alert(1)', 'x'),
    ],
    ['<svg onload=alert(1)><a xlink:href="javascript:alert(1)">x</a></svg>', noLink('x')],
    ['<svg><style><img src=x onerror=alert(1)></style></svg>', ''],
    ['<math><mi xlink:href="javascript:alert(1)">x</mi></math>', 'x'],
    ['<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>', ''],
    ['<style>*{display:none}</style>x', 'x'],
    ['<iframe src="https://evil.test"></iframe>', ''],
    ['<object data="x"></object><embed src="x"><form action="x"><input></form>', ''],
    ['<base href="https://evil.test"><meta http-equiv="refresh" content="0;url=x"><link rel=stylesheet>', ''],
    ['<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>', '<p></p>'],
    ['<!--><script>alert(1)</script>-->', '--&gt;'],
    ['<textarea><script>alert(1)</script></textarea>', ''],
    ['<b', ''],
    ['a < b > c', 'a &lt; b &gt; c'],
  ])('bad input 102: %s becomes %j', (html, clean) => expect(sanitiseHtml(html)).toBe(clean));

  /** Our own output: these tags, with these attributes, and text. */
  const harmless =
    /^(?:[^<>]|<(?:a(?: href="https:\/\/[^"<>]*")? rel="nofollow noopener noreferrer ugc" target="_blank"|p|br \/|span|em|strong|b|i|u|del|code|pre|blockquote|ul|ol|li)>|<\/(?:a|p|span|em|strong|b|i|u|del|code|pre|blockquote|ul|ol|li)>)*$/;
  const pieces = [
    ...['<', '>', '"', "'", '/', '=', ' ', '&', ';', '<!--', '-->', '<![CDATA[', ']]>', '\u0000', '`', '&#', '&lt;'],
    ...['script', 'style', 'svg', 'math', 'a', 'p', 'img', 'iframe', 'textarea', 'title', 'noscript', 'b', 'option'],
    ...['href', 'src', 'onerror', 'onload', 'style', 'xlink:href', 'srcdoc', 'class'].map((name) => ` ${name}=`),
    ...['javascript:', 'data:text/html,', 'https://x.example/', '//evil.test', 'alert(1)'],
  ];
  const hostile = fc
    .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces) }, anyText), { maxLength: 40 })
    .map((parts) => parts.join(''));

  test('[T10] leaves nothing that could do harm, whatever comes in', () => {
    fc.assert(
      fc.property(hostile, (html) => {
        expect(sanitiseHtml(html)).toMatch(harmless);
      }),
      { numRuns: 1000 },
    );
  });

  test('does not change what it made before', () => {
    fc.assert(
      fc.property(hostile, (html) => {
        const clean = sanitiseHtml(html);
        expect(sanitiseHtml(clean)).toBe(clean);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['a\u202eb', 'ab'],
    ['a&#x202e;b', 'ab'],
    ['<b>a\u200b\ufeffb</b>', '<b>ab</b>'],
    ['a\u0000\u0007b\u009b', 'ab'],
    ['a\r\n\tb', 'a\n\tb'],
    ['hi\u{e0041}\u{e007f}', 'hi'],
    ['pass\u200dword', 'password'],
    ['👩\u200b\u200d👩', '👩👩'],
    ['👨\u200d👩\u200d👧', undefined],
    ['👩🏽\u200d🚀 ❤️\u200d🔥', undefined],
    ['👩&#8205;👩', '👩\u200d👩'],
    ['🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}', undefined],
    ['می\u200cخواهم', undefined],
    ['க்\u200dஷ', undefined],
    ['אבג', undefined],
  ])('bad input 103: what cannot be seen goes, what belongs to the writing stays: %j', (html, clean = html) =>
    expect(sanitiseHtml(html)).toBe(clean),
  );

  test('holds nothing that reorders or hides, whatever comes in', () => {
    const odd = fc.array(
      fc.oneof(
        anyText,
        fc.constantFrom('\u202e', '&#8238;', '\u200d', '👩', '🏴', '\u{e0067}', '\u{e007f}', '<b>', 'می'),
      ),
    );
    fc.assert(
      fc.property(odd, (parts) => {
        const clean = sanitiseHtml(parts.join(''));
        expect(clean).not.toMatch(/[\p{Bidi_Control}\u200b\u2060\ufeff]|(?![\t\n])\p{Cc}/u);
        expect(sanitiseHtml(clean)).toBe(clean);
      }),
      { numRuns: 500 },
    );
  });

  test('does not nest deeper than a page can bear', () => {
    const deepest = sanitiseHtml(`${'<b>'.repeat(5000)}x`);
    expect(deepest.match(/<b>/g)).toHaveLength(32);
  });

  test.each([
    ['&', '&'.repeat(250_000)],
    ['links', '<a></a>'.repeat(40_000)],
    ['links with addresses that have to be escaped', '<a href=http:語></a>'.repeat(10_000)],
    ['long addresses', `<a href="https://x.example/${'語'.repeat(80_000)}"></a>`],
    ['nothing but spaces', ' '.repeat(250_000)],
  ])('a body of nothing but %s fits into a row, and takes no time', (_, html) => {
    const started = performance.now();
    expect(Buffer.byteLength(sanitiseHtml(html))).toBeLessThan(380_000);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test.each([
    ['links in one another', '<a>'.repeat(10_000)],
    ['links in paragraphs', `<p>${'<a>'.repeat(28)}</p>`.repeat(400)],
    ['links to addresses that are escaped', `<a href="https://x.example/${'\u4e2d'.repeat(29_900)}">`],
    ['links to hosts that are escaped', `<a href="https://${'\u3316'.repeat(2900)}">x</a>`.repeat(10)],
    ['text that is escaped', '&'.repeat(30_000)],
    ['text of many bytes', '\u4e2d'.repeat(30_000)],
  ])('%s fit into a row', (_, html) => {
    const { length } = Buffer.from(sanitiseHtml(html));
    expect(length).toBeGreaterThan(50_000);
    expect(length).toBeLessThanOrEqual(300_000);
  });

  test('half a character does not get through', () => expect(sanitiseHtml('a\ud83d')).toBe('a\ufffd'));
});

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
    ['葛\u{e0100}城', '葛\u{e0100}城'],
    ['', ''],
  ])('bad input 103: %j reads as %j', (text, plain) => expect(plainText(text, 100)).toBe(plain));

  test('is cut to whole characters', () => {
    expect(plainText('x'.repeat(10_000), 200)).toBe('x'.repeat(200));
    expect(plainText('👋👋👋', 2)).toBe('👋👋');
    expect(plainText('ab cd', 3)).toBe('ab');
    expect(plainText('👋'.repeat(30), 1)).toBe('👋');
  });

  const unseen = /[\p{Cc}\p{Bidi_Control}\u200b-\u200d\u2060\ufeff]/u;
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
    ['/x', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s: %s', (address, page) => expect(webPage(address)).toBe(page));
});
