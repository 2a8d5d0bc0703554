/** What others write to members, as the platform lists, hides and shows it; reports; and who may quote. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { clientWith, platform } from '../../support/api.ts';
import { interactionsOf } from '../../support/interactions.ts';
import { eventually } from '../../support/peer/eventually.ts';
import { aProfile, type Problem } from '../../support/platform-client.ts';
import { aPerson, isSignedBy, type RemotePerson } from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { aStackMember, look, type StackMember } from '../../support/stack-member.ts';
import { unique } from '../../support/storage-samples.ts';

let server: RemoteServer;
let member: StackMember;
beforeAll(async () => {
  [server, member] = await Promise.all([startRemoteServer(), aStackMember()]);
});
afterAll(() => server?.stop());

const writes = async (person: RemotePerson, more: object) => {
  const note = {
    id: `${person.id}/notes/${unique('n')}`,
    type: 'Note',
    attributedTo: person.id,
    content: '<p>Yes<script>no()</script></p>',
    to: 'https://www.w3.org/ns/activitystreams#Public',
    ...more,
  };
  expect((await person.send(person.activity('Create', note))).status).toBe(202);
  return note;
};
const numbersAre = (postId: string, wanted: object) =>
  eventually(`the numbers are ${JSON.stringify(wanted)}`, async () => {
    const { replies, quotes } = await member.shown(postId);
    return JSON.stringify({ replies, quotes }) === JSON.stringify({ replies: 0, quotes: 0, ...wanted });
  });

describe('replies', () => {
  test('are listed without those that are hidden, unless they are asked for', async () => {
    const { postId, id } = await member.share();
    const person = aPerson(server);
    const notes = [await writes(person, { inReplyTo: id, summary: 'cats' }), await writes(person, { inReplyTo: id })];
    await numbersAre(postId, { replies: 2 });
    const { items, total } = await platform().replies(member.memberId, postId);
    expect([total, items.map((item) => item.id).toSorted()]).toEqual([2, notes.map((note) => note.id).toSorted()]);
    const warned = items.find((item) => item.id === notes[0]!.id)!;
    expect(warned).toMatchObject({ kind: 'reply', content: '<p>Yes</p>', summary: 'cats', hidden: null });
    expect(warned).toMatchObject({ actor: person.id, name: person.document.name });

    const hidden = await platform().hide(member.memberId, `posts/${postId}/replies`, warned.key);
    expect(hidden).toEqual({ ...warned, hidden: 'member' });
    await numbersAre(postId, { replies: 1 });
    const listed = async (query: string) =>
      (await platform().replies(member.memberId, postId, query)).items.map((item) => item.id);
    const [first, second] = notes.map((note) => note.id);
    expect([await listed(''), await listed('?hidden=only')]).toEqual([[second], [first]]);
    expect((await listed('?hidden=include')).toSorted()).toEqual([first, second].toSorted());
    await platform().hide(member.memberId, `posts/${postId}/replies`, warned.key, false);
    await numbersAre(postId, { replies: 2 });
  });

  test('are hidden once their author is blocked, without a word about when they came', async () => {
    const { postId, id } = await member.share();
    const [troll, other] = [aPerson(server), aPerson(server)];
    for (const person of [troll, other]) await writes(person, { inReplyTo: id });
    await numbersAre(postId, { replies: 2 });
    await platform().ask('POST', '/blocked-accounts', { actor: troll.id, category: 'spam' });
    const listed = async (query = '') =>
      (await platform().replies(member.memberId, postId, query)).items.map(({ actor, hidden }) => ({ actor, hidden }));
    // Each instance of the function learns of the block by itself, within seconds.
    await eventually('it is hidden', async () => {
      const hidden = (await listed('?hidden=include')).find(({ actor }) => actor === troll.id)?.hidden === 'policy';
      return hidden && (await listed()).length === 1;
    });
    await eventually('only the other is shown', async () => {
      const [first, ...more] = await listed();
      return more.length === 0 && first?.actor === other.id && first.hidden === null;
    });
    await platform().ask('DELETE', `/blocked-accounts?actor=${troll.id}`);
  });

  test('are not shown any more once the post is removed', async () => {
    const { postId, id } = await member.share();
    await writes(aPerson(server), { inReplyTo: id });
    await numbersAre(postId, { replies: 1 });
    const [reply] = (await platform().replies(member.memberId, postId)).items;
    await platform().remove(member.memberId, postId);
    expect(await platform().replies(member.memberId, postId)).toEqual({ total: 0, items: [], next: null });
    const path = `/members/${member.memberId}/posts/${postId}/replies/${reply!.key}`;
    expect((await platform().ask('PUT', path, { hidden: true })).status).toBe(404);
  });

  test('are hidden by their key alone, where they stand, and by who may', async () => {
    const { postId, id } = await member.share();
    await writes(aPerson(server), { inReplyTo: id });
    await numbersAre(postId, { replies: 1 });
    const { key } = (await platform().replies(member.memberId, postId)).items[0]!;
    const { postId: other } = await member.share();
    const at = (path: string) => `/members/${member.memberId}/${path}`;
    const ask = (path: string, body: unknown = { hidden: true }) => platform().ask<Problem>('PUT', path, body);
    for (const path of [`posts/${other}/replies/${key}`, `posts/${postId}/quotes/${key}`, `mentions/${key}`])
      expect((await ask(at(path))).status).toBe(404);
    expect((await ask(at(`posts/${postId}/replies/${key.slice(1)}`))).status).toBe(404);
    for (const wrong of ['a.b', 'x'.repeat(721)])
      expect((await ask(at(`posts/${postId}/replies/${wrong}`))).status).toBe(400);
    for (const body of [{}, { hidden: 'yes' }, { hidden: true, more: 1 }])
      expect((await ask(at(`posts/${postId}/replies/${key}`), body)).status).toBe(400);
    const stranger = clientWith(inject('stack').tokens.member);
    expect((await stranger.ask('PUT', at(`posts/${postId}/replies/${key}`), { hidden: true })).status).toBe(403);
    expect((await platform().ask('GET', at(`posts/${postId}/replies?hidden=maybe`))).status).toBe(400);
    await numbersAre(postId, { replies: 1 });
  });
});

test('mentions are listed for their member, newest first, and can be hidden', async () => {
  const own = await aStackMember();
  const interactions = await interactionsOf(own.memberId);
  const tag = [{ type: 'Mention', href: own.actorId, name: '@x' }];
  const listed = async (count: number, query = '') =>
    eventually(`${count} mentions are there`, async () => {
      const { items } = await platform().mentions(own.memberId, query);
      return items.length === count && items;
    });
  const now = Date.now();
  for (const ago of [2, 1])
    await writes(aPerson(server), { tag, published: new Date(now - ago).toISOString(), content: String(ago) });
  const [newest, oldest] = await listed(2);
  expect([newest, oldest]).toMatchObject([
    { kind: 'mention', content: '1' },
    { kind: 'mention', content: '2' },
  ]);
  expect(await interactions.first(2)).toMatchObject([{ type: 'mention' }, { type: 'mention' }]);
  await platform().hide(own.memberId, 'mentions', newest!.key);
  expect(await listed(1)).toMatchObject([{ id: oldest!.id }]);
  expect(await listed(1, '?hidden=only')).toMatchObject([{ id: newest!.id }]);
  await interactions.stop();
});

describe('who asks to quote', () => {
  const asks = async (person: RemotePerson, object: string) => {
    const instrument = `${person.id}/notes/${unique('q')}`;
    const request = person.activity('QuoteRequest', object, { instrument });
    expect((await person.send(request)).status).toBe(202);
    return { instrument, request };
  };
  const arrives = async (person: RemotePerson, type: string) => {
    const all = await eventually(`a ${type} arrives`, async () => {
      const found = server.receivedAt(person.inboxPath, type);
      return found.length > 0 && found;
    });
    return all[0]!;
  };

  test('gets a stamp that everyone can look at, until the member hides the quote', async () => {
    const { postId, id } = await member.share();
    const person = aPerson(server);
    expect((await look(id)).body.interactionPolicy).toEqual({
      canQuote: { automaticApproval: ['https://www.w3.org/ns/activitystreams#Public'] },
    });
    const { instrument, request } = await asks(person, id);
    const accept = await arrives(person, 'Accept');
    const { object, result } = accept.activity as unknown as { object: object; result: string };
    expect(object).toEqual({ id: request.id, type: 'QuoteRequest', actor: person.id, object: id, instrument });
    expect(isSignedBy(accept, await member.publicKeyPem())).toBe(true);
    expect(await look(result)).toMatchObject({
      status: 200,
      body: { id: result, type: 'QuoteAuthorization', attributedTo: member.actorId, interactingObject: instrument },
    });

    await writes(person, { id: instrument, quote: id, quoteAuthorization: result });
    await numbersAre(postId, { quotes: 1 });
    const [quote] = (await platform().quotes(member.memberId, postId)).items;
    expect(quote).toMatchObject({ kind: 'quote', id: instrument, hidden: null });
    await platform().hide(member.memberId, `posts/${postId}/quotes`, quote!.key);
    await numbersAre(postId, { quotes: 0 });
    expect((await look(result)).status).toBe(410);
    expect((await arrives(person, 'Delete')).activity).toMatchObject({ object: { id: result }, actor: member.actorId });

    await platform().hide(member.memberId, `posts/${postId}/quotes`, quote!.key, false);
    await numbersAre(postId, { quotes: 1 });
    expect((await look(result)).status).toBe(410);
  });

  test('loses the stamp when the member blocks them, and what they wrote is hidden', async () => {
    const own = await aStackMember();
    const { postId, id } = await own.share();
    const person = aPerson(server);
    await asks(person, id);
    const { result } = (await arrives(person, 'Accept')).activity as unknown as { result: string };
    await writes(person, { inReplyTo: id });
    await eventually('the reply is kept', async () => (await own.shown(postId)).replies === 1);
    expect((await platform().ask('POST', `/members/${own.memberId}/blocks`, { actor: person.id })).status).toBe(200);
    expect((await own.shown(postId)).replies).toBe(0);
    expect((await arrives(person, 'Delete')).activity).toMatchObject({ object: { id: result } });
    expect((await look(result)).status).toBe(410);
  });

  test('loses the stamp, and is read no more, once the member blocks the whole server', async () => {
    const own = await aStackMember();
    const { postId, id } = await own.share();
    const elsewhere = await startRemoteServer({ address: '127.0.4.1' });
    const person = aPerson(elsewhere);
    await asks(person, id);
    const { result } = (
      await eventually('the Accept is there', async () => elsewhere.receivedAt(person.inboxPath, 'Accept')[0])
    ).activity as unknown as { result: string };
    await writes(person, { inReplyTo: id });
    await eventually('the reply is kept', async () => (await own.shown(postId)).replies === 1);
    expect((await look(result)).status).toBe(200);
    await platform().ask('POST', `/members/${own.memberId}/blocks`, { server: '127.0.4.1' });
    expect((await look(result)).status).toBe(410);
    expect((await platform().replies(own.memberId, postId)).items).toEqual([]);
    const [reply] = (await platform().replies(own.memberId, postId, '?hidden=include')).items;
    expect(reply).toMatchObject({ actor: person.id, hidden: 'member' });
    await elsewhere.stop();
  });

  test('is turned down by who wants no quotes', async () => {
    const own = await aStackMember();
    const profile = aProfile(own.username, { quotes: 'nobody' });
    expect(await platform().putMember(own.memberId, profile)).toMatchObject({ quotes: 'nobody' });
    const { id } = await own.share();
    expect((await look(id)).body.interactionPolicy).toEqual({ canQuote: { automaticApproval: [own.actorId] } });
    const person = aPerson(server);
    const { request } = await asks(person, id);
    expect((await arrives(person, 'Reject')).activity).toMatchObject({ object: { id: request.id }, to: [person.id] });
    expect(await platform().putMember(own.memberId, aProfile(own.username))).toMatchObject({ quotes: 'everyone' });
    const wrong = await platform().ask('PUT', `/members/${own.memberId}`, { ...profile, quotes: 'friends' });
    expect(wrong.status).toBe(400);
  });

  test('finds no consent where none was given', async () => {
    const { id } = await member.share();
    const person = aPerson(server);
    await asks(person, id);
    const { result } = (await arrives(person, 'Accept')).activity as unknown as { result: string };
    const other = await aStackMember();
    for (const address of [
      result.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      result.replace(member.actorKey, other.actorKey),
      `${member.actorId}/quotes/x`,
    ])
      expect((await look(address)).status).toBe(404);
  });
});

describe('reports', () => {
  interface Reports {
    readonly items: readonly { readonly id: string; readonly memberIds: readonly string[]; readonly state: string }[];
  }
  test('reach the moderators, who mark them as resolved', async () => {
    const own = await aStackMember();
    const { postId, id } = await own.share();
    const person = aPerson(server);
    const flag = person.activity('Flag', [own.actorId, id], { content: 'Rude' });
    for (const _ of [1, 2]) expect((await person.send(flag)).status).toBe(202);
    const find = async () =>
      (await platform().ask<Reports>('GET', '/reports?limit=100')).body.items.filter(({ memberIds }) =>
        memberIds.includes(own.memberId),
      );
    const [report, ...others] = await eventually('the report is there', async () => {
      const found = await find();
      return found.length > 0 && found;
    });
    expect([report, others]).toMatchObject([
      {
        ...{
          reporterServer: server.host,
          memberIds: [own.memberId],
          postIds: [postId],
          comment: 'Rude',
          state: 'open',
        },
        reporter: { actor: person.id, name: person.document.name },
      },
      [],
    ]);
    const mark = (state: string) => platform().ask('PUT', `/reports/${report!.id}`, { state });
    expect(await mark('resolved')).toMatchObject({ status: 200, body: { id: report!.id, state: 'resolved' } });
    expect(await find()).toMatchObject([{ state: 'resolved' }]);
    expect((await mark('lost')).status).toBe(400);
  });

  test('are for the platform alone, and there must be such a report', async () => {
    const own = clientWith(inject('stack').tokens.member);
    expect((await own.ask('GET', '/reports')).status).toBe(403);
    const put = (id: string) => platform().ask('PUT', `/reports/${id}`, { state: 'open' });
    expect((await put('x')).status).toBe(400);
    expect((await put(`20261122T101112123Z-${'0'.repeat(24)}`)).status).toBe(404);
    expect((await platform().ask('GET', '/reports?cursor=x')).status).toBe(400);
  });
});
