import { describe, expect, test } from 'vitest';
import { checked, type Settings, SettingsError, settingsOf } from '../../infra/settings.ts';

const production = settingsOf('production');

describe('a stage', () => {
  test.each(['production', 'local'])('%s can be built as it is', (stage) => {
    expect(settingsOf(stage).stage).toBe(stage);
  });

  test.each(['staging', 'toString', ''])('that is unknown ("%s") is an error that lists the known ones', (stage) => {
    expect(() => settingsOf(stage)).toThrow(SettingsError);
    expect(() => settingsOf(stage)).toThrow(
      `There is no stage "${stage}". Choose one with -c stage=NAME: production, local.`,
    );
  });

  test('keeps a Delete back until nothing older is on its way, for a shorter time on one machine, where a person watches', () => {
    expect(production).toMatchObject({ removalDelaySeconds: 60, editDelaySeconds: 25, spreadSeconds: 120 });
    expect(settingsOf('local')).toMatchObject({ removalDelaySeconds: 5, editDelaySeconds: 2 });
  });

  test('serves the countries of the beta and waits five minutes, unless told otherwise', () => {
    expect(production).toMatchObject({ eligibleCountries: ['US', 'CA', 'JP'], shareDelaySeconds: 300 });
  });
});

describe('settings that cannot be built are refused:', () => {
  const wrong: readonly (readonly [string, Partial<Settings>, string])[] = [
    ['an origin without https', { origin: 'http://share.example.com' }, 'origin must be https'],
    ['an origin with a path', { origin: 'https://share.example.com/fediverse' }, 'without a path'],
    ['an origin with a slash at its end', { origin: 'https://share.example.com/' }, 'without a path'],
    ['an origin that is a host name', { origin: 'share.example.com' }, 'origin must be'],
    ['an origin with a password', { origin: 'https://me:secret@share.example.com' }, 'origin must be'],
    ['a certificate of something else', { certificateArn: 'arn:aws:iam::1:server-certificate/x' }, 'ACM certificate'],
    ['a certificate without an origin', { certificateArn: 'arn:aws:acm:x', origin: undefined }, 'needs an origin'],
    ['a handle domain that is an address', { handleDomain: 'https://example.com' }, 'handleDomain must be'],
    ['a handle domain in capitals', { handleDomain: 'Example.com' }, 'handleDomain must be a lower-case'],
    ['no country', { eligibleCountries: [] }, 'at least one country'],
    ['a country by name', { eligibleCountries: ['US', 'Canada'] }, 'two capitals such as US, not "Canada"'],
    ['a country in small letters', { eligibleCountries: ['us'] }, 'two capitals'],
    ['a negative share delay', { shareDelaySeconds: -1 }, 'shareDelaySeconds must be a whole number from 0 to 900'],
    ['a share delay beyond 15 minutes', { shareDelaySeconds: 901 }, 'not 901'],
    ['a share delay with a fraction', { shareDelaySeconds: 1.5 }, 'shareDelaySeconds'],
    [
      'a Delete that leaves too early',
      { removalDelaySeconds: 59 },
      'removalDelaySeconds must be a whole number from 60',
    ],
    ['a Delete that a queue cannot hold back', { removalDelaySeconds: 901 }, 'from 60 to 900, not 901'],
    ['a Delete after half a second', { removalDelaySeconds: 60.5 }, 'removalDelaySeconds'],
    ['an Update that leaves too early', { editDelaySeconds: 24 }, 'editDelaySeconds must be a whole number from 25'],
    ['an Update that a queue cannot hold back', { editDelaySeconds: 901 }, 'from 25 to 900, not 901'],
    ['a spread of less than nothing', { spreadSeconds: -1 }, 'spreadSeconds must be a whole number from 0 to 900'],
    ['a spread over an hour', { spreadSeconds: 3600 }, 'spreadSeconds'],
    ['no wait before a probe', { probeDelaysSeconds: [] }, 'probeDelaysSeconds must name at least one wait'],
    [
      'a probe at once',
      { probeDelaysSeconds: [60, 0] },
      'probeDelaysSeconds must be whole numbers from 1 to 86400, not 0',
    ],
    ['a probe after a week', { probeDelaysSeconds: [604_800] }, 'not 604800'],
    ['a server that is sent nothing', { drainPerSecond: 0 }, 'drainPerSecond must be a whole number from 1 to 100'],
    ['a server that is flooded', { drainPerSecond: 101 }, 'drainPerSecond'],
    [
      'a server that is never asked',
      { removalsPerSecond: 0 },
      'removalsPerSecond must be a whole number from 1 to 100',
    ],
    ['a server that is asked too often', { removalsPerSecond: 101 }, 'removalsPerSecond'],
    ['a look before the asking', { lookAfterSeconds: -1 }, 'lookAfterSeconds must be a whole number from 0 to 86400'],
    ['a look after a week', { lookAfterSeconds: 604_800 }, 'lookAfterSeconds'],
    ['a receipt that is not kept', { receiptDays: 0 }, 'receiptDays must be a whole number from 1 to 300'],
    ['a receipt that is kept for ever', { receiptDays: 301 }, 'receiptDays'],
    ['a limit that nobody knows', { limits: { fetchesPerYear: 1 } }, 'limits has no "fetchesPerYear"'],
    ['a limit of nothing', { limits: { fetchesPerMinute: 0 } }, 'fetchesPerMinute must be a whole number from 1'],
    ['an inbox that never runs', { inboxConcurrency: 0 }, 'inboxConcurrency must be a whole number from 1 to 1000'],
    ['no wait before a retry', { retryDelaysSeconds: [] }, 'at least one wait'],
    ['a retry at once', { retryDelaysSeconds: [0] }, 'whole numbers from 1 to 900, not 0'],
    ['a retry after an hour', { retryDelaysSeconds: [60, 3600] }, 'not 3600'],
    ['a member page without the name', { memberPage: 'https://example.com/@' }, '{username}'],
    ['a member page without https', { memberPage: 'http://example.com/@{username}' }, 'memberPage must be'],
    ['a post page without the id', { postPage: 'https://example.com/@{username}' }, '{postId}'],
    ['an issuer without https', { oidc: { issuer: 'http://login.example.com', audience: 'a' } }, 'oidc.issuer'],
    ['an issuer with a query', { oidc: { issuer: 'https://login.example.com?a', audience: 'a' } }, 'without query'],
    ['an empty audience', { oidc: { issuer: 'https://login.example.com', audience: '' } }, 'oidc.audience'],
    ['an alarm address without @', { alarmAddress: 'alarms' }, 'one mail address'],
    ['a stage name with spaces', { stage: 'My Stage' }, 'stage must be'],
  ];

  test.each(wrong)('%s', (_, change, says) => {
    expect(() => checked({ ...production, ...change })).toThrow(SettingsError);
    expect(() => checked({ ...production, ...change })).toThrow(says);
  });

  test('and every fault is named at once', () => {
    const faulty = { ...production, origin: 'nowhere', shareDelaySeconds: 1000, eligibleCountries: ['usa'] };
    expect(() => checked(faulty)).toThrow(/production.*- origin.*- eligibleCountries.*- shareDelaySeconds/s);
  });
});

describe('settings that can be built are accepted:', () => {
  const right: readonly (readonly [string, Partial<Settings>])[] = [
    ['no origin: the endpoint of the API', { origin: undefined }],
    ['an origin with a port', { origin: 'https://share.example.com:8443' }],
    ['a share delay of nothing and of 15 minutes', { shareDelaySeconds: 0, retryDelaysSeconds: [1, 900] }],
    ['an issuer with a path and a slash', { oidc: { issuer: 'https://example.com/realms/main/', audience: 'x' } }],
    ['the shortest safe delays', { removalDelaySeconds: 60, editDelaySeconds: 25, spreadSeconds: 0 }],
    ['the longest delays', { removalDelaySeconds: 900, editDelaySeconds: 900, spreadSeconds: 900 }],
    ['probes after a second and a day', { probeDelaysSeconds: [1, 86_400], drainPerSecond: 100 }],
    ['removals at full speed', { removalsPerSecond: 100, lookAfterSeconds: 0, receiptDays: 300 }],
    ['removals in peace', { removalsPerSecond: 1, lookAfterSeconds: 86_400, receiptDays: 1 }],
    ['limits and an inbox of its own', { limits: { fetchesPerMinute: 60 }, inboxConcurrency: 1 }],
    ['no delays on one machine', { removalDelaySeconds: 0, editDelaySeconds: 0, local: { privateHosts: [] } }],
    ['plain http on one machine', { origin: 'http://localhost:3000', local: { privateHosts: ['localhost'] } }],
  ];

  test.each(right)('%s', (_, change) => {
    expect(checked({ ...production, ...change })).toMatchObject(change);
  });
});
