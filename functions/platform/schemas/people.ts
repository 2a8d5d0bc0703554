/** Shapes of people elsewhere and of what they wrote. */
import * as z from 'zod/mini';
import { number, pageQuery, time } from './common.ts';

/** Someone elsewhere in a list. */
export const person = z.object({
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
