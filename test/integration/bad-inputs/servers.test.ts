/**
 * Servers that send us in circles, stall, flood or are down when their actors are looked at, through the gateway. A number is
 * that of the case in the list of bad inputs; the others are its neighbours.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../support/hostile.ts';
import { aRawServer, saying } from '../../support/raw-server.ts';
import { aPerson, type RemotePerson, type SendOptions } from '../../support/remote-person.ts';
import { type RemoteServer, type ScriptedAnswer, startRemoteServer } from '../../support/remote-server.ts';
import { aWebServer } from '../../support/web-server.ts';

let server: RemoteServer;
let other: RemoteServer;
beforeAll(async () => {
  [server, other] = await Promise.all([startRemoteServer(), startRemoteServer()]);
});
afterAll(() => Promise.all([server?.stop(), other?.stop()]));

const send = (person: RemotePerson, options: SendOptions = {}) =>
  person.send(person.activity('Follow', 'https://elsewhere.example/users/1'), options);

/** Someone whose document is served in another way than it should be. */
function someoneServed(how: (document: RemotePerson['document']) => ScriptedAnswer): RemotePerson {
  const person = aPerson(server);
  server.serve(person.path, how(person.document));
  return person;
}
const redirected = (location: string) => () => ({ status: 302, headers: { location } });

describe('49: redirects', () => {
  test('[T13] in a circle are 401 after three fetches at most', async () => {
    const person = someoneServed(redirected('/around'));
    server.serve('/around', redirected(person.path)());
    const fetches = server.fetches.length;
    expect(await send(person)).toMatchObject(refusal(401));
    expect(server.fetches.length - fetches).toBeLessThanOrEqual(3);
  });

  test('to itself are 401 after one', async () => {
    const person = aPerson(server);
    server.serve(person.path, redirected(person.path)());
    expect(await send(person)).toMatchObject(refusal(401));
    expect(server.fetched(person.path)).toBe(1);
  });

  test('without an end are 401 after three fetches', async () => {
    const person = someoneServed(redirected('/hop/1'));
    for (let hop = 1; hop < 20; hop++) server.serve(`/hop/${hop}`, redirected(`/hop/${hop + 1}`)());
    const fetches = server.fetches.length;
    expect(await send(person)).toMatchObject(refusal(401));
    expect(server.fetches.length - fetches).toBe(3);
  });

  test('to another host are 401: what is there cannot be this actor', async () => {
    const impostor = aPerson(other);
    const person = someoneServed(redirected(impostor.id));
    expect(await send(person)).toMatchObject(refusal(401));
    expect(await send(person, { keyId: impostor.keyId })).toMatchObject(refusal(401));
  });
});

describe('a server that is down or in trouble', () => {
  test.each([500, 502, 503, 429])(
    '64: with %s is 503 once, and 401 for ten minutes without another look',
    async (status) => {
      const person = someoneServed(() => ({ status }));
      expect(await send(person)).toMatchObject({ ...refusal(503), headers: { 'retry-after': '600' } });
      expect(await send(person)).toMatchObject(refusal(401));
      server.serve(person.path, { body: person.document });
      expect(await send(person)).toMatchObject(refusal(401));
      expect(server.fetched(person.path)).toBe(1);
    },
  );

  const at = (port: number) => aPerson({ ...server, origin: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}` });

  test('that is not there', async () => {
    const gone = await startRemoteServer();
    const person = aPerson(gone);
    await gone.stop();
    expect(await send(person)).toMatchObject(refusal(503));
    expect(await send(person)).toMatchObject(refusal(401));
  });

  test.concurrent('58: that sends a byte a second: 503 within five seconds, and the connection is closed', async () => {
    const slow = await aRawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/activity+json\r\ncontent-length: 1000\r\n\r\n');
      const timer = setInterval(() => socket.write(' '), 1000);
      socket.on('close', () => clearInterval(timer));
    });
    const start = performance.now();
    expect(await send(at(slow.port))).toMatchObject(refusal(503));
    expect(performance.now() - start).toBeLessThan(6500);
    await slow.visits[0]!.ended;
    expect(slow.visits).toHaveLength(1);
  });

  test.concurrent.each<[string, string]>([
    ['that hangs up', ''],
    ['that does not speak HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['whose headers do not end', `HTTP/1.1 200 OK\r\n${'x-padding: 1\r\n'.repeat(20_000)}`],
    ['that says less than it announces', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}'],
  ])('%s: 503', async (_, answer) => {
    const raw = await aRawServer((socket) => {
      if (answer) saying(answer)(socket);
      socket.once('data', () => socket.end());
    });
    expect(await send(at(raw.port))).toMatchObject(refusal(503));
  });

  test.concurrent('57: of an actor without an end no more than a megabyte is read', async () => {
    let written = 0;
    const endless = await aWebServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/activity+json' });
      const chunk = Buffer.alloc(64 * 1024, 0x20);
      const more = () => {
        while (!response.destroyed && written < 256 * 1024 * 1024) {
          written += chunk.length;
          if (!response.write(chunk)) return response.once('drain', more);
        }
        return response.end();
      };
      more();
    });
    expect(await send(at(endless.port))).toMatchObject(refusal(401));
    expect(written).toBeLessThan(32 * 1024 * 1024); // with what the sockets hold
  });
});

describe('a flood costs one look', () => {
  test('[T25] at an actor, however many keys are named', async () => {
    const person = aPerson(server);
    const all = Array.from({ length: 20 }, (_, n) => send(person, { keyId: `${person.id}#key-${n}` }));
    for (const { status } of await Promise.all(all)) expect([401, 503]).toContain(status);
    for (let n = 0; n < 5; n++) expect((await send(person, { keyId: `${person.id}#more-${n}` })).status).toBe(401);
    expect(server.fetched(person.path)).toBe(1);
  });

  test('[T25] at each of two actors that take turns with one key', async () => {
    const [one, two] = [aPerson(server), aPerson(server)];
    for (let turn = 0; turn < 5; turn++)
      for (const person of [one, two]) {
        const keyId = `${one.id}#nobody’s`.replace('’', '');
        expect([401, 403]).toContain((await send(person, { keyId })).status);
      }
    expect(server.fetched(one.path)).toBeLessThanOrEqual(1);
    expect(server.fetched(two.path)).toBeLessThanOrEqual(1);
  });

  test('when thirty good requests with an unknown key come at once: all of them count', async () => {
    const person = someoneServed((body) => ({ body, delay: 300 }));
    const nobody = person.activity('Follow', 'https://elsewhere.example/users/1');
    const answers = await Promise.all(Array.from({ length: 30 }, () => person.send(nobody)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(server.fetched(person.path)).toBe(1);
  });
});
