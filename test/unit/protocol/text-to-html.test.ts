/** HTML that we make of text. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeHtml, textToHtml } from '#shared/protocol/html';
import { anAddress, anyText } from '../../support/arbitraries.ts';

const unescaped = (html: string) =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
const withoutSpace = (text: string) => text.replace(/\s/g, '');

describe('escapeHtml', () => {
  test('escapes what ends a text or a quoted value', () =>
    expect(escapeHtml(`<a href="x" id='y'>&amp;</a>`)).toBe(
      '&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;',
    ));

  test('loses nothing', () => {
    fc.assert(fc.property(anyText, (text) => unescaped(escapeHtml(text)) === text));
  });
});

describe('textToHtml', () => {
  const a = (url: string, shown = url) => `<a href="${shown}" rel="nofollow noopener" target="_blank">${shown}</a>`;
  test.each([
    ['', ''],
    ['  \n\n ', ''],
    ['Hello', '<p>Hello</p>'],
    ['one\ntwo', '<p>one<br>two</p>'],
    ['one\r\ntwo\rthree', '<p>one<br>two<br>three</p>'],
    ['one\n\n\n\ntwo', '<p>one</p><p>two</p>'],
    ['1 < 2 & "3"', '<p>1 &lt; 2 &amp; &quot;3&quot;</p>'],
    ['<script>alert(1)</script>', '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>'],
    ['&lt;', '<p>&amp;lt;</p>'],
    ['see https://x.example/a.', `<p>see ${a('https://x.example/a')}.</p>`],
    ['(http://x.example)!', `<p>(${a('http://x.example')})!</p>`],
    ['https://x.example/?a=1&b=2', `<p>${a('https://x.example/?a=1&amp;b=2')}</p>`],
    [`https://x.example/'onclick='y`, `<p>${a('https://x.example/&#39;onclick=&#39;y')}</p>`],
    ['https://x.example/"onclick="y', `<p>${a('https://x.example/')}&quot;onclick=&quot;y</p>`],
    ['https://x.example/<b>', `<p>${a('https://x.example/')}&lt;b&gt;</p>`],
    ['javascript:alert(1)', '<p>javascript:alert(1)</p>'],
    ['ftp://x.example', '<p>ftp://x.example</p>'],
  ])('%j becomes %s', (text, html) => expect(textToHtml(text)).toBe(html));

  const written = fc
    .array(fc.oneof(anyText, anAddress, fc.constantFrom('https://', '\n\n', '<p>', '"')))
    .map((parts) => parts.join(''));
  const ourTags = /<p>|<\/p>|<br>|<a href="https?:\/\/[^"<>]*" rel="nofollow noopener" target="_blank">|<\/a>/g;

  test('holds no tag, quote or entity but our own', () => {
    fc.assert(
      fc.property(written, (text) => {
        const rest = textToHtml(text).replace(ourTags, '');
        expect(rest).not.toMatch(/[<>"']/);
        expect(rest.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      }),
      { numRuns: 500 },
    );
  });

  test('shows every character that was written, and no other', () => {
    fc.assert(
      fc.property(written, (text) => {
        expect(withoutSpace(unescaped(textToHtml(text).replace(ourTags, '')))).toBe(withoutSpace(text));
      }),
      { numRuns: 500 },
    );
  });

  test('takes no time, whatever a long text is made of', () => {
    const started = performance.now();
    for (const part of [')', 'https://x)', '.)https://', '\n', ' \n'])
      textToHtml(`https://${part.repeat(50_000 / part.length)}x`);
    expect(performance.now() - started).toBeLessThan(1000); // squared, it would be many seconds
  });

  test('closes what it opens', () => {
    fc.assert(
      fc.property(written, (text) => {
        const html = textToHtml(text);
        expect(html).toMatch(/^(<p>((?!<\/?p>).)*<\/p>)*$/s);
        expect(html.match(/<a /g)?.length).toBe(html.match(/<\/a>/g)?.length);
      }),
    );
  });
});
