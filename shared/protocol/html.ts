import sanitizeHtml from 'sanitize-html';

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
  const address = url.replace(/[.,;:!?)\]]+$/, ''); // the sentence's punctuation is not the link's
  const shown = escapeHtml(address);
  return `<a href="${shown}" rel="nofollow noopener" target="_blank">${shown}</a>${escapeHtml(url.slice(address.length))}`;
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

/** The address of a link to the web, else nothing: a relative one would lead into the page that shows it. */
const webLink = (href = ''): string =>
  URL.canParse(href) && /^https?:$/.test(new URL(href).protocol) ? new URL(href).href : '';

const longestHtml = 30_000; // characters: escaped and with its links completed it still fits into one row of 400 KB

/** Remote HTML reduced to harmless formatting; links only to the web, opened apart from the page. */
export const sanitiseHtml = (html: string): string =>
  sanitizeHtml(html.slice(0, longestHtml).toWellFormed(), {
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
      'del',
      'code',
      'pre',
      'blockquote',
      'ul',
      'ol',
      'li',
    ],
    allowedAttributes: { a: ['href', 'rel', 'target'] },
    allowedSchemes: ['https', 'http'],
    allowedSchemesAppliedToAttributes: ['href'],
    allowProtocolRelative: false,
    disallowedTagsMode: 'discard',
    nestingLimit: 32,
    transformTags: {
      a: (tagName, attributes) => ({
        tagName,
        attribs: { href: webLink(attributes.href), rel: 'nofollow noopener noreferrer', target: '_blank' },
      }),
    },
  });

// Controls, zero-width and direction marks: a name must not reorder or hide the text around it, nor look empty.
const invisible =
  /[\p{Cc}\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Remote text as one plain line of at most `limit` characters. */
export function plainText(text: string, limit: number): string {
  const bare = sanitizeHtml(text.slice(0, limit * 20).toWellFormed(), { allowedTags: [], allowedAttributes: {} })
    .replace(/&(amp|lt|gt|quot|#39);/g, (entity) => Object.keys(entities).find((key) => entities[key] === entity) ?? '')
    .replace(/[\t-\r]/g, ' ')
    .replace(invisible, '')
    .replace(/\s+/g, ' ')
    .trim();
  return [...bare].slice(0, limit).join('').trimEnd();
}
