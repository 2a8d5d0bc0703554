import { describe, expect, test } from 'vitest';
import {
  DeliveryMessage,
  ProbeMessage,
  ReceivedMessage,
  RemovalMessage,
  SliceMessage,
} from '#shared/transport/messages';
import { aBlock, aRemovalPointer, aWithdrawal } from '../../support/pointers.ts';

const subject = { kind: 'post', activity: 'create', memberId: 'm1', objectKey: '01object', epoch: 1, version: 1 };
const delivery = { subject, chunk: 'a', inboxes: ['https://remote.example/inbox'], attempt: 0, lane: 'fast' };
const accepts = (message: object) => DeliveryMessage.safeParse(message).success;

describe('a delivery', () => {
  const follow = { id: 'https://remote.example/1', actor: 'https://remote.example/users/bob' };
  test.each([
    ['of a post', subject],
    ['of a profile', { kind: 'profile', memberId: 'm1', epoch: 1, revision: '2026-11-03T10:05:00.000Z' }],
    ['of an Accept', { kind: 'accept', memberId: 'm1', epoch: 1, follow }],
    ['of a Reject', { kind: 'reject', memberId: 'm1', epoch: 1, follow }],
    ['of a withdrawal', aWithdrawal()],
    ['of a Block', aBlock('block')],
    ['of its end', aBlock('unblock')],
  ])('may be %s', (_, what) => expect(DeliveryMessage.parse({ ...delivery, subject: what }).subject).toEqual(what));

  test('of a profile may go to all who may hold an older one', () => {
    const profile = { kind: 'profile', memberId: 'm1', epoch: 1, revision: 'now', toAll: true };
    expect(DeliveryMessage.parse({ ...delivery, subject: profile }).subject).toEqual(profile);
  });

  test('goes to 1 to 100 inboxes', () => {
    const to = (count: number) => ({
      ...delivery,
      inboxes: Array.from({ length: count }, (_, at) => `https://${at}/`),
    });
    expect([0, 1, 100, 101].map((count) => accepts(to(count)))).toEqual([false, true, true, false]);
  });

  test.each<[string, object]>([
    ['of an unknown kind', { subject: { ...subject, kind: 'note' } }],
    ['of a removal: it goes slice by slice', { subject: aRemovalPointer() }],
    ['of an unknown activity', { subject: { ...subject, activity: 'like' } }],
    ['without its member', { subject: { ...subject, memberId: '' } }],
    ['without its epoch', { subject: { ...subject, epoch: undefined } }],
    ['with half an attempt', { attempt: 0.5 }],
    ['with a negative attempt', { attempt: -1 }],
    ['without a lane', { lane: undefined }],
    ['in an unknown lane', { lane: 'middle' }],
  ])('is refused %s', (_, change) => expect(accepts({ ...delivery, ...change })).toBe(false));

  test('carries neither a body nor a key', () =>
    expect(DeliveryMessage.parse({ ...delivery, body: 'x', privateKey: 'x' })).toEqual(delivery));
});

test('what was received is kept as the text that was signed', () => {
  const message = {
    body: '{"a": 1}',
    actor: 'https://remote.example/users/bob',
    signedAt: '2026-11-03T10:05:00.000Z',
  };
  expect(ReceivedMessage.parse(message)).toEqual(message);
  expect(ReceivedMessage.safeParse({ ...message, body: '' }).success).toBe(false);
});

test('a probe names its promise and its server, and how far its pass has come', () => {
  const message = {
    job: { shard: 1, dueAt: '2026-11-03T10:05:00.000Z', id: 'probe#far.example' },
    host: 'far.example',
  };
  expect(ProbeMessage.parse(message)).toEqual(message);
  const further = { ...message, cursor: 'c', tried: true, left: false };
  expect(ProbeMessage.parse(further)).toEqual(further);
  expect(ProbeMessage.safeParse({ ...message, host: '' }).success).toBe(false);
});

test('each message about a removal is read as what it is, and nothing is left out', () => {
  const job = { shard: 1, dueAt: '2026-11-03T10:05:00.000Z', id: 'x' };
  for (const message of [
    { job, memberId: 'm1', removalId: '01removal', step: 'cut', cursor: 'c' },
    { job, memberId: 'm1', epoch: 3, held: 'paused', cursor: 'c' },
    { job, memberId: 'm1', epoch: 3, until: '2026-12-24T18:00:00.000Z' },
    { job, report: '01report', next: 7 },
    { job, block: { kind: 'server', host: 'far.example' }, since: '2026-11-03T10:00:00.000Z', cursor: 'c' },
    { job, erasure: 'e', erased: { kind: 'server', server: 'far.example' }, people: 3, cursor: 'c' },
  ])
    expect(RemovalMessage.parse(message)).toEqual(message);
  const unknown = { job, memberId: 'm1', removalId: '01removal', step: 'else' };
  expect(RemovalMessage.safeParse(unknown).success).toBe(false);
  const slice = { job, memberId: 'm1', removalId: '01removal', slice: 0, look: true };
  expect(SliceMessage.parse(slice)).toEqual(slice);
  expect(SliceMessage.safeParse({ ...slice, slice: -1 }).success).toBe(false);
});
