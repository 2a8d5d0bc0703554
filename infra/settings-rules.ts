import type { Settings } from './settings.ts';

/** The longest delay of an SQS message. */
const longestDelay = 900;

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
  if (!isDelay(settings.shareDelaySeconds, 0))
    yield `shareDelaySeconds must be a whole number from 0 to ${longestDelay}, not ${settings.shareDelaySeconds}.`;
  if (settings.retryDelaysSeconds.length === 0) yield 'retryDelaysSeconds must name at least one wait.';
  for (const delay of settings.retryDelaysSeconds) {
    if (!isDelay(delay, 1)) yield `retryDelaysSeconds must be whole numbers from 1 to ${longestDelay}, not ${delay}.`;
  }

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

const isDelay = (value: number, least: number) => Number.isInteger(value) && value >= least && value <= longestDelay;

const isOrigin = (value: string, local: boolean) => URL.parse(value)?.origin === value && hasScheme(value, local);

const isIssuer = (value: string, local: boolean) =>
  URL.canParse(value) && hasScheme(value, local) && !/[?#\s]/.test(value);

const isPage = (value: string, placeholder: string) =>
  value.includes(placeholder) && hasScheme(value, false) && URL.canParse(value.replaceAll(/[{}]/g, ''));

const isHost = (value: string) => URL.parse(`https://${value}`)?.host === value;

const hasScheme = (value: string, local: boolean) =>
  value.startsWith('https://') || (local && value.startsWith('http://'));
