/** Shapes of profiles and of the switch. */
import * as z from 'zod/mini';
import { described, number, platformId, text, time, webAddress } from './common.ts';

/** What a member may change about itself. */
export const ownProfile = z.strictObject({
  username: z
    .string()
    .check(
      z.regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,28}[A-Za-z0-9_])?$/),
      z.describe('The name in the handle: 1 to 30 letters, digits, and ._- inside'),
    ),
  displayName: described(text(100), 'Plain text'),
  bio: described(text(1000), 'Plain text; web addresses become links'),
  avatarUrl: z.optional(webAddress()),
  headerUrl: z.optional(webAddress()),
  fields: z._default(z.array(z.strictObject({ name: text(100), value: text(500) })).check(z.maxLength(8)), []),
  quotes: z._default(
    z.enum(['everyone', 'followers', 'nobody']).check(z.describe('Whose quotes of this member are consented to')),
    'everyone',
  ),
});

/** The whole profile; the last three decide whether the member may share, and only the platform sets them. */
export const profile = z.extend(ownProfile, {
  publicProfile: z.boolean(),
  country: z.string().check(z.regex(/^[A-Z]{2}$/), z.describe('ISO 3166-1 alpha-2, such as US')),
  adult: z.boolean(),
});

/** The fields of a profile that a member's own token may not set. */
export const platformOnly = ['publicProfile', 'country', 'adult'] as const;

const sharingState = z.enum(['off', 'on', 'paused', 'removing']);

export const memberAnswer = z.object({
  memberId: platformId,
  ...profile.shape,
  sharing: sharingState,
});

export const sharingWish = z.strictObject({
  state: z.enum(['on', 'paused', 'off']),
  consent: z.optional(
    z.strictObject({ textVersion: text(100).check(z.minLength(1), z.describe('Which text the member agreed to')) }),
  ),
});

export const sharingAnswer = z.object({
  state: sharingState,
  ready: z.boolean().check(z.describe('Can the handle be found now? False while the key pair is still being made')),
  eligibility: z.object({
    eligible: z.boolean(),
    failing: z.array(z.object({ rule: z.enum(['publicProfile', 'adult', 'country']), message: z.string() })),
  }),
  handle: z.string().check(z.describe('name@host')),
  actorId: z.nullable(z.string()),
  followers: number(),
  consent: z.nullable(z.object({ textVersion: z.string(), at: time() })),
});
