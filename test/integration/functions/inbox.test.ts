/** What the inbox answers to good activities, through the gateway; bad ones are in `../bad-inputs`. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { aPerson, otherKeys, type RemotePerson, type SendOptions } from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { aStackMember, type StackMember } from '../../support/stack-member.ts';
import { unique } from '../../support/storage-samples.ts';

let member: StackMember;
let server: RemoteServer;
beforeAll(async () => {
  [server, member] = await Promise.all([startRemoteServer(), aStackMember()]);
});
afterAll(() => server?.stop());

const follow = (person: RemotePerson, more: object = {}) => person.activity('Follow', member.actorId, more);

describe('an activity is taken', () => {
  test('with emoji, and with characters that a queue refuses', async () => {
    const person = aPerson(server);
    const create = person.activity('Create', { id: `${person.id}/n1`, content: '😀 né \ufffe \u0085' });
    expect((await person.send(create)).status).toBe(202);
  });

  test('at the member’s own inbox, twice, with a quarter of a megabyte', async () => {
    const person = aPerson(server);
    const activity = follow(person, { padding: '"'.repeat(130_000) });
    for (const _ of [1, 2]) expect((await person.send(activity, { to: member.inbox })).status).toBe(202);
    expect(server.fetched(person.path)).toBe(1);
  });
});

describe('once the signature is verified, the answer is', () => {
  test('404 for the inbox of nobody, and for a Follow of nobody', async () => {
    const person = aPerson(server);
    const nobody = `${inject('stack').origin}/actors/${unique('k')}`;
    const like = person.activity('Like', `${member.actorId}/posts/none`);
    expect((await person.send(like, { to: `${new URL(nobody).pathname}/inbox` })).status).toBe(404);
    for (const object of [nobody, `${inject('stack').origin}/users/nobody`, `${member.actorId}/posts/none`])
      expect((await person.send(person.activity('Follow', object))).status).toBe(404);
  });

  test('401 for the inbox of nobody, where it is not', async () => {
    const person = aPerson(server);
    const options = { to: `/actors/${unique('k')}/inbox`, key: otherKeys!.privateKey };
    expect((await person.send(follow(person), options)).status).toBe(401);
  });

  test('202 for a Follow of the deployment itself, which nobody can follow', async () => {
    const person = aPerson(server);
    expect((await person.send(person.activity('Follow', `${inject('stack').origin}/actor`))).status).toBe(202);
  });
});

describe('a signature is judged by the key that the actor’s own document lists', () => {
  const statusOf = async (person: RemotePerson, options: SendOptions = {}) =>
    (await person.send(follow(person), options)).status;

  test('401 for another key, after one look at the document', async () => {
    const person = aPerson(server);
    expect(await statusOf(person, { key: otherKeys!.privateKey })).toBe(401);
    expect(await statusOf(person, { key: otherKeys!.privateKey })).toBe(401);
    expect(server.fetched(person.path)).toBe(1);
    expect(await statusOf(person)).toBe(202);
    expect(server.fetched(person.path)).toBe(1);
  });

  test('the document is fetched with a signature of the deployment itself', async () => {
    const person = aPerson(server);
    expect(await statusOf(person)).toBe(202);
    const { headers } = server.fetches.find(({ path }) => path === person.path)!;
    expect(headers.signature).toContain(`keyId="${inject('stack').origin}/actor#main-key"`);
    expect(headers.accept).toContain('application/activity+json');
    expect(headers['user-agent']).toMatch(/^fediverse-sharing\//);
  });
});
