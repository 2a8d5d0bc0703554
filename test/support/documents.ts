import { expect } from 'vitest';
import type { Document } from '#shared/protocol/vocabulary';

/** A document as others receive it. */
export const wire = (document: Document): Record<string, unknown> => JSON.parse(JSON.stringify(document));

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

const textsIn = (value: unknown): readonly (readonly [key: string, text: string])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, part]) =>
        typeof part === 'string' ? [[key, part] as const] : textsIn(part).map(([name, text]) => [name || key, text]),
      )
    : [];

const times = ['published', 'updated', 'deleted'];

/** What the strictest servers need: the context first, depth of at most 7, times in Z, the full name of the public. */
export function expectReadable(document: Document): void {
  const sent = wire(document);
  const context = sent['@context'];
  expect(Array.isArray(context) ? context[0] : context).toBe('https://www.w3.org/ns/activitystreams');
  expect(sent.id).toMatch(/^https:\/\//);
  expect(depthOf(sent)).toBeLessThanOrEqual(7);
  for (const [key, text] of textsIn(sent)) {
    if (times.includes(key)) expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(text).not.toMatch(/^(as:)?Public$/);
  }
}
