/** What tests of bad input send most, and how they are answered. */
import { expect } from 'vitest';
import type { RemotePerson } from './remote-person.ts';
import { unique } from './storage-samples.ts';

/** Everybody. */
export const toAll = 'https://www.w3.org/ns/activitystreams#Public';

/** A note of someone, public unless it says otherwise. */
export const aNote = (person: Pick<RemotePerson, 'id'>, more: object = {}) => ({
  id: `${person.id}/notes/${unique('n')}`,
  type: 'Note',
  attributedTo: person.id,
  content: '<p>I agree</p>',
  published: new Date().toISOString(),
  to: [toAll],
  ...more,
});

/** The activity by which it comes. */
export const creation = (person: RemotePerson, note: object) => person.activity('Create', note, { to: [toAll] });

/** An answer that says no, as a problem document. */
export const refusal = (status: number) => ({
  status,
  problem: { status, title: expect.stringMatching(/\w/) },
  headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
});
