/** Plain JSON from strangers: no JSON-LD expansion, no remote contexts. */

/** A JSON object whose members are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

const deepest = 32;
const mostMembers = 5000;

/** Is this a JSON object, neither list nor null? */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Counts brackets and colons outside of strings, so that a hostile depth or number of members costs nothing. */
function isTooMuch(text: string): boolean {
  let depth = 0;
  let members = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char === '\\') at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') {
      if (++depth > deepest) return true;
    } else if (char === '}' || char === ']') depth--;
    else if (char === ':' && ++members > mostMembers) return true;
  }
  return false;
}

/** Whatever JSON the bytes are; undefined when they are not UTF-8, not JSON, nested deeper than 32, or of more than 5000 members. */
function parsed(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return isTooMuch(text) ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A JSON object from bytes; undefined when it is not UTF-8, not JSON, not an object, nested deeper than 32, or of more than 5000 members. */
export function jsonObject(bytes: Uint8Array): JsonObject | undefined {
  const value = parsed(bytes);
  return isObject(value) ? value : undefined;
}

/** A JSON list of objects from bytes, within the same limits; undefined when it is anything else. */
export function jsonObjects(bytes: Uint8Array): readonly JsonObject[] | undefined {
  const value = parsed(bytes);
  return Array.isArray(value) && value.every(isObject) ? value : undefined;
}

/** The one thing in a value that may be given as it is or as a list of one. */
export const only = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? only(value[0]) : value);

/** The id of something given as an id, as an object with an id, or as a list of one of these. */
export function idOf(value: unknown): string | undefined {
  const one = only(value);
  if (typeof one === 'string') return one;
  return isObject(one) && typeof one.id === 'string' ? one.id : undefined;
}

/** All ids in a value that may be absent, one, or a list. */
export const idsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).map(idOf).filter((id) => id !== undefined);

/** The types of a document, one or several. */
export const typesOf = (value: JsonObject): readonly string[] =>
  (Array.isArray(value.type) ? value.type : [value.type]).filter((type) => typeof type === 'string');

const longestAddress = 500; // characters, also when escaped: short enough for a key

/** An absolute http(s) address without userinfo, of printable ASCII, at most 500 characters. */
export function webAddress(value: unknown): URL | undefined {
  if (typeof value !== 'string' || value.length > longestAddress) return undefined;
  if (!/^[\x21-\x7e]+$/.test(value) || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  const isPlain = /^https?:$/.test(url.protocol) && !url.username && !url.password;
  return isPlain && url.href.length <= longestAddress ? url : undefined;
}

/** The id of something, if it is a web address; in one spelling, because addresses are compared as texts. */
export const addressOf = (value: unknown): string | undefined => webAddress(idOf(value))?.href;
