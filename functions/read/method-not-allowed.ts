import { HttpProblem } from '#shared/runtime/errors';
import type { HttpFunction } from '#shared/runtime/http';

/** 405 with the method that is meant for the address. */
export const methodNotAllowed =
  (allow: string): HttpFunction =>
  async () => {
    throw new HttpProblem(405, `Use ${allow} here.`, { headers: { allow } });
  };
