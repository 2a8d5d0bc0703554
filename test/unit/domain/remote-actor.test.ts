import { describe, expect, test } from 'vitest';
import { deliveryInbox, facesOf, type RemoteActor, unknownActor } from '#shared/domain/remote-actor';

const bob: RemoteActor = {
  id: 'https://remote.example/users/bob',
  handle: 'bob@remote.example',
  name: 'Bob',
  url: 'https://remote.example/@bob',
  server: 'remote.example',
  inbox: 'https://remote.example/users/bob/inbox',
};

describe('deliveryInbox', () => {
  test('is the one that the whole server shares, where there is one', () =>
    expect(deliveryInbox({ ...bob, sharedInbox: 'https://remote.example/inbox' })).toBe(
      'https://remote.example/inbox',
    ));

  test('is the own inbox otherwise', () => expect(deliveryInbox(bob)).toBe('https://remote.example/users/bob/inbox'));
});

test('[T15] whoever has an inbox on another host is known by both', () => {
  expect(facesOf(bob)).toEqual([{ id: bob.id, server: 'remote.example' }]);
  expect(facesOf({ ...bob, inbox: 'https://mail.example/bob' })).toEqual([
    { id: bob.id, server: 'remote.example' },
    { id: bob.id, server: 'mail.example' },
  ]);
});

test('of an actor that is no longer kept, only what the id tells is shown', () =>
  expect(unknownActor('https://remote.example:8443/users/bob')).toEqual({
    id: 'https://remote.example:8443/users/bob',
    handle: 'remote.example:8443',
    name: '',
    url: 'https://remote.example:8443/users/bob',
    server: 'remote.example:8443',
  }));
