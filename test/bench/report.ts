/** Tables for the terminal and for docs/benchmarks.md. */
import type { Spread } from './statistics.ts';

/** A part of the report. The first column is text, the others are numbers. */
export interface Section {
  readonly title: string;
  /** What was measured, and how. */
  readonly says: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Something that must hold. */
export interface Target {
  readonly what: string;
  readonly value: string;
  readonly needed: string;
  readonly reached: boolean;
}

/** A number with as many digits as say something. */
export const round = (value: number): string => {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 4;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
};

/** The middle of some runs, and how far they lie apart. */
export const spread = ({ median, least, most }: Spread): string =>
  `${round(median)} (${round(least)} to ${round(most)})`;

/** Dollars. */
export const dollars = (value: number): string =>
  `$${value < 0.1 ? value.toFixed(4) : value.toFixed(value < 10 ? 2 : 0)}`;

/** Megabytes of bytes. */
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;

/** The targets as a section. */
export const targetSection = (targets: readonly Target[]): Section => ({
  title: 'Targets',
  says: 'A run that misses one of these ends with an error.',
  head: ['target', 'needed', 'measured', ''],
  rows: targets.map(({ what, needed, value, reached }) => [what, needed, value, reached ? 'reached' : 'missed']),
});

/** A section for the terminal, its columns aligned. */
export function asText({ title, head, rows }: Section): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!))).join('   ');
  return [title, ...all.map((row) => `  ${line(row).trimEnd()}`), ''].join('\n');
}

/** A section of a Markdown document. */
export function asMarkdown({ title, says, head, rows }: Section): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  const rule = head.map((_, n) => (n === 0 ? '---' : '---:'));
  return [`## ${title}`, '', says, '', line(head), line(rule), ...rows.map(line)].join('\n');
}
