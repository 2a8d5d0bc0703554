/** Shapes of profiles and of the switch. */
import * as z from 'zod/mini';
import { sharingStates, type Transition, transitions } from '#shared/domain/sharing';
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

/** The whole profile; the last four decide whether the member may share, and only the platform sets them. */
export const profile = z.extend(ownProfile, {
  publicProfile: z.boolean(),
  country: z.string().check(z.regex(/^[A-Z]{2}$/), z.describe('ISO 3166-1 alpha-2, such as US')),
  adult: z.boolean(),
  suspended: z._default(
    z.boolean().check(z.describe('Pauses sharing at once. It does not go on by itself when that ends')),
    false,
  ),
});

/** The fields of a profile that a member's own token may not set. */
export const platformOnly = ['publicProfile', 'country', 'adult', 'suspended'] as const;

const sharingState = z.enum(sharingStates);

export const memberAnswer = z.object({
  memberId: platformId,
  ...profile.shape,
  sharing: sharingState,
});

export const sharingWish = z.strictObject({
  state: z.enum(['on', 'paused', 'off']),
  remove: z.optional(
    z
      .boolean()
      .check(
        z.describe('With `off`: ask every server to remove the posts (the default), or leave them where they are'),
      ),
  ),
  until: z.optional(
    z.iso
      .datetime({ offset: true })
      .check(z.describe('With `paused`: when sharing goes on by itself, within a year. Left out, it does not')),
  ),
  consent: z.optional(
    z.strictObject({ textVersion: text(100).check(z.minLength(1), z.describe('Which text the member agreed to')) }),
  ),
});

const words = () => z.string().check(z.describe('In words, in the language that Accept-Language asks for'));

/** How far a removal has come. */
export const removalProgress = z.object({
  removalId: platformId,
  kind: z.enum(['sharing', 'post', 'forEver']),
  state: z
    .enum(['underWay', 'asked', 'settled'])
    .check(z.describe('asked: each server was asked once, or its requests wait for it · settled: none waits any more')),
  at: time(),
  posts: number().check(z.describe('Posts that were removed here')),
  open: number().check(z.describe('Inboxes that are still to be asked')),
  parked: number().check(z.describe('Inboxes whose requests wait for their server')),
  askedAt: z.nullable(time()),
  settledAt: z.nullable(time()),
  message: words(),
});

export const sharingAnswer = z.object({
  state: sharingState,
  message: words(),
  possible: z
    .array(z.object({ transition: z.enum(Object.keys(transitions) as Transition[]), message: words() }))
    .check(z.describe('What can be done now')),
  ready: z.boolean().check(z.describe('Can the handle be found now? False while the key pair is still being made')),
  eligibility: z.object({
    eligible: z.boolean(),
    failing: z.array(
      z.object({ rule: z.enum(['publicProfile', 'adult', 'country', 'notSuspended']), message: words() }),
    ),
  }),
  handle: z.nullable(z.string()).check(z.describe('name@host; null once it was erased')),
  actorId: z.nullable(z.string()),
  followers: number(),
  consent: z
    .nullable(z.object({ textVersion: z.string(), at: time() }))
    .check(z.describe('The last one; the archive of a member has those before it as well')),
  pausedUntil: z.nullable(time()).check(z.describe('When sharing goes on by itself, if the member may share then')),
  copiesLeft: z.boolean().check(z.describe('Sharing was stopped, and the posts were left on other servers')),
  removal: z.nullable(removalProgress).check(z.describe('What ended sharing, until it is turned on again')),
});

export const deleteForEverWish = z.strictObject({
  handle: described(text(300), 'The whole handle, name@host: repeated, so that nobody does this by mistake'),
});

export const deleteForEverAnswer = z.object({
  removal: removalProgress,
  consequences: z.array(z.string()).check(z.describe('What follows, in words for the member')),
});

export const holdWish = z.strictObject({
  order: text(200).check(z.minLength(1), z.describe('The number of the order')),
});

export const endingHold = z.strictObject({
  order: z.optional(
    text(200).check(z.minLength(1), z.describe('The number of the order; may be left out where only one holds')),
  ),
});

const hold = z.object({ order: z.string(), since: time() });

export const holdAnswer = z.extend(hold, { memberId: platformId });

export const holdsAnswer = z.object({ items: z.array(hold) });
