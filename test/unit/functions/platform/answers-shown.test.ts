/** Which answers and reports are shown, and what hiding one changes. */
import { expect, test } from 'vitest';
import type { Place } from '../../../../shared/domain/answer.ts';
import { anAnswer } from '../../../support/answers.ts';
import { moderationApi } from '../../../support/moderation-api.ts';
import { aJob, noon } from '../../../support/storage-samples.ts';

async function aWorld() {
  const api = moderationApi();
  const author = await api.anAuthor();
  const post = await author.post();
  const { memberId } = author;
  const path = (list: string) =>
    list === 'mentions' ? `/members/${memberId}/mentions` : `/members/${memberId}/posts/${post.postId}/${list}`;
  return {
    ...api,
    author,
    post,
    memberId,
    path,
    kept: async (kind: Place['kind'] = 'reply') => {
      const note = anAnswer();
      const about = kind === 'mention' ? memberId : post.objectKey;
      await api.answers.add(note, [{ kind, about, memberId, published: noon(60).toISOString() }], noon(3600));
      return note;
    },
    list: async (list: string, hidden = 'exclude') => (await api.call(`GET ${path(list)}?hidden=${hidden}`)).body,
    hide: (list: string, key: unknown, hidden = true) => api.call(`PUT ${path(list)}/${key}`, { body: { hidden } }),
  };
}

test('what was kept before its author was blocked is hidden, by whom it says, as long as the block holds', async () => {
  for (const by of ['member', 'policy'] as const) {
    const { kept, list, memberId, blocks, policies } = await aWorld();
    const { actor } = await kept();
    const whole = { server: new URL(actor).host };
    if (by === 'member') await blocks.add(memberId, whole, noon());
    else await policies.blockAccount({ actor, category: 'spam', at: noon().toISOString() }, aJob());
    expect((await list('replies')).items).toEqual([]);
    expect((await list('replies', 'include')).items).toMatchObject([{ actor, hidden: by }]);
    if (by === 'member') await blocks.remove(memberId, whole);
    else await policies.unblockAccount(actor);
    expect((await list('replies')).items).toMatchObject([{ actor, hidden: null }]);
  }
});

test.each(['replies', 'quotes', 'mentions'] as const)('one of the %s is hidden, and shown again', async (name) => {
  const { kept, list, hide } = await aWorld();
  await kept(({ replies: 'reply', quotes: 'quote', mentions: 'mention' } as const)[name]);
  const [{ key } = {}] = (await list(name)).items;
  expect((await hide(name, key)).body).toMatchObject({ hidden: 'member' });
  expect((await list(name)).items).toEqual([]);
  expect((await hide(name, key, false)).body).toMatchObject({ hidden: null });
  expect((await list(name)).items).toHaveLength(1);
});

test('hiding a quote takes its consent back, and tells so 25 seconds later; showing one takes nothing back', async () => {
  const { kept, list, hide, stamps, post, memberId, sent } = await aWorld();
  const { actor, id: instrument } = await kept('quote');
  const given = { requestId: `${actor}/requests/1`, inbox: `${actor}/inbox` };
  await stamps.give({ objectKey: post.objectKey, memberId, actor, instrument, ...given });
  const [{ key } = {}] = (await list('quotes')).items;
  await hide('quotes', key, false);
  expect([(await stamps.find(post.objectKey, instrument))?.withdrawn, sent]).toEqual([false, []]);
  await hide('quotes', key);
  expect(await stamps.find(post.objectKey, instrument)).toMatchObject({ withdrawn: true });
  expect(sent).toMatchObject([
    { delay: 25, message: { subject: { kind: 'rejectQuote', request: { instrument } }, inboxes: [`${actor}/inbox`] } },
  ]);
});

test('answers to a post that is removed are neither listed nor hidden', async () => {
  const { kept, list, hide, post } = await aWorld();
  await kept();
  const [{ key } = {}] = (await list('replies')).items;
  await post.remove();
  expect(await list('replies', 'include')).toEqual({ total: 0, items: [], next: null });
  expect((await hide('replies', key)).status).toBe(404);
});

test('a report tells who made it as long as that is known, and is marked', async () => {
  const { reports, call, memberId, post } = await aWorld();
  const actor = 'https://far.example/actor';
  const said = { server: 'far.example', actor, memberIds: [memberId], postIds: [post.postId], comment: 'Spam' };
  const kept = await reports.add(said, 'https://far.example/flags/1', noon(60));
  const [shown] = (await call('GET /reports')).body.items;
  expect(shown).toEqual({
    id: kept?.id,
    reporterServer: 'far.example',
    reporter: { actor, handle: expect.any(String), name: expect.any(String) },
    memberIds: [memberId],
    postIds: [post.postId],
    comment: 'Spam',
    at: noon(60).toISOString(),
    state: 'open',
  });
  expect((await call(`PUT /reports/${kept?.id}`, { body: { state: 'resolved' } })).body).toMatchObject({
    state: 'resolved',
  });
  await reports.forgetActor(actor);
  expect((await call('GET /reports')).body.items).toMatchObject([{ reporter: null, reporterServer: 'far.example' }]);
  expect((await call(`PUT /reports/20261105T120000000Z-${'0'.repeat(24)}`, { body: { state: 'open' } })).status).toBe(
    404,
  );
});
