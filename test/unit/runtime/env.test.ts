import { afterEach, describe, expect, test, vi } from 'vitest';
import { defaultLimits } from '#shared/domain/limits';
import { limits, list, origin, readEnv, seconds, secondsList, text, textOrNone } from '#shared/runtime/env';

afterEach(() => vi.unstubAllEnvs());
const stub = (variables: Readonly<Record<string, string>>) => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
};

describe('readEnv', () => {
  test('gives what the function needs, in its own types', () => {
    stub({
      TABLE_NAME: 'table',
      ORIGIN: 'https://share.example',
      ELIGIBLE_COUNTRIES: 'US, CA,,JP ',
      SHARE_DELAY_SECONDS: '300',
      RETRY_DELAYS_SECONDS: '60,300,900',
    });
    const env = readEnv({
      TABLE_NAME: text,
      ORIGIN: origin,
      ELIGIBLE_COUNTRIES: list,
      SHARE_DELAY_SECONDS: seconds,
      RETRY_DELAYS_SECONDS: secondsList,
      HANDLE_DOMAIN: textOrNone,
      PRIVATE_HOSTS: list,
    });
    expect(env).toEqual({
      TABLE_NAME: 'table',
      ORIGIN: new URL('https://share.example'),
      ELIGIBLE_COUNTRIES: ['US', 'CA', 'JP'],
      SHARE_DELAY_SECONDS: 300,
      RETRY_DELAYS_SECONDS: [60, 300, 900],
      HANDLE_DOMAIN: '',
      PRIVATE_HOSTS: [],
    });
  });

  test('limits are those by default, but for those that are named', () => {
    expect(readEnv({ NO_LIMITS: limits })).toEqual({ NO_LIMITS: defaultLimits });
    stub({ LIMITS: 'fetchesPerMinute=5, mentionsPerNote = 3,' });
    expect(readEnv({ LIMITS: limits })).toEqual({
      LIMITS: { ...defaultLimits, fetchesPerMinute: 5, mentionsPerNote: 3 },
    });
  });

  test.each([
    'fetchesPerHour=5',
    'fetchesPerMinute=0',
    'fetchesPerMinute=-1',
    'fetchesPerMinute=many',
    'fetchesPerMinute',
  ])('limits that cannot be kept are refused: %s', (text) => {
    stub({ LIMITS: text });
    expect(() => readEnv({ LIMITS: limits })).toThrow(/LIMITS/);
  });

  test('names what is missing', () =>
    expect(() => readEnv({ TABLE_NAME: text, NO_SUCH_QUEUE_URL: text })).toThrow(/NO_SUCH_QUEUE_URL/));

  test.each([
    ['an empty name', 'TABLE_NAME', '', text],
    ['an origin that is no address', 'ORIGIN', 'share.example', origin],
    ['an origin with a path', 'ORIGIN', 'https://share.example/fediverse', origin],
    ['a delay among others that is no number', 'RETRY_DELAYS_SECONDS', '60,abc', secondsList],
    ['a delay that is no number', 'SHARE_DELAY_SECONDS', 'soon', seconds],
    ['a delay that is negative', 'SHARE_DELAY_SECONDS', '-1', seconds],
    ['a delay that is no whole number', 'SHARE_DELAY_SECONDS', '1.5', seconds],
  ])('%s is an error that names it', (_, name, value, schema) => {
    stub({ [name]: value });
    expect(() => readEnv({ [name]: schema })).toThrow(name);
  });
});
