/** The catalogue of all that members are told, in every language that there is. */
import { en } from './en.ts';

/** One language's texts. */
export type Wording = typeof en;

/** Changes whenever the texts that someone consents to change. */
export const textVersion = '2026-11';

const catalogue: ReadonlyMap<string, Wording> = new Map([['en', en]]);
const fallback = 'en';

/** The languages that there are, as BCP 47 tags. */
export const languages: readonly string[] = [...catalogue.keys()];

/** The languages that an Accept-Language header names, the most wanted first; without those that are not wanted at all. */
function wanted(acceptLanguage: string): readonly string[] {
  const ranges = acceptLanguage.split(',').map((range) => {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return { tag, quality: quality === undefined ? 1 : Number(quality.slice(2)) };
  });
  return ranges
    .filter(({ quality }) => quality > 0)
    .toSorted((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag);
}

/** A tag and what it stands under: `de-ch-1996`, `de-ch`, `de`. */
const andBroader = (tag: string): readonly string[] => {
  const parts = tag.split('-');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('-'));
};

/** The best language that there is for an Accept-Language header (RFC 9110 section 12.5.4), or for one tag. */
export const languageFor = (acceptLanguage: string | undefined): string =>
  wanted(acceptLanguage ?? '')
    .flatMap(andBroader)
    .find((tag) => catalogue.has(tag)) ?? fallback;

/** The texts in that language. */
export const wordingFor = (acceptLanguage: string | undefined): Wording =>
  catalogue.get(languageFor(acceptLanguage)) ?? en;

/** Texts to be sent: functions became templates with their parameters in braces. */
export interface Texts {
  readonly [key: string]: string | Texts;
}

type Entries = { readonly [key: string]: string | Entries | ((parameters: never) => string) };

const inBraces: never = new Proxy({} as never, { get: (_, name) => `{${String(name)}}` });

/** The texts of a language as templates, for pages that the platform makes. */
export const templatesOf = (entries: Entries): Texts =>
  Object.fromEntries(
    Object.entries(entries).map(([key, entry]) => {
      if (typeof entry === 'string') return [key, entry];
      return [key, typeof entry === 'function' ? entry(inBraces) : templatesOf(entry)];
    }),
  );
