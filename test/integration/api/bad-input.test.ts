import { describe, expect, inject, test } from 'vitest';
import { clientWith, platform, rowsIn, someone } from '../../support/api.ts';
import { ownMember } from '../../support/one-stack.ts';
import { aProfile, type Problem } from '../../support/platform-client.ts';

const consent = { textVersion: '2026-11' };

/** Sends a PUT of a profile and expects a problem that names the field, and no row. */
async function refused(change: object, field: string, status = 400) {
  const { memberId, username } = someone();
  const answer = await platform().ask<Problem>('PUT', `/members/${memberId}`, aProfile(username, change));
  expect(answer.contentType).toBe('application/problem+json');
  expect(answer.body).toMatchObject({ status });
  expect(answer.body.errors?.map((error) => error.field)).toContain(field);
  expect(await rowsIn(`MEMBER#${memberId}`)).toBe(0);
  expect(await rowsIn(`HANDLE#${username}`)).toBe(0);
}

describe('a profile', () => {
  test.each([
    ['a wrong type', { displayName: 7 }, '/displayName'],
    ['an unknown field', { colour: 'red' }, '/colour'],
    ['an unknown field inside of another', { fields: [{ name: 'a', value: 'b', rel: 'me' }] }, '/fields/0/rel'],
    ['a missing field', { adult: undefined }, '/adult'],
    ['a country that is no code', { country: 'usa' }, '/country'],
    ['a username with a space', { username: 'ann example' }, '/username'],
    ['a username with a slash', { username: 'ann/../x' }, '/username'],
    ['a picture that is not on https', { avatarUrl: 'http://media.example.com/a.png' }, '/avatarUrl'],
    ['a script as a picture', { avatarUrl: 'javascript:alert(1)' }, '/avatarUrl'],
    ['a bio that is too long', { bio: 'x'.repeat(1001) }, '/bio'],
    ['too many fields', { fields: Array.from({ length: 9 }, () => ({ name: 'a', value: 'b' })) }, '/fields'],
  ])('with %s is refused, the field is named, nothing is written', (_, change, field) => refused(change, field));

  test('with two faults is answered with both', async () => {
    const { memberId, username } = someone();
    const answer = await platform().ask<Problem>(
      'PUT',
      `/members/${memberId}`,
      aProfile(username, { adult: 'yes', country: 'xx' }),
    );
    expect(answer.body.errors?.map(({ field }) => field).sort()).toEqual(['/adult', '/country']);
  });

  test('of a member id that would need encoding is refused', async () => {
    const answer = await platform().ask<Problem>('PUT', '/members/a%20b', aProfile('someoneelse'));
    expect(answer.status).toBe(400);
  });

  test('that is not JSON is refused', async () => {
    const { origin, tokens } = inject('stack');
    const { memberId } = someone();
    const response = await fetch(`${origin}/api/v1/members/${memberId}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${tokens.platform}`, 'content-type': 'application/json' },
      body: '{"username": ',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ title: 'The body is not valid JSON.' });
  });

  test('sent as another type is refused', async () => {
    const { origin, tokens } = inject('stack');
    const response = await fetch(`${origin}/api/v1/members/m1`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${tokens.platform}`, 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(response.status).toBe(415);
  });

  test('whose username another member has is a conflict', async () => {
    const { memberId, username } = someone();
    await platform().putMember(memberId, aProfile(username));
    const answer = await platform().ask<Problem>('PUT', `/members/${memberId}-2`, aProfile(username.toUpperCase()));
    expect(answer.status).toBe(409);
    expect(answer.body.errors?.[0]?.field).toBe('/username');
    expect(await rowsIn(`MEMBER#${memberId}-2`)).toBe(0);
  });
});

test('a username that is the deployment’s own is a conflict', async () => {
  const { memberId } = someone();
  const own = new URL(inject('stack').origin).host.replace(':', '.');
  const answer = await platform().ask<Problem>('PUT', `/members/${memberId}`, aProfile(own));
  expect(answer).toMatchObject({ status: 409, body: { errors: [{ field: '/username' }] } });
});

describe('turning sharing on', () => {
  test('without consent is refused', async () => {
    const { memberId, username } = someone();
    await platform().putMember(memberId, aProfile(username));
    const answer = await platform().ask<Problem>('PUT', `/members/${memberId}/sharing`, { state: 'on' });
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.[0]?.field).toBe('/consent');
    expect((await platform().sharing(memberId)).state).toBe('off');
  });

  test('of an ineligible member names every rule that fails', async () => {
    const { memberId, username } = someone();
    await platform().putMember(memberId, aProfile(username, { publicProfile: false, adult: false, country: 'DE' }));
    const answer = await platform().ask<Problem>('PUT', `/members/${memberId}/sharing`, { state: 'on', consent });
    expect(answer.status).toBe(403);
    expect(answer.body.errors?.map(({ field }) => field)).toEqual(['publicProfile', 'adult', 'country']);
    const { state, eligibility } = await platform().sharing(memberId);
    expect(state).toBe('off');
    expect(eligibility.failing.map(({ rule }) => rule)).toEqual(['publicProfile', 'adult', 'country']);
  });

  test('of an unknown member is not found, and makes none', async () => {
    const { memberId } = someone();
    const answer = await platform().ask<Problem>('PUT', `/members/${memberId}/sharing`, { state: 'on', consent });
    expect(answer).toMatchObject({ status: 404, contentType: 'application/problem+json' });
    expect(await rowsIn(`MEMBER#${memberId}`)).toBe(0);
  });

  test('to a state that does not exist is refused', async () => {
    const answer = await platform().ask<Problem>('PUT', '/members/m1/sharing', { state: 'maybe' });
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.[0]).toMatchObject({ field: '/state', message: 'Must be one of: on, paused, off.' });
  });
});

describe('a post', () => {
  test('of a member who does not share is a conflict', async () => {
    const { memberId, username } = someone();
    await platform().putMember(memberId, aProfile(username));
    const answer = await platform().ask<Problem>('POST', `/members/${memberId}/posts`, { postId: 'p1', text: 'Hello' });
    expect(answer.status).toBe(409);
    expect(await rowsIn(`MEMBER#${memberId}`)).toBe(1);
  });

  test.each([
    ['a delay over 15 minutes', { delaySeconds: 901 }, '/delaySeconds'],
    ['a delay that is no whole number', { delaySeconds: 1.5 }, '/delaySeconds'],
    [
      'an attachment that is not on https',
      { attachments: [{ url: 'http://a.example/x.png', mediaType: 'image/png' }] },
      '/attachments/0/url',
    ],
    [
      'an attachment of another kind',
      { attachments: [{ url: 'https://a.example/x', mediaType: 'text/html' }] },
      '/attachments/0/mediaType',
    ],
    ['a language that is none', { language: 'englishlanguage' }, '/language'],
    ['no text', { text: undefined }, '/text'],
    ['an id with a slash', { postId: 'a/b' }, '/postId'],
  ])('with %s is refused', async (_, change, field) => {
    const answer = await platform().ask<Problem>('POST', '/members/m1/posts', {
      postId: 'p1',
      text: 'Hello',
      ...change,
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((error) => error.field)).toContain(field);
  });

  test('that is unknown is not found', async () => {
    const { memberId, username } = someone();
    await platform().putMember(memberId, aProfile(username));
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/share-now'],
      ['GET', '/likes'],
    ] as const) {
      const answer = await platform().ask<Problem>(method, `/members/${memberId}/posts/none${path}`);
      expect(answer).toMatchObject({ status: 404, contentType: 'application/problem+json' });
    }
  });
});

describe('a token', () => {
  const path = '/members/m1/sharing';

  test('that is missing, expired or not ours gets the own answer of the gateway', async () => {
    for (const token of ['', inject('stack').tokens.expired, 'nonsense', `${inject('stack').tokens.platform}x`]) {
      expect(await clientWith(token).ask('GET', path)).toMatchObject({
        status: 401,
        body: { message: 'Unauthorized' },
      });
    }
  });

  test('without the scope that is needed is refused', async () => {
    const answer = await clientWith(inject('stack').tokens.stranger).ask<Problem>('GET', path);
    expect(answer).toMatchObject({ status: 403, contentType: 'application/problem+json' });
    expect(answer.body.title).toContain('scope');
  });

  test('of another member is refused', async () => {
    const { memberId, username } = someone();
    await platform().putMember(memberId, aProfile(username));
    const other = clientWith(inject('stack').tokens.member);
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', { state: 'on', consent }],
    ] as const) {
      const answer = await other.ask<Problem>(method, `/members/${memberId}/sharing`, body);
      expect(answer.status).toBe(403);
      expect(answer.body.title).toBe('This token is of another member.');
    }
    expect((await platform().sharing(memberId)).state).toBe('off');
  });

  test("of a member cannot introduce the member, nor set what is the platform's to say", async () => {
    const own = clientWith(inject('stack').tokens.member);
    const { publicProfile: _p, country: _c, adult: _a, ...profile } = aProfile('ownmember');
    expect(await own.ask<Problem>('PUT', `/members/${ownMember}`, profile)).toMatchObject({ status: 403 });

    await platform().putMember(ownMember, aProfile('ownmember', { adult: false }));
    const answer = await own.ask<Problem>('PUT', `/members/${ownMember}`, { ...profile, adult: true, country: 'US' });
    expect(answer.status).toBe(403);
    expect(answer.body.errors?.map(({ field }) => field)).toEqual(['/country', '/adult']);
    expect(await platform().member(ownMember)).toMatchObject({ adult: false });

    await own.putMember(ownMember, { ...profile, displayName: 'Own Name' });
    expect(await platform().member(ownMember)).toMatchObject({ displayName: 'Own Name', adult: false, country: 'US' });
  });
});

describe('an address', () => {
  test('that the API has not is a problem document', async () => {
    const answer = await platform().ask<Problem>('GET', '/nothing/here');
    expect(answer).toMatchObject({ status: 404, contentType: 'application/problem+json' });
  });
  test('with another method names those that it has', async () => {
    const answer = await platform().ask<Problem>('DELETE', '/members/m1/sharing');
    expect(answer.status).toBe(405);
    expect(answer.body.title).toBe('Use GET or PUT here.');
  });
  test('with an unknown parameter is refused by name', async () => {
    const answer = await platform().ask<Problem>('GET', '/members/m1/followers?limit=0&page=2');
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map(({ field }) => field).sort()).toEqual(['query/limit', 'query/page']);
  });
  test('with a cursor that is not ours is refused by name', async () => {
    const { memberId, username } = someone();
    await platform().putMember(memberId, aProfile(username));
    const answer = await platform().ask<Problem>('GET', `/members/${memberId}/followers?cursor=bm9uc2Vuc2U`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.[0]?.field).toBe('query/cursor');
  });
});
