import * as z from 'zod/mini';
import { defaultLimits, type Limits } from '../domain/limits.ts';

/** Reads and checks environment variables once, at cold start; throws with the names that are missing or wrong. */
export const readEnv = <T extends z.core.$ZodShape>(shape: T) => z.parse(z.object(shape), process.env);

/** An absolute URL without a path, such as `https://share.example`. */
export const origin = z.pipe(
  z.url().check(z.regex(/^https?:\/\/[^/?#]+\/?$/)),
  z.transform((text) => new URL(text)),
);

/** A non-empty string. */
export const text = z.string().check(z.minLength(1));

/** A comma-separated list; empty entries are dropped. */
export const list = z.pipe(
  z._default(z.string(), ''),
  z.transform((value) =>
    value
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
  ),
);

/** A whole number of seconds, not negative. */
export const seconds = z.coerce.number().check(z.int(), z.nonnegative());

/** A whole number, one or more. */
export const wholeNumber = z.coerce.number().check(z.int(), z.positive());

/** A comma-separated list of whole seconds. */
export const secondsList = z.pipe(
  z.pipe(
    list,
    z.transform((values) => values.map(Number)),
  ),
  z.array(z.int().check(z.nonnegative())),
);

/** `name=number,…` over the limits that hold by default; a name that there is not, or no positive number, is refused. */
export const limits = z.pipe(
  z.pipe(
    list,
    z.transform((entries) =>
      Object.fromEntries(entries.map((entry) => `${entry}=`.split('=').map((part) => part.trim()))),
    ),
  ),
  z.pipe(
    z.strictObject(
      Object.fromEntries(
        Object.keys(defaultLimits).map((name) => [name, z.optional(z.coerce.number().check(z.positive()))]),
      ),
    ),
    z.transform((given): Limits => ({ ...defaultLimits, ...given })),
  ),
);

/** A switch: `true` or `false`; absent or empty means what it is by default. */
export const onOff = (byDefault: boolean) =>
  z.pipe(
    z._default(z.enum(['true', 'false', '']), ''),
    z.transform((value) => (value === '' ? byDefault : value === 'true')),
  );

/** A string that may be empty or absent. */
export const textOrNone = z._default(z.string(), '');

/** The variables that say where the deployment lives and where people are sent. */
export const siteVariables = { ORIGIN: origin, HANDLE_DOMAIN: textOrNone, MEMBER_PAGE: text, POST_PAGE: text };
