import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { userAgent, version } from '#shared/runtime/version';

const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

test('the version is the one of the package', () => expect(manifest).toMatchObject({ version }));

test('others are told who asks and where to find us', () =>
  expect(userAgent(new URL('https://share.example'))).toBe(`fediverse-sharing/${version} (+https://share.example/)`));
