import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { HttpProblem } from '#shared/runtime/errors';
import { logger } from '#shared/runtime/logger';
import { Refusal } from '../../../../functions/inbox/refusal.ts';
import { bySourceAddress, senderOf } from '../../../../functions/inbox/source-address.ts';

const log = vi.spyOn(logger, 'info').mockImplementation(() => {});
beforeEach(() => log.mockClear());

const from = (sourceIp: string, headers: Record<string, string> = {}) =>
  ({ headers, requestContext: { http: { sourceIp } } }) as unknown as APIGatewayProxyEventV2;

/** An inbox that answers with the status that it is told. */
function anInbox(failuresPerAddressPerMinute = 3) {
  let now = new Date('2026-11-23T00:00:00Z');
  let status = 202;
  let handled = 0;
  const handle = bySourceAddress(
    { failuresPerAddressPerMinute },
    () => now,
  )(async () => {
    handled++;
    if (status === 202) return { statusCode: 202 };
    throw status === 500 ? new Error('broken') : new HttpProblem(status, 'no');
  });
  return {
    handled: () => handled,
    later: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
    ask: async (address: string, answer: number, headers?: Record<string, string>) => {
      status = answer;
      try {
        await handle(from(address, headers));
        return 202;
      } catch (error) {
        return error instanceof HttpProblem ? error.statusCode : 500;
      }
    },
  };
}

describe('a source address', () => {
  test('that fails too often is refused before anything is looked at, for a while', async () => {
    const inbox = anInbox();
    for (const status of [401, 400, 403]) expect(await inbox.ask('192.0.2.1', status)).toBe(status);
    expect(await inbox.ask('192.0.2.1', 202)).toBe(429);
    expect(inbox.handled()).toBe(3);
    expect(await inbox.ask('192.0.2.2', 401)).toBe(401);
    inbox.later(20);
    expect(await inbox.ask('192.0.2.1', 202)).toBe(202);
    expect(await inbox.ask('192.0.2.1', 401)).toBe(401);
    expect(await inbox.ask('192.0.2.1', 202)).toBe(429);
  });

  test('that is refused is counted by its reason, and nothing that it sent is written down', async () => {
    const handle = bySourceAddress(
      { failuresPerAddressPerMinute: 9 },
      () => new Date(0),
    )(async () => {
      throw new Refusal('signature', 401, 'The algorithm x is not accepted.');
    });
    await expect(handle(from('192.0.2.1'))).rejects.toThrow();
    expect(log.mock.calls).toEqual([['refused', { reason: 'signature', status: 401 }]]);
  });

  test('is told when to come back', async () => {
    const handle = bySourceAddress(
      { failuresPerAddressPerMinute: 1 },
      () => new Date(0),
    )(async () => {
      throw new HttpProblem(401, 'no');
    });
    await expect(handle(from('192.0.2.1'))).rejects.toMatchObject({ statusCode: 401 });
    await expect(handle(from('192.0.2.1'))).rejects.toMatchObject({
      statusCode: 429,
      extras: { headers: { 'retry-after': '60' } },
    });
  });

  test.each([202, 404, 410, 429, 500])('may get %i as often as it likes', async (status) => {
    const inbox = anInbox();
    for (let n = 0; n < 10; n++) expect(await inbox.ask('192.0.2.1', status)).toBe(status);
  });

  test('[T25] that names keys which did not sign is refused sooner: a look at each may have cost a fetch', async () => {
    let asked = 0;
    const handle = bySourceAddress(
      { failuresPerAddressPerMinute: 12 },
      () => new Date(0),
    )(async () => {
      asked++;
      throw new Refusal('key', 401, 'The actor does not list this key.');
    });
    for (let n = 0; n < 6; n++) await expect(handle(from('192.0.2.1'))).rejects.toThrow();
    expect(asked).toBe(3);
  });

  test('[T26] that names keys which cannot be fetched is refused as well: each costs a fetch', async () => {
    const inbox = anInbox();
    for (let n = 0; n < 3; n++) expect(await inbox.ask('192.0.2.1', 503)).toBe(503);
    expect(await inbox.ask('192.0.2.1', 503)).toBe(429);
    expect(inbox.handled()).toBe(3);
  });

  test('[T19] is what the gateway says, not what a header says', async () => {
    const inbox = anInbox();
    const spoofed = (n: number) => ({ 'x-forwarded-for': `198.51.100.${n}`, forwarded: `for=198.51.100.${n}` });
    for (let n = 0; n < 3; n++) expect(await inbox.ask('192.0.2.1', 401, spoofed(n))).toBe(401);
    expect(await inbox.ask('192.0.2.1', 202, spoofed(9))).toBe(429);
  });

  test('of 10,000 others is forgotten: memory stays flat', async () => {
    const inbox = anInbox(1);
    expect(await inbox.ask('192.0.2.1', 401)).toBe(401);
    for (let n = 0; n < 10_000; n++) await inbox.ask(`10.0.${n >> 8}.${n & 255}`, 401);
    expect(await inbox.ask('192.0.2.1', 401)).toBe(401);
  });

  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['not an address', 'not an address', true],
  ])('%s and %s are the same sender: %s', (one, other, same) => expect(senderOf(one) === senderOf(other)).toBe(same));
});
