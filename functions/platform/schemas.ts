/** Every shape that the platform API takes and gives; the validation and the OpenAPI document both come from here. */
import * as z from 'zod/mini';
import { policyCategories } from '#shared/domain/policy';

const described = (schema: z.ZodMiniString, text: string) => schema.check(z.describe(text));
const text = (longest: number) => z.string().check(z.maxLength(longest));
const webAddress = () => z.url({ protocol: /^https$/ }).check(z.maxLength(2000), z.describe('An https address'));
const time = () => z.string().check(z.describe('RFC 3339, UTC'));
const number = () => z.int().check(z.minimum(0));
const webAddressOfAnyone = () =>
  z.url({ protocol: /^https?$/ }).check(z.maxLength(500), z.describe('The id of an actor elsewhere, an https address'));

/** Ids that the platform gives: letters, digits and `._~-`, so that they need no encoding in an address. */
export const platformId = z.string().check(z.regex(/^[A-Za-z0-9._~-]{1,64}$/), z.describe('Letters, digits and ._~-'));

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

const attachment = z.strictObject({
  url: webAddress(),
  mediaType: z.string().check(z.regex(/^(image|video|audio)\/[a-z0-9.+-]{1,60}$/), z.describe('Such as image/jpeg')),
  altText: z.optional(text(2000)),
  width: z.optional(z.int().check(z.minimum(1), z.maximum(100_000))),
  height: z.optional(z.int().check(z.minimum(1), z.maximum(100_000))),
});

/** What a post says; an edit replaces all of it. */
export const postContent = z.strictObject({
  text: described(text(10_000), 'Plain text; an empty line ends a paragraph, web addresses become links'),
  language: z.optional(z.string().check(z.regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/), z.describe('BCP 47'))),
  attachments: z._default(z.array(attachment).check(z.maxLength(16)), []),
  sensitive: z._default(z.boolean(), false),
  contentWarning: z.optional(text(500).check(z.minLength(1))),
});

export const newPost = z.extend(postContent, {
  postId: platformId,
  delaySeconds: z.optional(z.int().check(z.minimum(0), z.maximum(900), z.describe('Instead of the default delay'))),
});

export const postAnswer = z.object({
  postId: platformId,
  state: z.enum(['waiting', 'shared', 'deleted', 'cancelled']),
  sharesAt: time(),
  sharedAt: z.nullable(time()),
  url: z.nullable(z.string()).check(z.describe('The id on the fediverse, which leads people to the page of the post')),
  version: number(),
  likes: number(),
  boosts: number(),
  replies: number().check(z.describe('That are not hidden')),
  quotes: number().check(z.describe('That are not hidden')),
  servers: z
    .object({ asked: number(), accepted: number(), retrying: number(), gaveUp: number() })
    .check(z.describe('Inboxes that were asked to take the latest activity: the post, its last edit, or its removal')),
});

/** A server's host as in its addresses: lower case, international names in ASCII, with a port where it is not 443. */
export const serverHost = z
  .string()
  .check(
    z.regex(/^(?=.{1,253}(:|$))[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?$/),
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
const decision = {
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

export const blockedAccount = z.strictObject({
  actor: webAddressOfAnyone(),
  ...decision,
  category: z._default(decision.category, 'other'),
});

export const blockedAccountsAnswer = z.object({
  items: z.array(z.object({ actor: z.string(), ...decision, since: time() })),
  next: z.nullable(z.string()),
});

/** Names someone elsewhere in a query. */
export const actorQuery = z.strictObject({ actor: webAddressOfAnyone() });

const someoneOrServer = { actor: z.optional(webAddressOfAnyone()), server: z.optional(serverName) };

/** Whom a member blocks: either of the two. */
export const memberBlock = z.strictObject(someoneOrServer);

const aBlock = z.object({ actor: z.nullable(z.string()), server: z.nullable(z.string()), since: time() });
export const memberBlockAnswer = aBlock;
export const memberBlocksAnswer = z.object({ items: z.array(aBlock), next: z.nullable(z.string()) });

export const doneAnswer = z.object({ done: z.boolean().check(z.describe('False when there was nothing to be done')) });

export const pageQuery = z.strictObject({
  cursor: z.optional(z.string().check(z.maxLength(2000), z.describe('`next` of the page before'))),
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(100)), 20),
});

const person = z.object({
  actor: z.string(),
  handle: z.string(),
  name: z.string(),
  url: z.string(),
  server: z.string(),
  at: time(),
});
const listOf = <T extends z.ZodMiniType>(item: T) =>
  z.object({ total: number(), items: z.array(item), next: z.nullable(z.string()) });

export const peopleAnswer = listOf(person);

/** How lists name an answer: base64url of what finds it. */
export const answerKey = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{1,720}$/), z.describe('The `key` of an answer in a list'));

export const answersQuery = z.extend(pageQuery, {
  hidden: z._default(
    z.enum(['exclude', 'include', 'only']).check(z.describe('What to do with answers that are hidden')),
    'exclude',
  ),
});

export const hiddenWish = z.strictObject({ hidden: z.boolean() });

export const answerAnswer = z.extend(person, {
  kind: z.enum(['reply', 'quote', 'mention']),
  key: answerKey,
  id: z.string(),
  content: z.string().check(z.describe('Sanitised HTML')),
  summary: z.string().check(z.describe('A content warning, as plain text; often empty')),
  hidden: z.nullable(z.enum(['member', 'policy'])).check(z.describe('By the member, or because its server is limited')),
});

export const repliesAnswer = z.object({
  total: number().check(z.describe('Of those that are not hidden')),
  items: z.array(answerAnswer),
  next: z.nullable(z.string()),
});
export const mentionsAnswer = z.object({ items: z.array(answerAnswer), next: z.nullable(z.string()) });

export const reportId = z.string().check(z.regex(/^\d{8}T\d{9}Z-[0-9a-f]{24}$/), z.describe('The id of a report'));

export const reportWish = z.strictObject({ state: z.enum(['open', 'resolved']) });

export const reportAnswer = z.object({
  id: reportId,
  reporterServer: z.string(),
  reporter: z
    .nullable(z.object({ actor: z.string(), handle: z.optional(z.string()), name: z.optional(z.string()) }))
    .check(z.describe("Often the server's own actor; null once that person is erased")),
  memberIds: z.array(platformId),
  postIds: z.array(platformId),
  comment: z.string().check(z.describe('Plain text')),
  at: time(),
  state: z.enum(['open', 'resolved']),
});
export const reportsAnswer = z.object({ items: z.array(reportAnswer), next: z.nullable(z.string()) });

export const erasureWish = z.union([
  z.strictObject({ actor: text(500).check(z.describe('The id of someone elsewhere: a web address')) }),
  z.strictObject({ server: serverHost }),
]);
export const erasureAnswer = z.object({
  id: platformId,
  kind: z.enum(['actor', 'server']),
  server: z.string(),
  state: z.enum(['underWay', 'done']),
  people: number().check(z.describe('Who is forgotten by now')),
  at: time(),
  doneAt: z.nullable(time()),
});

/** RFC 9457 */
export const problem = z.object({
  status: number(),
  title: z.string(),
  detail: z.optional(z.string()),
  errors: z.optional(z.array(z.object({ field: z.string(), message: z.string() }))),
});
