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

/** The address of a page that may be linked to: absolute and https, since a relative one would lead into the page that shows it. */
export function webPage(address = ''): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url?.protocol === 'https:' && !url.username && !url.password ? url.href : undefined;
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

const reduced = (html: string): string =>
  sanitizeHtml(html.toWellFormed(), {
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
  }).replace(unseen, (_, needed?: string) => needed ?? '');

// Controls, zero-width and direction marks: a name must not reorder or hide the text around it, nor look empty. What is no
// character at all is taken by no queue.
const invisible =
  /[\p{Cc}\p{Noncharacter_Code_Point}\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

// The same in a text of several lines. Joiners stay where writing needs them: within emoji, and between letters of scripts
// that join theirs.
const unseen = new RegExp(
  [
    String.raw`(\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{1,7}\u{e007f}`,
    String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})`,
    String.raw`(?<=(?![\p{sc=Latn}\p{sc=Cyrl}\p{sc=Grek}])[\p{L}\p{M}])[\u200c\u200d](?=[\p{L}\p{M}])`,
    String.raw`[\t\n])`,
    invisible.source,
  ].join('|'),
  'gu',
);

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
