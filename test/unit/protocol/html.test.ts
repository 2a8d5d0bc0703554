/** What becomes of HTML that others send. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sanitiseHtml } from '#shared/protocol/html';
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
    ['<h2>Big</h2><p>small</p>', 'Big\n<p>small</p>'],
    ['<div>one</div><div>two</div>', 'one\n\ntwo'],
    ['<table><tr><td>1</td><td>2</td></tr></table>', '1\n\n2'],
    ['above<hr>below', 'above\nbelow'],
    ['<p>I <s>hate</s> like 10<sup>6</sup> H<sub>2</sub>O</p>', undefined],
    ['<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>', '漢(かん)'],
    [
      '<p><a href="https://x.example/a"><span class="invisible">https://</span><span class="ellipsis">x.example</span><span class="invisible">/a</span></a></p>',
      `<p>${link('https://x.example/a', '<span>https://</span><span>x.example</span><span>/a</span>')}</p>`,
    ],
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
    ['<a href="https://192.168.0.1/reboot">x</a>', noLink('x')],
    ['<a href="https://router.local/">x</a>', noLink('x')],
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
    /^(?:[^<>]|<(?:a(?: href="https:\/\/[^"<>]*")? rel="nofollow noopener noreferrer ugc" target="_blank"|p|br \/|span|em|strong|b|i|u|s|del|sub|sup|code|pre|blockquote|ul|ol|li)>|<\/(?:a|p|span|em|strong|b|i|u|s|del|sub|sup|code|pre|blockquote|ul|ol|li)>)*$/;
  const pieces = [
    ...[
      '<',
      '>',
      '"',
      "'",
      '/',
      '=',
      ' ',
      '&',
      ';',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '\u0000',
      '`',
      '&#',
      '&lt;',
      '\u0338',
    ],
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
        const clean = sanitiseHtml(html);
        expect(clean).toMatch(harmless);
        expect(clean.normalize('NFC')).toMatch(harmless); // no mark makes one character of it and the end of a tag
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
    ['\ufff9a\ufffab\ufffb', 'ab'],
    ['</A/👩', '\ufffd'],
    [`🏴${'\u{e0061}'.repeat(8)}\u{e007f}`, '🏴'],
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
    ['<b>\u0338x</b>', '<b>x</b>'],
    ['z\u0301'.repeat(3), undefined],
    [`z${'\u0301'.repeat(30_000)}`, `z${'\u0301'.repeat(8)}`],
    [`${'ก&#3655;'.repeat(2)}${'&#3655;'.repeat(500)}`, `ก\u0e47ก${'\u0e47'.repeat(8)}`],
    [`ب${'\u200d\u064e'.repeat(500)}`, `ب${'\u200d\u064e'.repeat(8)}`],
    ['a\ufe0f\ufe0f\u{e0101}\u034f', 'a\ufe0f'],
    ['\u3164\u200d\u3164\ufe0f', ''],
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
    ['links to hosts that are escaped', `<a href="https://${'\u3316'.repeat(2900)}.example">x</a>`.repeat(10)],
    ['text that is escaped', '&'.repeat(30_000)],
    ['text of many bytes', '\u4e2d'.repeat(30_000)],
  ])('%s fit into a row', (_, html) => {
    const { length } = Buffer.from(sanitiseHtml(html));
    expect(length).toBeGreaterThan(50_000);
    expect(length).toBeLessThanOrEqual(300_000);
  });

  test('of a body 30,000 characters are kept', () =>
    expect(sanitiseHtml(`<p>${'x'.repeat(200_000)}</p>`)).toBe(`<p>${'x'.repeat(29_997)}</p>`));

  test('half a character does not get through', () => expect(sanitiseHtml('a\ud83d')).toBe('a\ufffd'));
});
