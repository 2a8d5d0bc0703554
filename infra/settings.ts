/** The stages, and what each of them is told. Edit `production` before the first deployment, or add a stage beside it. */

import { faultsOf } from './settings-rules.ts';

/** What one stage is told: where it lives, whom it serves, how it behaves. */
export interface Settings {
  readonly stage: string;
  /** Public address of the fediverse side, e.g. https://share.example.com. Without it: the HTTP API's own endpoint. */
  readonly origin?: string;
  /** ACM certificate for the origin's host, in the stack's region. With it, the API gets that host as its domain name. */
  readonly certificateArn?: string;
  /** What stands behind the second @ of every handle. Without it: the origin's host. */
  readonly handleDomain?: string;
  /** Members in these countries may share: ISO 3166 codes such as US. */
  readonly eligibleCountries: readonly string[];
  /** How long a new post waits before it leaves, 0 to 900. */
  readonly shareDelaySeconds: number;
  /**
   * A Delete leaves so long after its post was removed, when nothing older of the post can still be on its way: 60 to 900.
   * Less only on one machine.
   */
  readonly removalDelaySeconds: number;
  /** An edit, a changed profile and the Rejects of a removal leave so long after the change: 25 to 900. Less only on one machine. */
  readonly editDelaySeconds: number;
  /** What goes to more than 1,000 inboxes leaves spread over so much time, so that not all fetch its pictures at once: 0 to 900. */
  readonly spreadSeconds: number;
  /** A member's page on the platform; {username} is filled in. */
  readonly memberPage: string;
  /** A post's page on the platform; {postId}, and {username} where it is needed, are filled in. */
  readonly postPage: string;
  /** Who signs the tokens of the platform API, and for whom. */
  readonly oidc: { readonly issuer: string; readonly audience: string };
  /** The waits before an inbox that failed is asked again, 1 to 900 each. */
  readonly retryDelaysSeconds: readonly number[];
  /** The waits between looks at a server that is out, the last one for all that follow, 1 to 86,400 each. */
  readonly probeDelaysSeconds: readonly number[];
  /** How many activities that waited for a server it is sent in a second, 1 to 100. */
  readonly drainPerSecond: number;
  /** How many Deletes of a removal one server gets in a second, 1 to 100. */
  readonly removalsPerSecond: number;
  /** So long after a server was asked to remove something it is looked whether it still shows it: 0 to 86,400. */
  readonly lookAfterSeconds: number;
  /** How many days the receipt of a removal is kept once nothing waits for any server, 1 to 300. */
  readonly receiptDays: number;
  /** How much others may ask of this deployment; names and defaults are in docs/deploy.md. What is not named keeps its default. */
  readonly limits: Readonly<Record<string, number>>;
  /** How many POSTs from other servers are verified at the same time, 1 to 1,000; without it as many as the account allows. */
  readonly inboxConcurrency?: number;
  /** Posts and collections are only for who signs the request and is not blocked; actors and keys stay readable for all. */
  readonly authorisedFetch: boolean;
  /** Everybody may read which servers are blocked or limited, in which category, and since when. */
  readonly publicBlocklist: boolean;
  /** Gets a mail when an alarm goes off, once it has confirmed the subscription. */
  readonly alarmAddress?: string;
  /** For a stage on one machine: plain http, nothing outlives the stack, and its runner may override values by parameter. */
  readonly local?: {
    /** Hosts, host:port or address ranges that are not public but may be reached. */
    readonly privateHosts: readonly string[];
  };
}

const probeDelaysSeconds = [300, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200]; // 5 minutes to 12 hours

const stages: Readonly<Record<string, Omit<Settings, 'stage'>>> = {
  production: {
    origin: 'https://share.example.com',
    // certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
    handleDomain: 'example.com',
    eligibleCountries: ['US', 'CA', 'JP'],
    shareDelaySeconds: 300,
    memberPage: 'https://www.example.com/@{username}',
    postPage: 'https://www.example.com/@{username}/post/{postId}',
    oidc: { issuer: 'https://login.example.com', audience: 'fediverse-sharing' },
    removalDelaySeconds: 60,
    editDelaySeconds: 25,
    spreadSeconds: 120,
    retryDelaysSeconds: [60, 300, 900],
    probeDelaysSeconds,
    drainPerSecond: 5,
    removalsPerSecond: 3,
    lookAfterSeconds: 600,
    receiptDays: 180,
    limits: {},
    // inboxConcurrency: 50, // a new account has ten for all functions together: raise its quota first
    authorisedFetch: false,
    publicBlocklist: true,
    alarmAddress: 'alarms@example.com',
  },
  local: {
    origin: 'http://localhost:3000',
    eligibleCountries: ['US', 'CA', 'JP'],
    shareDelaySeconds: 300,
    memberPage: 'https://platform.example/@{username}',
    postPage: 'https://platform.example/@{username}/post/{postId}',
    oidc: { issuer: 'http://localhost:3001', audience: 'fediverse-sharing' },
    removalDelaySeconds: 5,
    editDelaySeconds: 2,
    spreadSeconds: 120,
    retryDelaysSeconds: [60, 300, 900],
    probeDelaysSeconds,
    drainPerSecond: 5,
    removalsPerSecond: 3,
    lookAfterSeconds: 5,
    receiptDays: 180,
    limits: {},
    authorisedFetch: false,
    publicBlocklist: true,
    local: { privateHosts: [] },
  },
};

/** The checked settings of a stage; a SettingsError if there is no such stage. */
export function settingsOf(stage: string): Settings {
  const found = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  if (found) return checked({ stage, ...found });
  throw new SettingsError([
    `There is no stage "${stage}". Choose one with -c stage=NAME: ${Object.keys(stages).join(', ')}.`,
  ]);
}

/** The same settings if they can be built, else a SettingsError that lists every fault. */
export function checked(settings: Settings): Settings {
  const faults = [...faultsOf(settings)];
  if (faults.length === 0) return settings;
  throw new SettingsError([
    `Stage "${settings.stage}" of infra/settings.ts cannot be built:`,
    ...faults.map((fault) => `- ${fault}`),
  ]);
}

/** A stage that does not exist or cannot be built, and why, line by line. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
  }
}
