import { expect, test } from 'vitest';
import {
  badRequest,
  conflict,
  forbidden,
  HttpProblem,
  notFound,
  unauthorized,
  unavailable,
} from '#shared/runtime/errors';

test.each([
  [badRequest, 400],
  [unauthorized, 401],
  [forbidden, 403],
  [notFound, 404],
  [conflict, 409],
])('%o makes a problem with the status %i', (make, statusCode) => {
  const errors = [{ field: '/username', message: 'is taken' }];
  const problem = make('No.', { detail: 'Because.', errors });
  expect(problem).toBeInstanceOf(HttpProblem);
  expect(problem).toMatchObject({ statusCode, message: 'No.', extras: { detail: 'Because.', errors } });
  expect(make('No.').extras).toEqual({});
});

test('a 503 says when to come back', () =>
  expect(unavailable('Not yet.', 30)).toMatchObject({ statusCode: 503, extras: { headers: { 'retry-after': '30' } } }));
