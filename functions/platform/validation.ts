import * as z from 'zod/mini';
import { badRequest, type FieldError } from '#shared/runtime/errors';

/** Parses a value or throws a 400 that names every field that is wrong. `where` starts the field names, such as `query`. */
export function valid(schema: z.ZodMiniType, value: unknown, where = ''): unknown {
  const parsed = z.safeParse(schema, value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw badRequest('The request is not as it must be.', {
    errors: parsed.error.issues.flatMap((issue) => fieldErrors(issue, where)),
  });
}

function fieldErrors(issue: z.core.$ZodIssue, where: string): readonly FieldError[] {
  const field = [where, ...issue.path.map(String)].join('/') || '/';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: `${where}/${[...issue.path.map(String), key].join('/')}`,
      message: 'This field is not known.',
    }));
  }
  return [{ field, message: messageOf(issue) }];
}

const unsaid = 'Invalid input'; // for zod/mini a schema that says nothing

/** Says what is wanted: in the schema's own words, else by the kind of issue. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.message !== unsaid) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `This field is needed; it must be of type ${issue.expected}.`
        : `Must be of type ${issue.expected}.`;
    case 'invalid_value':
      return `Must be one of: ${issue.values.map(String).join(', ')}.`;
    case 'too_big':
      return `Must have at most ${issue.maximum}${unit(issue.origin)}.`;
    case 'too_small':
      return `Must have at least ${issue.minimum}${unit(issue.origin)}.`;
    case 'invalid_format':
      return formats[issue.format] ?? `Must match ${issue.pattern ?? issue.format}.`;
    default:
      return issue.message;
  }
}

const formats: Readonly<Record<string, string | undefined>> = {
  url: 'Must be an https address.',
  datetime: 'Must be a time with its zone, such as 2026-11-23T12:00:00Z.',
};

const unit = (origin: string) => ({ string: ' characters', array: ' entries' })[origin] ?? '';
