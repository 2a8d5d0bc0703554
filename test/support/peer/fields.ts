import * as z from 'zod/mini';
import { Problem } from './problem.ts';

const fields = z.strictObject({
  as: z.optional(z.string()),
  handle: z.optional(z.string()),
  actor: z.optional(z.string()),
  object: z.optional(z.string()),
  id: z.optional(z.string()),
  target: z.optional(z.string()),
  text: z.optional(z.string()),
  visibility: z.optional(z.enum(['public', 'unlisted', 'followers', 'direct'])),
  again: z.optional(z.boolean()),
  type: z.optional(z.string()),
  after: z.optional(z.coerce.number()),
  inbox: z.optional(z.string()),
  activity: z.optional(z.unknown()),
  body: z.optional(z.string()),
  signature: z.optional(z.enum(['cavage', 'rfc9421', 'none'])),
  contentType: z.optional(z.string()),
});

/** What a request to the control API may say; each operation takes what it needs. */
export type Fields = z.infer<typeof fields>;

/** Reads the query of a GET or the JSON of a POST. */
export const readFields = async (request: Request): Promise<Fields> => {
  const said =
    request.method === 'GET' ? Object.fromEntries(new URL(request.url).searchParams) : await readJson(request);
  const read = fields.safeParse(said);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? `"${issue.keys.join('", "')}" is not known here` : undefined;
  throw new Problem(400, unknown ?? `"${issue?.path.join('.')}" is not valid: ${issue?.message}`);
};

/** A field that this operation cannot do without. */
export const requiredText = (
  fields: Fields,
  name: 'handle' | 'actor' | 'object' | 'id' | 'target' | 'text',
): string => {
  const value = fields[name]?.trim();
  if (!value) throw new Problem(400, `"${name}" is missing.`);
  return value;
};

const readJson = async (request: Request): Promise<unknown> => {
  if (!request.headers.get('content-type')?.startsWith('application/json')) {
    throw new Problem(415, 'Send the fields as application/json.');
  }
  try {
    return await request.json();
  } catch {
    throw new Problem(400, 'The body is not JSON.');
  }
};
