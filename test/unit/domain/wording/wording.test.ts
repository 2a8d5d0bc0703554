import { describe, expect, test } from 'vitest';
import { sharingStates, transitions } from '#shared/domain/sharing';
import { en } from '#shared/domain/wording/en';
import { languageFor, languages, type Texts, templatesOf, wordingFor } from '#shared/domain/wording/wording';

/** All texts with their paths. */
const flat = (texts: Texts, path = ''): readonly (readonly [string, string])[] =>
  Object.entries(texts).flatMap(([key, text]) =>
    typeof text === 'string' ? [[`${path}${key}`, text] as const] : flat(text, `${path}${key}.`),
  );
const texts = flat(templatesOf(en));

describe('the language', () => {
  test.each([
    [undefined, 'en'],
    ['', 'en'],
    ['en', 'en'],
    ['en-GB', 'en'],
    ['EN-us;q=0.8', 'en'],
    ['de', 'en'],
    ['de-CH, en;q=0.5', 'en'],
    ['*', 'en'],
    ['en;q=0', 'en'],
    [';;;,,q=', 'en'],
    ['__proto__', 'en'],
  ])('for %j is %s', (header, language) => {
    expect(languageFor(header)).toBe(language);
    expect(wordingFor(header)).toBe(en);
  });

  test('is one that is listed', () => expect(languages).toContain(languageFor('xx')));
});

describe('the texts', () => {
  test('are there, and say something', () => {
    expect(texts.length).toBeGreaterThan(50);
    for (const [path, text] of texts) expect(text.trim(), path).not.toBe('');
  });

  test('are sent with the names of what is filled in', () => {
    const sent = Object.fromEntries(texts);
    expect(sent['confirmation.handle']).toContain('@{handle}.');
    expect(sent.pausedUntil).toContain('{date}');
    expect(en.confirmation.handle({ handle: 'ann@example.com' })).toContain('@ann@example.com.');
    for (const [path, text] of texts) expect(text, path).not.toMatch(/undefined|\[object|=>/);
  });

  test('have the four warnings that come before turning on', () =>
    expect(Object.keys(en.warnings)).toEqual(['resharing', 'interactions', 'copies', 'turnOff']));

  test('name every state and transition', () => {
    expect(Object.keys(en.states).sort()).toEqual([...sharingStates].sort());
    expect(Object.keys(en.transitions).sort()).toEqual(Object.keys(transitions).sort());
  });

  test('never say that a post was removed elsewhere: only that servers are asked to', () => {
    for (const [path, text] of texts)
      expect(text, path).not.toMatch(/(have been|were|was|are) (removed|deleted) (from|by|on) /i);
  });
});
