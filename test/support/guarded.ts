/** The guarded client against servers of this machine, for its tests. */
import type { RequestListener } from 'node:http';
import { expect } from 'vitest';
import { guardedClient, type Limits, NoAnswer } from '../../shared/transport/guarded-client.ts';
import { addressPolicy } from '../../shared/transport/private-hosts.ts';
import type { WebServer } from './web-server.ts';

export const limits: Limits = { timeoutMs: 5000, maxBytes: 1024, maxRedirects: 3 };
export const noHeaders = () => ({});
export const hello: RequestListener = (_, response) => response.end('hello');
export const redirect =
  (location: string | undefined, status = 302): RequestListener =>
  (_, response) =>
    response.writeHead(status, location === undefined ? {} : { location }).end();
export const onlyTo = (...servers: readonly WebServer[]) =>
  guardedClient(addressPolicy(servers.map(({ port }) => `127.0.0.1:${port}`)));
export const get = (client: ReturnType<typeof guardedClient>, url: string, more: Partial<Limits> = {}) =>
  client.get(new URL(url), noHeaders, { ...limits, ...more });
/** What a request that had no usable answer says, and whether our own rules were the reason. */
export const failure = async (answer: Promise<unknown>) => {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NoAnswer);
  return error as NoAnswer;
};
