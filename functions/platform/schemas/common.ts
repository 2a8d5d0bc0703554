/** Shapes that more than one part of the platform API uses. */
import * as z from 'zod/mini';

/** Says what a text is. */
export const described = (schema: z.ZodMiniString, text: string) => schema.check(z.describe(text));
/** At most so many characters. */
export const text = (longest: number) => z.string().check(z.maxLength(longest));
/** An address of the platform's own. */
export const webAddress = () => z.url({ protocol: /^https$/ }).check(z.maxLength(2000), z.describe('An https address'));
/** A moment. */
export const time = () => z.string().check(z.describe('RFC 3339, UTC'));
/** A count. */
export const number = () => z.int().check(z.minimum(0));
/** The id of someone elsewhere; http only where private hosts may be reached. */
export const webAddressOfAnyone = () =>
  z.url({ protocol: /^https?$/ }).check(z.maxLength(500), z.describe('The id of an actor elsewhere, an https address'));

/** Ids that the platform gives: letters, digits and `._~-`, so that they need no encoding in an address. */
export const platformId = z.string().check(z.regex(/^[A-Za-z0-9._~-]{1,64}$/), z.describe('Letters, digits and ._~-'));

/** Which page of a list. */
export const pageQuery = z.strictObject({
  cursor: z.optional(z.string().check(z.maxLength(2000), z.describe('`next` of the page before'))),
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(100)), 20),
});

/** Whether something changed. */
export const doneAnswer = z.object({ done: z.boolean().check(z.describe('False when there was nothing to be done')) });

/** RFC 9457 */
export const problem = z.object({
  status: number(),
  title: z.string(),
  detail: z.optional(z.string()),
  errors: z.optional(z.array(z.object({ field: z.string(), message: z.string() }))),
  possible: z.optional(z.array(z.object({ transition: z.string(), message: z.string() }))),
});
