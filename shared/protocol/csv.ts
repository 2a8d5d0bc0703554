/** Comma-separated values as RFC 4180 has them, read as people send them. */

/** One record, and the line on which it begins (the first is 1). */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
  /** A quoted field has no end: what follows it is inside. */
  readonly broken: boolean;
}

/**
 * Reads records. Lines may end in any way, a byte order mark is passed over, and so are empty lines; quotes inside an
 * unquoted field are part of it.
 */
export function readCsv(text: string): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  let line = 1;
  let begin = 1;
  let at = text.startsWith('\ufeff') ? 1 : 0;
  let fields: string[] = [];
  const end = (broken: boolean) => {
    if (broken || fields.length > 1 || fields[0] !== '') records.push({ line: begin, fields, broken });
    fields = [];
  };
  while (at < text.length) {
    let field = '';
    if (text[at] === '"') {
      const { value, next, lines } = quoted(text, at + 1);
      line += lines;
      field = value;
      if (next === undefined) {
        fields.push(field);
        end(true);
        return records;
      }
      at = next;
    }
    const stop = endOfField(text, at);
    fields.push(field + text.slice(at, stop));
    at = stop;
    if (text[at] === ',') {
      at++;
      if (at === text.length) fields.push('');
      else continue;
    } else at += text.startsWith('\r\n', at) ? 2 : 1;
    end(false);
    line++;
    begin = line;
  }
  if (fields.length > 0) end(false);
  return records;
}

function endOfField(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === ',' || char === '\n' || char === '\r') return at;
  }
  return text.length;
}

/** The text up to the quote that ends it, and the position after that. Two quotes are one that belongs to the text. */
function quoted(text: string, from: number) {
  let value = '';
  let at = from;
  let quote = text.indexOf('"', at);
  for (; quote >= 0 && text[quote + 1] === '"'; quote = text.indexOf('"', at)) {
    value += text.slice(at, quote + 1);
    at = quote + 2;
  }
  value += text.slice(at, quote < 0 ? undefined : quote);
  const lines = value.match(/\r\n|\r|\n/g)?.length ?? 0;
  return { value, next: quote < 0 ? undefined : quote + 1, lines };
}

/** Programs that show tables take such texts for formulas. */
const looksLikeFormula = /^[=+\-@\t\r]/;

/** Writes a field, quoted where it must be; a text that could be taken for a formula gets an apostrophe before it. */
function written(field: string): string {
  const safe = looksLikeFormula.test(field) ? `'${field}` : field;
  return safe === '' || /[",\r\n]|^\s|^\ufeff|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Writes records, one per line. */
export const writeCsv = (records: readonly (readonly string[])[]): string =>
  records.map((fields) => `${fields.map(written).join(',')}\r\n`).join('');
