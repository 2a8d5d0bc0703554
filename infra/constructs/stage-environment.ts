import { CfnParameter, Fn, type Stack } from 'aws-cdk-lib';
import type { Settings } from '../settings.ts';

/** A named value of the stage: fixed, or one that can be overridden when the template is run. */
export type Value = (name: string, value: string) => string;

/** In a local stage a parameter of the template with the value as its default; in every other stage just the value. */
export function valueIn(stack: Stack, { local }: Settings): Value {
  return (name, value) => (local ? new CfnParameter(stack, name, { default: value }).valueAsString : value);
}

/** The environment variables of a stage; each construct picks those that its functions need. */
export type Tell = (...names: readonly Name[]) => Record<string, string>;

type Name = keyof ReturnType<typeof variables>;

/** Makes a stage's environment variables, with the API's own endpoint where the settings name no origin. */
export function stageEnvironment(settings: Settings, endpoint: string, value: Value): Tell {
  const all = variables(settings, endpoint, value);
  return (...names) =>
    Object.fromEntries(names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
}

function variables(settings: Settings, endpoint: string, value: Value) {
  const { origin, handleDomain, local } = settings;
  const host = origin ? new URL(origin).host : Fn.select(2, Fn.split('/', endpoint));
  return {
    ORIGIN: value('Origin', origin ?? endpoint),
    HANDLE_DOMAIN: value('HandleDomain', handleDomain ?? host),
    ELIGIBLE_COUNTRIES: settings.eligibleCountries.join(','),
    SHARE_DELAY_SECONDS: value('ShareDelaySeconds', String(settings.shareDelaySeconds)),
    MEMBER_PAGE: settings.memberPage,
    POST_PAGE: settings.postPage,
    REMOVAL_DELAY_SECONDS: value('RemovalDelaySeconds', String(settings.removalDelaySeconds)),
    EDIT_DELAY_SECONDS: value('EditDelaySeconds', String(settings.editDelaySeconds)),
    SPREAD_SECONDS: value('SpreadSeconds', String(settings.spreadSeconds)),
    RETRY_DELAYS_SECONDS: value('RetryDelaysSeconds', settings.retryDelaysSeconds.join(',')),
    PROBE_DELAYS_SECONDS: value('ProbeDelaysSeconds', settings.probeDelaysSeconds.join(',')),
    DRAIN_PER_SECOND: value('DrainPerSecond', String(settings.drainPerSecond)),
    REMOVALS_PER_SECOND: value('RemovalsPerSecond', String(settings.removalsPerSecond)),
    LOOK_AFTER_SECONDS: value('LookAfterSeconds', String(settings.lookAfterSeconds)),
    RECEIPT_DAYS: value('ReceiptDays', String(settings.receiptDays)),
    LIMITS: value('Limits', pairs(settings.limits)),
    AUTHORISED_FETCH: value('AuthorisedFetch', String(settings.authorisedFetch)),
    PUBLIC_BLOCKLIST: value('PublicBlocklist', String(settings.publicBlocklist)),
    PRIVATE_HOSTS: local && value('PrivateHosts', local.privateHosts.join(',')),
  };
}

/** `name=number,name=number` */
const pairs = (limits: Settings['limits']) =>
  Object.entries(limits)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
