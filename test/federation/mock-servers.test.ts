/** The mock servers do what they say: each behaviour against an account of our own making. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Kind } from '../support/fediverse/kinds.ts';
import { allKinds, goToSocial, mastodon, misskey, pixelfed, pleroma, wordPress } from '../support/fediverse/kinds.ts';
import { type MockServer, startMockServer } from '../support/fediverse/server.ts';
import { signedFor } from '../support/fediverse/signatures.ts';
import { aPerson, usualKeys } from '../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../support/remote-server.ts';

let home: RemoteServer;
beforeAll(async () => {
  home = await startRemoteServer();
});
afterAll(() => home?.stop());

const started = new Map<Kind, MockServer>();
afterAll(async () => {
  for (const server of started.values()) await server.stop();
});

/** The server of a kind, which is made once: each test has an author of its own. */
async function aServer(kind: Kind): Promise<MockServer> {
  const server = started.get(kind) ?? (await startMockServer(kind));
  started.set(kind, server);
  return server;
}

/** An author at home whom the server's person follows, with one post there. */
async function anAuthor(server: MockServer, document: object = {}) {
  const author = aPerson(home, { sharedInbox: false, document });
  const noteId = `${author.id}/notes/1`;
  const note = (content: string, id = noteId) => ({ id, type: 'Note', attributedTo: author.id, content });
  const send = async (type: string, object: unknown, key = usualKeys!.privateKey): Promise<string> => {
    const body = JSON.stringify(author.activity(type, object));
    const headers = signedFor(server.inbox, { keyId: author.keyId, privateKey: key, body });
    const { status } = await fetch(server.inbox, { method: 'POST', headers, body });
    expect(status).toBe(server.seen().at(-1)!.status);
    return server.seen().at(-1)!.outcome;
  };
  expect(await server.follow(author.id)).toBe(true);
  const follow = home.receivedAt(author.inboxPath, 'Follow')[0]!.activity;
  const embedded = { id: follow.id, type: 'Follow', actor: server.actor, object: author.id };
  expect(await send('Accept', embedded)).toBe('the follow is accepted');
  expect(await send('Create', note('One'))).toBe('stored');
  return {
    ...author,
    noteId,
    note,
    send,
    reject: () => send('Reject', embedded),
    remove: (object: unknown = { id: noteId, type: 'Tombstone' }) => {
      home.serve(new URL(noteId).pathname, { status: 410 });
      return send('Delete', object);
    },
    leave: () => send('Delete', author.id),
    isGone: () => home.serve(author.path, { status: 410 }),
  };
}

describe.each(allKinds.map((kind) => ({ name: kind.software, kind })))('every server, such as $name', ({ kind }) => {
  let server: MockServer;
  beforeEach(async () => {
    server = await aServer(kind);
  });

  test('takes nothing that its sender did not sign', async () => {
    const author = await anAuthor(server);
    const { privateKey } = (await import('../support/remote-person.ts')).otherKeys!;
    expect(await author.send('Create', author.note('Two', `${author.id}/notes/2`), privateKey)).toMatch('signature');
    expect(server.holds(`${author.id}/notes/2`)).toBe(false);
  });

  test('keeps a post up to date and removes it when it is asked to in the form that all know', async () => {
    const author = await anAuthor(server);
    await author.send('Update', author.note('Two'));
    expect(server.memory.posts.get(author.noteId)?.content).toBe('Two');
    await author.remove();
    expect(server.holds(author.noteId)).toBe(false);
  });

  test('keeps no post of someone whom nobody there follows', async () => {
    const author = await anAuthor(server);
    await server.unfollow(author.id);
    expect(home.receivedAt(author.inboxPath, 'Undo')).toHaveLength(1);
    expect(await author.send('Create', author.note('Two', `${author.id}/notes/2`))).toMatch('nobody');
  });

  test('says what it is', async () => {
    const { links } = (await (await fetch(`${server.origin}/.well-known/nodeinfo`)).json()) as {
      links: [{ href: string }];
    };
    const { software } = (await (await fetch(links[0].href)).json()) as { software: { name: string } };
    expect(software.name).toBe(kind.software);
  });

  test('goes down and comes back with everything that it knew', async () => {
    const author = await anAuthor(server);
    await server.goDown();
    await expect(fetch(server.origin)).rejects.toThrow();
    await server.comeBack();
    expect(await author.send('Update', author.note('Two'))).toBe('updated');
  });
});

describe('a post that was removed', () => {
  test.each([mastodon, pleroma])('is refused for ever by $software', async (kind) => {
    const author = await anAuthor(await aServer(kind));
    await author.remove();
    expect(await author.send('Create', author.note('One'))).toBe('refused: it was deleted before');
    expect(await author.send('Create', author.note('One', `${author.id}/notes/2`))).toBe('stored');
  });

  test.each([misskey, goToSocial, pixelfed, wordPress])('may come back on $software', async (kind) => {
    const author = await anAuthor(await aServer(kind));
    await author.remove();
    expect(await author.send('Create', author.note('One'))).toBe('stored');
  });

  test('stays on Pixelfed where no Tombstone is embedded', async () => {
    const author = await anAuthor(await aServer(pixelfed));
    expect(await author.remove(author.noteId)).toBe('ignored: no Tombstone is embedded');
  });

  test('stays on WordPress while its id still answers', async () => {
    const server = await aServer(wordPress);
    const author = await anAuthor(server);
    home.serve(new URL(author.noteId).pathname, { body: author.note('One') });
    expect(await author.send('Delete', { id: author.noteId, type: 'Tombstone' })).toMatch('still there');
    home.serve(new URL(author.noteId).pathname, { body: { id: author.noteId, type: 'Tombstone' } });
    expect(await author.send('Delete', { id: author.noteId, type: 'Tombstone' })).toBe('deleted');
  });
});

describe('an account that is deleted', () => {
  test.each([misskey, goToSocial, pleroma])('is burnt on $software by Delete(Person)', async (kind) => {
    const server = await aServer(kind);
    const author = await anAuthor(server);
    expect(await author.leave()).toBe('person deleted');
    expect([server.isBurnt(author.id), server.holds(author.noteId)]).toEqual([true, false]);
    expect(await author.send('Create', author.note('Two', `${author.id}/notes/2`))).toMatch('burnt');
    expect(await server.follow(author.id)).toBe(false);
  });

  test.each([mastodon, pixelfed])('may come back on $software after Delete(Person)', async (kind) => {
    const server = await aServer(kind);
    const author = await anAuthor(server);
    expect(await author.leave()).toBe('person deleted');
    expect([server.isBurnt(author.id), server.holds(author.noteId)]).toEqual([false, false]);
    expect(await server.follow(author.id)).toBe(true);
  });

  test('is not believed by WordPress to be so while the actor answers', async () => {
    const server = await aServer(wordPress);
    const author = await anAuthor(server);
    expect(await author.leave()).toMatch('still there');
  });

  test.each([goToSocial, pleroma])('is burnt on $software when its key answers 410', async (kind) => {
    const server = await aServer(kind);
    const author = await anAuthor(server);
    author.isGone();
    expect(await author.remove()).toMatch('signature');
    expect(server.isBurnt(author.id)).toBe(true);
  });

  test('is dropped by Mastodon, with its posts, when its actor answers 410', async () => {
    const server = await aServer(mastodon);
    const author = await anAuthor(server);
    author.isGone();
    expect(await server.refresh(author.id)).toBe(410);
    expect([server.isBurnt(author.id), server.holds(author.noteId)]).toEqual([false, false]);
  });
});

describe('a follow that was accepted', () => {
  test.each([goToSocial, pixelfed])('stays on $software when it is rejected', async (kind) => {
    const server = await aServer(kind);
    const author = await anAuthor(server);
    expect(await author.reject()).toBe('ignored: it was accepted');
    expect(server.followState(author.id)).toBe('accepted');
  });

  test.each([mastodon, misskey, pleroma, wordPress])('ends on $software when it is rejected', async (kind) => {
    const server = await aServer(kind);
    const author = await anAuthor(server);
    expect(await author.reject()).toBe('the follow is rejected');
    expect(server.followState(author.id)).toBe('none');
  });
});

describe('what is special', () => {
  test('Mastodon takes no new profile of an account that is suspended', async () => {
    const server = await aServer(mastodon);
    const author = await anAuthor(server);
    await author.send('Update', { ...author.document, name: 'Suspended', suspended: true });
    expect(server.memory.profiles.get(author.id)?.name).not.toBe('Suspended');
    expect(await author.send('Update', { ...author.document, name: 'Later' })).toMatch('suspended');
    expect(await author.send('Update', { ...author.document, name: 'Free', suspended: false })).toBe('profile changed');
  });

  test('GoToSocial signs its fetches, and shows its actor to those who sign theirs', async () => {
    const server = await aServer(goToSocial);
    const author = await anAuthor(server);
    expect(home.fetches.findLast(({ path }) => path === author.path)?.headers.signature).toContain('/main-key');
    expect((await fetch(server.actor)).status).toBe(401);
    const headers = signedFor(server.actor, { keyId: author.keyId, privateKey: usualKeys!.privateKey });
    expect((await fetch(server.actor, { headers })).status).toBe(200);
  });

  test.each([mastodon, pleroma])('$software tells everyone which posts of an account it holds', async (kind) => {
    const server = await aServer(kind);
    const author = await anAuthor(server);
    await author.send('Create', author.note('Two', `${author.id}/notes/2`));
    const get = async (path: string) => (await fetch(server.origin + path)).json();
    const acct = `${author.document.preferredUsername}@${new URL(author.id).host}`;
    const { id } = (await get(`/api/v1/accounts/lookup?acct=${acct}`)) as { id: string };
    const [newest] = (await get(`/api/v1/accounts/${id}/statuses?limit=1`)) as [{ id: string; uri: string }];
    expect(newest.uri).toBe(`${author.id}/notes/2`);
    const rest = await get(`/api/v1/accounts/${id}/statuses?limit=5&max_id=${newest.id}`);
    expect(rest).toMatchObject([{ uri: author.noteId }]);
  });

  test('Misskey tells everyone which posts of an account it holds', async () => {
    const server = await aServer(misskey);
    const author = await anAuthor(server);
    const post = async (path: string, body: object) =>
      (await fetch(server.origin + path, { method: 'POST', body: JSON.stringify(body) })).json();
    const { preferredUsername: username } = author.document as { preferredUsername: string };
    const { id } = (await post('/api/users/show', { username, host: new URL(author.id).host })) as { id: string };
    expect(await post('/api/users/notes', { userId: id, limit: 10 })).toMatchObject([{ uri: author.noteId }]);
  });

  test('a server that is told to refuses', async () => {
    const server = await aServer(misskey);
    const author = await anAuthor(server);
    server.refuse(403, 'Delete');
    expect(await author.remove()).toMatch('as it was told to');
    server.refuse(202);
    expect(await author.remove()).toBe('deleted');
  });
});
