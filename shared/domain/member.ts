/** Who a member is, and whether the member may share. */
import type { QuotePolicy } from './answer.ts';
import type { Held } from './hold.ts';
import type { Sharing } from './sharing.ts';

/** One row of the profile's table of links, shown as name and value. */
export interface ProfileField {
  readonly name: string;
  readonly value: string;
}

/** What the platform tells about a member. `country` is ISO 3166-1 alpha-2. */
export interface Profile {
  readonly username: string;
  readonly displayName: string;
  readonly bio: string;
  readonly avatarUrl?: string | undefined;
  readonly headerUrl?: string | undefined;
  readonly fields: readonly ProfileField[];
  readonly publicProfile: boolean;
  readonly country: string;
  readonly adult: boolean;
  /** The platform has suspended the member: sharing is paused, and does not go on by itself when that ends. */
  readonly suspended?: boolean | undefined;
  /** Who may quote the member's posts: everyone, unless it is said. */
  readonly quotes?: QuotePolicy | undefined;
}

/** What the member agreed to, and when (RFC 3339). */
export interface Consent {
  readonly textVersion: string;
  readonly at: string;
}

/** So many consents of a member are kept, the newest. */
const mostConsents = 100;

/** An account of the platform, as far as sharing goes. */
export interface Member extends Profile, Held {
  readonly memberId: string;
  readonly sharing: Sharing;
  /** Changes whenever sharing is turned on or off: what was queued under an older epoch is not sent. */
  readonly epoch: number;
  /** Posts of this epoch and of earlier ones are removed, before each row says so. */
  readonly removedUpTo: number;
  /** While paused: when sharing goes on by itself. */
  readonly pausedUntil?: string | undefined;
  /** The removal that ended sharing, until it is turned on again. */
  readonly removalId?: string | undefined;
  /** The opaque, permanent part of the actor id; given when sharing is first turned on. */
  readonly actorKey?: string | undefined;
  /** SPKI PEM; absent until the key pair has been made. */
  readonly publicKeyPem?: string | undefined;
  /** The consent under which sharing was turned on last. */
  readonly consent?: Consent | undefined;
  /** Those before it, oldest first. */
  readonly earlierConsents?: readonly Consent[] | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What the member agreed to each time, oldest first, as far as it is kept. */
export const consentsOf = ({ consent, earlierConsents = [] }: Pick<Member, 'consent' | 'earlierConsents'>) =>
  consent ? [...earlierConsents, consent] : earlierConsents;

/** What is kept of the consents until now when another one is given: with it, the newest hundred. */
export const consentsBefore = (member: Pick<Member, 'consent' | 'earlierConsents'>) =>
  consentsOf(member).slice(1 - mostConsents);

/** A member whose actor exists: sharing was turned on at least once and the key pair is made. */
export type Actor = Member & { readonly actorKey: string; readonly publicKeyPem: string };

/** Has this member an actor that other servers can read? */
export const hasActor = (member: Member): member is Actor =>
  member.actorKey !== undefined && member.publicKeyPem !== undefined;

/** Was this member deleted for ever, and does nobody need the key any more? Then there is no actor either. */
export const isBuried = ({ sharing, publicKeyPem }: Pick<Member, 'sharing' | 'publicKeyPem'>): boolean =>
  sharing === 'gone' && publicKeyPem === undefined;

/** The rules that a member must meet, by the name of the field that fails. */
export type EligibilityRule = 'publicProfile' | 'adult' | 'country' | 'notSuspended';

/** Every rule that keeps this member from sharing; empty when the member may. */
export function failingRules(
  profile: Pick<Profile, 'publicProfile' | 'adult' | 'country' | 'suspended'>,
  countries: readonly string[],
): readonly EligibilityRule[] {
  return [
    ...(profile.publicProfile ? [] : (['publicProfile'] as const)),
    ...(profile.adult ? [] : (['adult'] as const)),
    ...(countries.includes(profile.country) ? [] : (['country'] as const)),
    ...(profile.suspended ? (['notSuspended'] as const) : []),
  ];
}

/** What the loss of a rule does to sharing: at once, and whatever the member does. */
export type Consequence = 'remove' | 'pause' | 'nothingNew';

/** Private or under age: everything is taken back. Suspended: paused, and removed only when the platform says so. Country: nothing new. */
export function consequenceOf(failing: readonly EligibilityRule[]): Consequence | undefined {
  if (failing.includes('publicProfile') || failing.includes('adult')) return 'remove';
  if (failing.includes('notSuspended')) return 'pause';
  return failing.length > 0 ? 'nothingNew' : undefined;
}

/** Would other servers see a difference between these two profiles? */
export const looksDifferent = (before: Profile, after: Profile): boolean =>
  (['username', 'displayName', 'bio', 'avatarUrl', 'headerUrl'] as const).some((key) => before[key] !== after[key]) ||
  JSON.stringify(before.fields) !== JSON.stringify(after.fields);
