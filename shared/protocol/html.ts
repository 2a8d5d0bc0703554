import sanitizeHtml from 'sanitize-html';
import { isPublicHost } from './hosts.ts';
import { withoutUnseen } from './unseen.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Makes a text safe as HTML content and as a quoted attribute value. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char]!);

const link = (url: string) => {
  let end = url.length;
  while ('.,;:!?)]'.includes(url[end - 1]!)) end--; // the sentence's punctuation is not the link's
  const shown = escapeHtml(url.slice(0, end));
  return `<a href="${shown}" rel="nofollow noopener" target="_blank">${shown}</a>${escapeHtml(url.slice(end))}`;
};

const line = (text: string) =>
  text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, index) => (index % 2 === 1 ? link(part) : escapeHtml(part)))
    .join('');

/** Plain text as HTML paragraphs: an empty line ends a paragraph, a line end is a break, web addresses are links. */
export function textToHtml(text: string): string {
  const paragraphs = text
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.trim())
    .filter(Boolean);
  return paragraphs.map((paragraph) => `<p>${paragraph.split('\n').map(line).join('<br>')}</p>`).join('');
}

/**
 * The address of a page that may be linked to: absolute and https, since a relative one would lead into the page that shows
 * it, and not in the network of whoever follows it.
 */
export function webPage(address = ''): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isPage = url?.protocol === 'https:' && !url.username && !url.password && isPublicHost(url.hostname);
  return isPage ? url.href : undefined;
}

const longestHtml = 30_000; // characters
const largestHtml = 300_000; // bytes, escaped and with its links completed: one row has 400 KB

/** Remote HTML reduced to harmless formatting; links only to https, opened apart from the page; nothing that cannot be seen. */
export function sanitiseHtml(html: string): string {
  for (let length = longestHtml; ; length = Math.floor(length / 2)) {
    const harmless = reduced(html.slice(0, length));
    if (Buffer.byteLength(harmless) <= largestHtml) return harmless; // nothing but links is twenty times as long
  }
}

// The words in them must not grow together when these are left out.
const blocks =
  /<\/?(?:address|article|aside|d[dlt]|details|div|fig(?:caption|ure)|footer|h[1-6r]|header|main|nav|section|summary|t(?:able|[dhr]))(?![\w-])/gi;

const reduced = (html: string): string => {
  const harmless = sanitizeHtml(html.toWellFormed().replace(blocks, '\n$&'), {
    allowedTags: [
      'p',
      'br',
      'a',
      'span',
      'em',
      'strong',
      'b',
      'i',
      'u',
      's',
      'del',
      'sub',
      'sup',
      'code',
      'pre',
      'blockquote',
      'ul',
      'ol',
      'li',
    ],
    allowedAttributes: { a: ['href', 'rel', 'target'] },
    allowedSchemes: ['https'],
    allowedSchemesAppliedToAttributes: ['href'],
    allowProtocolRelative: false,
    disallowedTagsMode: 'discard',
    nestingLimit: 32,
    transformTags: {
      a: (tagName, attributes) => ({
        tagName,
        attribs: {
          href: webPage(attributes.href) ?? '',
          rel: 'nofollow noopener noreferrer ugc',
          target: '_blank',
        },
      }),
    },
  });
  // A mark behind a tag would become one character with its end, where somebody composes them (U+226F).
  return withoutUnseen(harmless.toWellFormed()) // the parser may cut a character in two
    .replace(/>\p{M}+/gu, '>')
    .trim();
};

const breaks = /<\/?(?:blockquote|br|li|[ou]l|p|pre)(?![\w-])/gi;

/** Remote text as one plain line of at most `limit` characters. */
export function plainText(text: string, limit: number): string {
  const spaced = text
    .slice(0, Math.min(limit * 20, longestHtml))
    .toWellFormed()
    .replace(blocks, ' $&')
    .replace(breaks, ' $&');
  const bare = sanitizeHtml(spaced, { allowedTags: [], allowedAttributes: {} })
    .toWellFormed()
    .replace(/&(amp|lt|gt|quot|#39);/g, (entity) => Object.keys(entities).find((key) => entities[key] === entity) ?? '')
    .replace(/[\t-\r]/g, ' ');
  const line = withoutUnseen(bare)
    .replace(/[\s\u2800]+/g, ' ') // U+2800 is a pattern of no dots
    .trim();
  return withoutUnseen([...line].slice(0, limit).join('')).trimEnd(); // what joined something to what was cut goes as well
}
