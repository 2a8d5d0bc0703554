/** Consent to be quoted: its documents, and what may leave of them at this moment. */
import { describe, expect, test } from 'vitest';
import type { Stamp } from '#shared/domain/answer';
import type { Actor } from '#shared/domain/member';
import type { QuoteAnswerPointer } from '#shared/domain/pointer';
import type { Post } from '#shared/domain/post';
import { outgoing } from '#shared/protocol/outgoing';
import { acceptQuote, deleteStamp, rejectQuote, stampDocument, stampIn } from '#shared/protocol/quotes';
import { expectReadable, wire } from '../../support/documents.ts';
import { anActor, aPost, aSharedPost, site } from '../../support/members.ts';

const ann = anActor();
const actor = 'https://far.example/users/bob';
const instrument = 'https://far.example/notes/1';
const request = { id: 'https://far.example/notes/1/quote', actor, instrument };
const name = '0123456789abcdef01234567';
const stamp: Stamp = {
  ...{ objectKey: '01object', name, actor, instrument, requestId: request.id, inbox: `${actor}/inbox` },
  ...{ memberId: 'm1', withdrawn: false },
};
const ours = 'https://share.example/actors/01actor';
const stampId = `${ours}/quotes/01object-${name}`;

describe('documents', () => {
  test('a stamp names both notes and embeds neither', () =>
    expect(wire(stampDocument(site, ann, stamp))).toMatchObject({
      id: stampId,
      type: 'QuoteAuthorization',
      attributedTo: ours,
      interactingObject: instrument,
      interactionTarget: `${ours}/posts/01object`,
    }));

  test('an Accept repeats the request and carries the stamp', () =>
    expect(wire(acceptQuote(site, ann, request, stamp))).toMatchObject({
      id: `${ours}#accept-https%3A%2F%2Ffar.example%2Fnotes%2F1%2Fquote`,
      type: 'Accept',
      actor: ours,
      to: [actor],
      object: { id: request.id, type: 'QuoteRequest', actor, object: `${ours}/posts/01object`, instrument },
      result: stampId,
    }));

  test('a Reject carries none', () => {
    const rejection = wire(rejectQuote(site, ann, request, '01object'));
    expect(rejection).toMatchObject({ type: 'Reject', to: [actor], object: { id: request.id, instrument } });
    expect(rejection).not.toHaveProperty('result');
  });

  test('a stamp that was withdrawn is deleted without a word about the notes', () => {
    const deletion = wire(deleteStamp(site, ann, stamp));
    expect(deletion).toMatchObject({
      type: 'Delete',
      actor: ours,
      to: ['https://www.w3.org/ns/activitystreams#Public', actor],
      object: { id: stampId, type: 'QuoteAuthorization' },
    });
    expect(JSON.stringify(deletion)).not.toContain(instrument);
  });

  test('everyone can read them', () => {
    for (const document of [
      stampDocument(site, ann, stamp),
      acceptQuote(site, ann, request, stamp),
      rejectQuote(site, ann, request, '01object'),
      deleteStamp(site, ann, stamp),
    ])
      expectReadable(document);
  });

  test('terms that are not of ActivityStreams are explained', () => {
    const [, terms] = wire(stampDocument(site, ann, stamp))['@context'] as [string, Record<string, unknown>];
    expect(terms).toMatchObject({ QuoteAuthorization: 'https://w3id.org/fep/044f#QuoteAuthorization' });
    expect(Object.keys(terms)).toEqual(expect.arrayContaining(['interactingObject', 'interactionTarget', 'gts']));
  });
});

test('the end of an address names a stamp, or nothing', () => {
  expect(stampIn(`01object-${name}`)).toEqual({ objectKey: '01object', name });
  for (const other of [
    '',
    '01object',
    name,
    `01object-${name}0`,
    `01object-${name.slice(1)}`,
    `-${name}`,
    `a/b-${name}`,
    `01OBJECT-${name}`,
  ])
    expect(stampIn(other)).toBeUndefined();
});

describe('what leaves', () => {
  const sent = async (
    kind: QuoteAnswerPointer['kind'],
    present: { readonly stamp?: Stamp | undefined; readonly post?: Post; readonly member?: Actor } = {},
    more: Partial<QuoteAnswerPointer> = {},
  ) => {
    const { member, post, ...found } = { member: ann, post: aSharedPost(), stamp, ...present };
    const nothing = { find: async () => undefined };
    const answer = await outgoing(
      {
        site,
        members: { find: async () => member },
        posts: { find: async () => post },
        stamps: { find: async (_, note) => (note === instrument ? found.stamp : undefined) },
        followers: nothing,
        blocks: nothing,
        now: () => new Date(),
      },
      { kind, memberId: 'm1', epoch: 1, objectKey: '01object', request, ...more },
    );
    return answer?.document.type;
  };
  const withdrawn = { ...stamp, withdrawn: true };

  test('is an Accept while consent stands, and no Reject', async () => {
    expect([await sent('acceptQuote'), await sent('rejectQuote')]).toEqual(['Accept', undefined]);
    const again = { request: { ...request, id: `${request.id}/2` } };
    expect(await sent('acceptQuote', {}, again)).toBe('Accept');
  });

  test('is a Reject where there never was consent', async () => {
    const none = { stamp: undefined };
    expect([await sent('acceptQuote', none), await sent('rejectQuote', none)]).toEqual([undefined, 'Reject']);
  });

  test('is a Delete of the stamp where it was taken back, and a Reject for who asks again', async () => {
    expect([await sent('acceptQuote', { stamp: withdrawn }), await sent('rejectQuote', { stamp: withdrawn })]).toEqual([
      undefined,
      'Delete',
    ]);
    const again = { request: { ...request, id: `${request.id}/2` } };
    expect(await sent('rejectQuote', { stamp: withdrawn }, again)).toBe('Reject');
  });

  test.each([
    ['is removed', { post: aSharedPost({ state: 'deleted' }) }],
    ['waits', { post: aPost() }],
    ['is of an epoch that ended', { member: anActor({ epoch: 2 }) }],
    ['is of someone who does not share any more', { member: anActor({ sharing: 'removing', epoch: 2 }) }],
  ])('is no Accept when the post %s', async (_, present) => expect(await sent('acceptQuote', present)).toBeUndefined());
});
