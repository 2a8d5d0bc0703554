/** Shapes of other servers and of what was decided about them. */
import * as z from 'zod/mini';
import { policyCategories } from '#shared/domain/policy';
import { number, text, time } from './common.ts';

/** A server's host as in its addresses: lower case, international names in ASCII, with a port where it is not 443. */
export const serverHost = z
  .string()
  .check(
    z.regex(
      /^(?=.{1,253}(:|$))[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?$/,
      'Must be a host such as social.example, in lower case, international names in ASCII, without a scheme.',
    ),
    z.describe('A host such as social.example, in lower case and without a scheme'),
  );

export const serverAnswer = z.object({
  host: z.string(),
  state: z
    .enum(['well', 'failing', 'out', 'recovering'])
    .check(z.describe('failing: still sent to · out: everything for it waits · recovering: sent to again, on trial')),
  failingSince: z.nullable(time()),
  fruitlessProbes: number(),
  nextProbeAt: z.nullable(time()),
  parked: number().check(z.describe('Activities that wait for it, one per object and inbox')),
  lastSuccessAt: z
    .nullable(time())
    .check(z.describe('To the hour; for a server that gets much it may lag some posts behind')),
  signatures: z.enum(['cavage', 'rfc9421']).check(z.describe('What it takes')),
  level: z.enum(['open', 'limited', 'blocked']).check(z.describe('What was decided about it')),
});

/** The name of a server, in any spelling; what is decided about it holds on all its ports and for all names below it. */
export const serverName = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(300),
    z.describe('A host such as social.example; international names as they are or in ASCII'),
  );

const level = z
  .enum(['open', 'limited', 'blocked'])
  .check(
    z.describe(
      'limited: what it sends is kept, but neither shown nor announced · blocked: nothing from it, nothing to it',
    ),
  );
/** Why, in public and for the operator. */
export const decision = {
  category: z.enum(policyCategories).check(z.describe('Why; this is public')),
  note: z.optional(text(1000).check(z.describe('For the operator alone'))),
};

export const policyWish = z.strictObject({ level, category: decision.category, note: decision.note });

export const policyAnswer = z.object({
  host: z.string(),
  level: level.check(z.describe('What holds for the server')),
  decidedFor: z.nullable(z.string()).check(z.describe('The name that this was decided for: the same, or one above it')),
  category: z.nullable(decision.category),
  note: z.nullable(z.string()),
  since: z.nullable(time()),
});

export const policiesAnswer = z.object({
  items: z.array(z.object({ host: z.string(), level, ...decision, since: time() })),
  next: z.nullable(z.string()),
});

/** The public list, as Mastodon has it, with our category and the date. */
export const blockedServersAnswer = z.array(
  z.object({
    domain: z.string(),
    digest: z.string().check(z.describe('SHA-256 of the domain, in hexadecimal')),
    severity: z.enum(['suspend', 'silence']).check(z.describe('suspend: blocked · silence: limited')),
    comment: z.string().check(z.describe('The category in words')),
    category: decision.category,
    since: time(),
  }),
);

export const blocklist = z
  .string()
  .check(
    z.minLength(1),
    z.describe(
      'As Mastodon exports it: #domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate; names alone are blocked',
    ),
  );

export const importAnswer = z.object({
  added: number(),
  changed: number(),
  unchanged: number().check(z.describe('Decided so already, or more strictly')),
  skipped: z.array(z.object({ line: number(), reason: z.string() })),
});
