/** Who a member is, whether the member may share, and what turning sharing on and off does. */
import type { QuotePolicy } from './answer.ts';

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
  /** Who may quote the member's posts: everyone, unless it is said. */
  readonly quotes?: QuotePolicy | undefined;
}

/**
 * `paused`: nothing new is shared, everything that was stays and is kept up.
 * `removing`: turned off, and the requests to remove the posts are still being put on their way.
 */
export type Sharing = 'off' | 'on' | 'paused' | 'removing';

/** Are this member's posts of the present epoch out there? */
export const isSharing = ({ sharing }: Pick<Member, 'sharing'>): boolean => sharing === 'on' || sharing === 'paused';

/** What the member agreed to, and when (RFC 3339). */
export interface Consent {
  readonly textVersion: string;
  readonly at: string;
}

/** An account of the platform, as far as sharing goes. */
export interface Member extends Profile {
  readonly memberId: string;
  readonly sharing: Sharing;
  /** Changes whenever sharing is turned on or off: what was queued under an older epoch is not sent. */
  readonly epoch: number;
  /** The opaque, permanent part of the actor id; given when sharing is first turned on. */
  readonly actorKey?: string | undefined;
  /** SPKI PEM; absent until the key pair has been made. */
  readonly publicKeyPem?: string | undefined;
  readonly consent?: Consent | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A member whose actor exists: sharing was turned on at least once and the key pair is made. */
export type Actor = Member & { readonly actorKey: string; readonly publicKeyPem: string };

/** Has this member an actor that other servers can read? */
export const hasActor = (member: Member): member is Actor =>
  member.actorKey !== undefined && member.publicKeyPem !== undefined;

/** The rules that a member must meet, by the name of the field that fails. */
export type EligibilityRule = 'publicProfile' | 'adult' | 'country';

/** Every rule that keeps this member from sharing; empty when the member may. */
export function failingRules(
  profile: Pick<Profile, EligibilityRule>,
  countries: readonly string[],
): readonly EligibilityRule[] {
  return [
    ...(profile.publicProfile ? [] : (['publicProfile'] as const)),
    ...(profile.adult ? [] : (['adult'] as const)),
    ...(countries.includes(profile.country) ? [] : (['country'] as const)),
  ];
}

/** Rules whose loss ends sharing at once; losing the country only stops new posts. */
export const losesSharing = (failing: readonly EligibilityRule[]): boolean =>
  failing.includes('publicProfile') || failing.includes('adult');

/** What a wish to turn sharing on or off, or to pause it, leads to. */
export type SharingDecision =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'turnOn' }
  | { readonly kind: 'turnOff' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'nothingToPause' }
  | { readonly kind: 'ineligible'; readonly rules: readonly EligibilityRule[] }
  | { readonly kind: 'stillRemoving' };

/** Decides on a wish to turn sharing on or off, or to pause it. */
export function decideSharing(
  member: Member,
  wish: 'on' | 'paused' | 'off',
  failing: readonly EligibilityRule[],
): SharingDecision {
  if (wish === 'off') return { kind: isSharing(member) ? 'turnOff' : 'unchanged' };
  if (wish === 'paused') {
    if (member.sharing === 'paused') return { kind: 'unchanged' };
    return { kind: member.sharing === 'on' ? 'pause' : 'nothingToPause' };
  }
  if (failing.length > 0) return { kind: 'ineligible', rules: failing };
  switch (member.sharing) {
    case 'on':
      return { kind: 'unchanged' };
    case 'paused':
      return { kind: 'resume' };
    case 'off':
      return { kind: 'turnOn' };
    case 'removing':
      return { kind: 'stillRemoving' };
  }
}

/** Would other servers see a difference between these two profiles? */
export const looksDifferent = (before: Profile, after: Profile): boolean =>
  (['username', 'displayName', 'bio', 'avatarUrl', 'headerUrl'] as const).some((key) => before[key] !== after[key]) ||
  JSON.stringify(before.fields) !== JSON.stringify(after.fields);
