/** Who may read what, with and without authorised fetch. */
import { createPublicKey } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import { memberBlocksOf, policiesOf } from '#shared/domain/policy';
import type { ReadSignature } from '#shared/protocol/signatures/request';
import { HttpProblem } from '#shared/runtime/errors';
import { json } from '#shared/runtime/http';
import type { ReaderVerdict } from '#shared/transport/key-finder';
import { gate } from '../../../functions/read/gate.ts';
import { aKeyPair, now, signedByHand } from '../../support/cavage.ts';
import { site } from '../../support/members.ts';

const { privateKey } = aKeyPair();
const publicKey = createPublicKey(privateKey);
const policies = policiesOf(
  [
    { host: 'bad.test', level: 'blocked' },
    { host: 'rude.test', level: 'limited' },
  ],
  ['https://fine.test/users/eve'],
);
const target = '/actors/01actor/posts/01object';
const anEvent = (headers: Record<string, string | undefined> = {}, method = 'GET') =>
  ({
    rawPath: target,
    rawQueryString: '',
    headers,
    requestContext: { http: { method } },
  }) as unknown as APIGatewayProxyEventV2;
const claiming = (keyId: string) => ({ signature: `keyId="${keyId}",headers="date",signature="AAAA"` });
const signedAs = (keyId: string, more: object = {}, signed = target) =>
  signedByHand(privateKey, {
    method: 'GET',
    target: signed,
    covered: '(request-target) host date',
    headers: { digest: undefined, 'content-type': undefined, accept: 'application/activity+json', ...more },
    params: { keyId: `"${keyId}"` },
  }).headers;

/** Whom the member m1 blocks. */
const blockedByMember = ['https://fine.test/users/bob', 'https://fine.test/users/gts'].map((actor) => ({ actor }));
let verdict: ReaderVerdict;
let judged: string[];
/** Whether the signatures that were judged fit the request. */
let fits: boolean[];
/** Whose blocks were read. */
let read: string[];
beforeEach(() => {
  verdict = { kind: 'unverified', reason: 'nobody knows' };
  judged = [];
  fits = [];
  read = [];
});

function aGate(authorised = false) {
  const keys = {
    judgeReader: async ({ keyId, madeBy }: Pick<ReadSignature, 'keyId' | 'madeBy'>) => {
      judged.push(keyId.href);
      fits.push(madeBy(publicKey));
      return verdict;
    },
  };
  const made = gate({
    site,
    policies: async () => policies,
    blocks: {
      of: async (memberId) => {
        read.push(memberId);
        return memberBlocksOf(memberId === 'm1' ? blockedByMember : []);
      },
    },
    keys: authorised ? keys : undefined,
    now: () => now,
  });
  const answer = async (event: APIGatewayProxyEventV2) => {
    await made.admitTo(event, 'm1');
    return json({ said: 'Hello' }, { maxAge: 60, headers: { vary: 'Accept' } });
  };
  /** Status, what caches may do, and by what they must keep it apart. */
  const asked = async (kind: 'open' | 'guarded' | 'people', event: APIGatewayProxyEventV2) => {
    const plain = async () => json({ said: 'Hello' }, { maxAge: 60, headers: { vary: 'Accept' } });
    const run = kind === 'open' ? made.open(plain) : made.guarded(answer, { people: kind === 'people' });
    try {
      const { statusCode, headers } = await run(event);
      return [statusCode, headers?.['cache-control'], headers?.vary];
    } catch (error) {
      if (error instanceof HttpProblem) return [error.statusCode, error.extras.headers?.['retry-after']];
      throw error;
    }
  };
  return { asked };
}
const given = [200, 'public, max-age=60', 'Accept, Signature'];
const refused = [403, undefined];

describe.each(['open', 'guarded'] as const)('without authorised fetch, what is %s', (kind) => {
  test('is given to everyone, and kept apart from what is signed', async () => {
    expect(await aGate().asked(kind, anEvent())).toEqual(given);
    expect(await aGate().asked(kind, anEvent(claiming('https://fine.test/users/ann#main-key')))).toEqual(given);
    expect(await aGate().asked(kind, anEvent(claiming('https://rude.test/users/ann#main-key')))).toEqual(given);
  });

  test.each([
    ['https://bad.test/users/a#main-key'],
    ['https://x.bad.test/users/a#main-key'],
    ['https://BAD.test./users/a#main-key'],
    ['https://bad.test:8443/users/a'],
    ['https://fine.test/users/eve#main-key'],
    ['https://fine.test/users/eve/main-key'],
    ['https://fine.test/users/eve'],
  ])('is not given to %s', async (keyId) => {
    expect(await aGate().asked(kind, anEvent(claiming(keyId)))).toEqual(refused);
    const message = { 'signature-input': `sig1=("@method");created=1;keyid="${keyId}"`, signature: 'sig1=:AAAA:' };
    expect(await aGate().asked(kind, anEvent(message))).toEqual(refused);
    expect(await aGate().asked(kind, anEvent({ authorization: `Signature ${claiming(keyId).signature}` }))).toEqual(
      refused,
    );
  });

  test.each(['nonsense', 'acct:a@bad.test', 'https://bad.test.evil.example/a', ''])(
    'a key %j says nothing',
    async (keyId) => {
      expect(await aGate().asked(kind, anEvent(claiming(keyId)))).toEqual(given);
    },
  );

  test('a second signature does not hide the first', async () => {
    const headers = {
      signature: claiming('https://fine.test/users/ann').signature,
      'signature-input': 'sig1=("@method");keyid="https://bad.test/a"',
    };
    expect(await aGate().asked(kind, anEvent(headers))).toEqual(refused);
  });
});

describe('what a member says is not given to whom that member blocks', () => {
  test.each([
    ['https://fine.test/users/bob#main-key', refused],
    ['https://fine.test/users/gts/main-key', refused],
    ['https://fine.test/users/ann#main-key', given],
  ])('%s', async (keyId, expected) => {
    expect(await aGate().asked('guarded', anEvent(claiming(keyId)))).toEqual(expected);
    expect(await aGate().asked('open', anEvent(claiming(keyId)))).toEqual(given);
  });
});

test('[T26] however many keys on however long names a request claims, blocks are read once, and not at all without one', async () => {
  const long = `${'a.'.repeat(200)}test`;
  const headers = {
    signature: claiming(`https://${long}/1`).signature,
    'signature-input': `sig1=("@method");keyid="https://${long}/2", sig2=("@method");keyid="https://${long}/3"`,
  };
  expect(await aGate().asked('guarded', anEvent(headers))).toEqual(given);
  expect(await aGate().asked('guarded', anEvent())).toEqual(given);
  expect(read).toEqual(['m1']);
});

describe('with authorised fetch', () => {
  const ann = 'https://fine.test/users/ann#main-key';
  const withAuthorisedFetch = aGate.bind(undefined, true);

  test('actors and handles are readable unsigned, but not by who is blocked', async () => {
    expect(await withAuthorisedFetch().asked('open', anEvent())).toEqual(given);
    expect(await withAuthorisedFetch().asked('open', anEvent(claiming('https://bad.test/a')))).toEqual(refused);
    expect(judged).toEqual([]);
  });

  test('all else needs a signature', async () => {
    for (const headers of [
      {},
      claiming(ann),
      signedAs(ann, { date: 'yesterday' }),
      signedAs('https://share.example/actor#main-key'),
    ])
      expect((await withAuthorisedFetch().asked('guarded', anEvent(headers)))[0]).toBe(401);
    expect(judged).toEqual([]);
  });

  test('and is for its reader alone', async () => {
    verdict = { kind: 'verified', actor: 'https://fine.test/users/ann' };
    expect(await withAuthorisedFetch().asked('guarded', anEvent(signedAs(ann)))).toEqual([
      200,
      'private, no-store',
      'Accept, Signature',
    ]);
    expect(judged).toEqual([ann]);
    // A gateway behind another name tells another host than the one that was signed.
    const inside = anEvent({ ...signedAs(ann), host: 'abc.execute-api.test' });
    expect((await withAuthorisedFetch().asked('guarded', inside))[0]).toBe(200);
    const page = { ...anEvent(signedAs(ann, {}, `${target}?page=true`)), rawQueryString: 'page=true' };
    expect((await withAuthorisedFetch().asked('guarded', page))[0]).toBe(200);
    expect(fits).toEqual([true, true, true]);
  });

  test('the signature must be theirs', async () => {
    expect(await withAuthorisedFetch().asked('guarded', anEvent(signedAs(ann)))).toEqual([401, undefined]);
    verdict = { kind: 'unreachable', reason: 'no answer' };
    expect(await withAuthorisedFetch().asked('guarded', anEvent(signedAs(ann)))).toEqual([503, '600']);
    verdict = { kind: 'limited', afterSeconds: 30 };
    expect(await withAuthorisedFetch().asked('guarded', anEvent(signedAs(ann)))).toEqual([429, '30']);
  });

  test.each([
    ['the owner of the key is blocked', 'https://fine.test/users/eve', 'https://fine.test/keys/7'],
    ['its member blocks the owner of the key', 'https://fine.test/users/bob', 'https://fine.test/keys/8'],
    ['the server is blocked', 'https://bad.test/users/a', 'https://bad.test/users/a#main-key'],
  ])('nothing is given where %s', async (_, actor, keyId) => {
    verdict = { kind: 'verified', actor };
    expect(await withAuthorisedFetch().asked('guarded', anEvent(signedAs(keyId)))).toEqual(refused);
  });

  test('people are sent on to the page without a signature, where there is one', async () => {
    const html = anEvent({ accept: 'text/html,application/xhtml+xml' });
    expect((await withAuthorisedFetch().asked('people', html))[0]).toBe(200);
    expect((await withAuthorisedFetch().asked('guarded', html))[0]).toBe(401);
  });
});
