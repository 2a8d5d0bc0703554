import type { Settings } from './settings.ts';

/** The longest delay of an SQS message. */
const longestDelay = 900;

/** The longest wait before a server is looked at again. */
const longestWait = 86_400;

/**
 * When nothing older can be on its way any more: a worker sends for at most 20 seconds after its look at the present
 * state. A Delete allows for clocks that differ by 40 seconds, an edit, which another one would mend, by 5.
 */
const safeDelays = { removal: 60, edit: 25 };

/** What servers answered is kept for 400 days; a removal may wait for 100 of them before its receipt begins to age. */
const mostReceiptDays = 300;

/** The limits that a stage may set. */
const limitNames = [
  'failuresPerAddressPerMinute',
  'postsPerServerPerMinute',
  'fetchesPerMinute',
  'fetchesPerDomainPerMinute',
  'newSubdomainsPerDay',
  'inboxesElsewherePerDomain',
  'mentionsPerNote',
  'postsPerMemberPerHour',
  'reportsPerServerPerHour',
];

/** Everything that is wrong with a stage's settings, each in one sentence that says what is expected. */
export function* faultsOf(settings: Settings): Generator<string> {
  const { stage, origin, certificateArn, handleDomain, oidc, alarmAddress } = settings;
  const local = settings.local !== undefined;
  const scheme = local ? 'http(s)' : 'https';

  if (!/^[a-z][a-z0-9-]{0,30}$/.test(stage))
    yield 'stage must be lower-case letters, digits and hyphens: it is part of the stack name.';
  if (origin !== undefined && !isOrigin(origin, local))
    yield `origin must be ${scheme}://host without a path, not "${origin}".`;
  if (handleDomain !== undefined && !isHost(handleDomain))
    yield `handleDomain must be a lower-case host name such as example.com, not "${handleDomain}".`;
  if (certificateArn !== undefined) {
    if (!/^arn:[a-z-]+:acm:/.test(certificateArn))
      yield `certificateArn must be the ARN of an ACM certificate, not "${certificateArn}".`;
    if (origin === undefined) yield 'certificateArn needs an origin: its host becomes the domain name of the API.';
  }

  if (settings.eligibleCountries.length === 0) yield 'eligibleCountries must name at least one country.';
  for (const country of settings.eligibleCountries) {
    if (!/^[A-Z]{2}$/.test(country))
      yield `eligibleCountries must be codes of two capitals such as US, not "${country}".`;
  }
  const { shareDelaySeconds, removalDelaySeconds, editDelaySeconds, spreadSeconds, drainPerSecond } = settings;
  yield* faultOfNumber({ shareDelaySeconds }, 0, longestDelay);
  yield* faultOfNumber({ removalDelaySeconds }, local ? 0 : safeDelays.removal, longestDelay);
  yield* faultOfNumber({ editDelaySeconds }, local ? 0 : safeDelays.edit, longestDelay);
  yield* faultOfNumber({ spreadSeconds }, 0, longestDelay);
  yield* faultOfNumber({ drainPerSecond }, 1, 100);
  const { removalsPerSecond, lookAfterSeconds, receiptDays } = settings;
  yield* faultOfNumber({ removalsPerSecond }, 1, 100);
  yield* faultOfNumber({ lookAfterSeconds }, 0, longestWait);
  yield* faultOfNumber({ receiptDays }, 1, mostReceiptDays);
  const { retryDelaysSeconds, probeDelaysSeconds } = settings;
  yield* faultsOfWaits({ retryDelaysSeconds }, longestDelay);
  yield* faultsOfWaits({ probeDelaysSeconds }, longestWait);

  for (const name of Object.keys(settings.limits)) {
    if (!limitNames.includes(name)) yield `limits has no "${name}"; it may name ${limitNames.join(', ')}.`;
  }
  yield* faultOfNumber(settings.limits, 1, 1_000_000);
  const { inboxConcurrency } = settings;
  if (inboxConcurrency !== undefined) yield* faultOfNumber({ inboxConcurrency }, 1, 1000);

  if (!isPage(settings.memberPage, '{username}'))
    yield `memberPage must be an https address with {username} in it, not "${settings.memberPage}".`;
  if (!isPage(settings.postPage, '{postId}'))
    yield `postPage must be an https address with {postId} in it, not "${settings.postPage}".`;
  if (!isIssuer(oidc.issuer, local))
    yield `oidc.issuer must be an ${scheme} address without query or fragment, not "${oidc.issuer}".`;
  if (!/^\S+$/.test(oidc.audience))
    yield `oidc.audience must be the audience of the tokens, without spaces, not "${oidc.audience}".`;
  if (alarmAddress !== undefined && !/^[^\s@]+@[^\s@]+$/.test(alarmAddress))
    yield `alarmAddress must be one mail address, not "${alarmAddress}".`;
}

const isWhole = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most;

function* faultOfNumber(setting: Readonly<Record<string, number>>, least: number, most: number): Generator<string> {
  for (const [name, value] of Object.entries(setting)) {
    if (!isWhole(value, least, most)) yield `${name} must be a whole number from ${least} to ${most}, not ${value}.`;
  }
}

function* faultsOfWaits(setting: Readonly<Record<string, readonly number[]>>, most: number): Generator<string> {
  for (const [name, waits] of Object.entries(setting)) {
    if (waits.length === 0) yield `${name} must name at least one wait.`;
    for (const wait of waits) {
      if (!isWhole(wait, 1, most)) yield `${name} must be whole numbers from 1 to ${most}, not ${wait}.`;
    }
  }
}

const isOrigin = (value: string, local: boolean) => URL.parse(value)?.origin === value && hasScheme(value, local);

const isIssuer = (value: string, local: boolean) =>
  URL.canParse(value) && hasScheme(value, local) && !/[?#\s]/.test(value);

const isPage = (value: string, placeholder: string) =>
  value.includes(placeholder) && hasScheme(value, false) && URL.canParse(value.replaceAll(/[{}]/g, ''));

const isHost = (value: string) => URL.parse(`https://${value}`)?.host === value;

const hasScheme = (value: string, local: boolean) =>
  value.startsWith('https://') || (local && value.startsWith('http://'));
