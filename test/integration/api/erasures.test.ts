/** Erasure, as an operator asks for it: from the API through the queue to the table. */
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { people } from '../../../shared/storage/people.ts';
import { remoteActors } from '../../../shared/storage/remote-actors.ts';
import { type Tables, tables } from '../../../shared/storage/table.ts';
import { databaseClient } from '../../support/emulated-tables.ts';
import { eventually } from '../../support/peer/eventually.ts';
import { aSender } from '../../support/receiver.ts';
import { unique } from '../../support/storage-samples.ts';

let all: Tables;
beforeAll(() => {
  all = tables(inject('stack').tableName, databaseClient());
});

async function ask(method: string, path: string, body?: unknown, token = inject('stack').tokens.platform) {
  const response = await fetch(`${inject('stack').origin}/api/v1/erasures${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const isDone = (id: unknown) =>
  eventually('the erasure is done', async () => {
    const { body } = await ask('GET', `/${id}`);
    return body.state === 'done' && body;
  });

test('a person is forgotten', async () => {
  const sender = aSender(`${unique('s')}.example`);
  await remoteActors(all).save(sender, [], new Date());
  const { status, body } = await ask('POST', '', { actor: sender.id });
  expect([status, body]).toMatchObject([202, { kind: 'actor', server: sender.server, state: 'underWay', people: 0 }]);
  expect(JSON.stringify(body)).not.toContain(sender.id);
  expect(await isDone(body.id)).toMatchObject({ people: 1, doneAt: expect.any(String) });
  expect(await remoteActors(all).find(sender.id, new Date())).toBeUndefined();
});

test('everyone who was met on a server is forgotten', async () => {
  const server = `${unique('s')}.example`;
  for (const sender of [aSender(server), aSender(server)]) await remoteActors(all).save(sender, [], new Date());
  const { body } = await ask('POST', '', { server });
  expect(await isDone(body.id)).toMatchObject({ kind: 'server', server, people: 2 });
  expect(await people(all).on(server, { limit: 9 })).toEqual([]);
});

test('a server is understood in any spelling', async () => {
  const name = unique('s');
  const { status, body } = await ask('POST', '', { server: `BÜCHER.${name.toUpperCase()}.Example.` });
  expect([status, body]).toMatchObject([202, { server: `xn--bcher-kva.${name}.example` }]);
});

test.each([{}, { actor: 'https://far.example/bob', server: 'far.example' }, { actor: 7 }])(
  'who names not just one of the two is told so: %j',
  async (body) =>
    expect((await ask('POST', '', body)).body.errors).toEqual([
      { field: '/', message: 'Name one of the two, as a text: an actor by its id, or a server.' },
    ]),
);

describe('what is refused', () => {
  test.each([
    {},
    { actor: 'bob' },
    { actor: 'javascript:alert(1)' },
    { actor: 7 },
    { server: 'https://far.example' },
    { server: 'not a host' },
    { server: '' },
    { actor: 'https://far.example/bob', server: 'far.example' },
    [],
  ])('%j', async (body) => {
    expect((await ask('POST', '', body)).status).toBe(400);
  });

  test('an erasure that there is not', async () => {
    expect((await ask('GET', '/nothing')).status).toBe(404);
  });

  test('other tokens than the platform’s', async () => {
    const { member } = inject('stack').tokens as Record<string, string>;
    for (const token of [member, 'x'])
      expect([401, 403]).toContain((await ask('POST', '', { server: 'far.example' }, token)).status);
  });
});
