/** The message catalogue, as the platform's pages get it. */
import { expect, inject, test } from 'vitest';
import { en } from '../../../shared/domain/wording/en.ts';
import { clientWith, platform } from '../../support/api.ts';

interface Catalogue {
  readonly language: string;
  readonly languages: readonly string[];
  readonly textVersion: string;
  readonly texts: typeof en;
}

test.each(['', '?language=en-GB', '?language=xx'])('is there for every language asked for: "%s"', async (query) => {
  const { status, body } = await platform().ask<Catalogue>('GET', `/wording${query}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ language: 'en', languages: ['en'], textVersion: expect.any(String) });
  expect(body.texts.warnings).toEqual(en.warnings);
  expect(body.texts.confirmation.handle).toContain('@{handle}');
});

test('is for every token, and for nobody without one', async () => {
  expect((await clientWith(inject('stack').tokens.member).ask('GET', '/wording')).status).toBe(200);
  expect((await clientWith('').ask('GET', '/wording')).status).toBe(401);
});
