/** A member of the stack, someone whose key is known, and someone whose server nobody has a reason to ask: for tests of signatures. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { refusal } from './hostile.ts';
import { type Answered, aPerson, type SendOptions } from './remote-person.ts';
import { startRemoteServer } from './remote-server.ts';
import { aStackMember } from './stack-member.ts';
import { stateOf } from './unmoved.ts';

/** The moment so many hours from now. */
export const hours = (count: number): Date => new Date(Date.now() + count * 3_600_000);

/** The same in epoch seconds. */
export const seconds = (count: number): string => String(Math.floor(hours(count).getTime() / 1000));

/** A digest in base64. */
export const digestBy = (algorithm: string, text: string | Buffer): string =>
  createHash(algorithm).update(text).digest('base64');

/** Opens all of them. */
export async function standAtTheInbox() {
  const [server, quiet] = await Promise.all([startRemoteServer(), startRemoteServer()]);
  const member = await aStackMember();
  const stranger = aPerson(quiet);
  const known = aPerson(server);
  expect((await known.send(known.activity('Follow', 'https://elsewhere.example/users/1'))).status).toBe(202);
  const before = await stateOf(member);
  return {
    server,
    quiet,
    member,
    stranger,
    known,
    before,
    /** Sends a Follow of the member that is odd as told, and shows that nobody was asked and nothing happened. */
    refusedUnseen: async (send: (body: string, keyId: string) => Promise<Answered>, status = 401): Promise<void> => {
      const follow = stranger.activity('Follow', member.actorId);
      const connections = quiet.connections();
      const answer = await send(JSON.stringify(follow), stranger.keyId);
      expect(answer).toMatchObject(refusal(status));
      expect(quiet.connections()).toBe(connections);
      expect(await stateOf(member)).toEqual(before);
    },
    /** Sends what is about nobody of ours, by someone whose key is known. */
    byKnown: (options: SendOptions): Promise<Answered> =>
      known.send(known.activity('Follow', 'https://elsewhere.example/users/1'), options),
    stop: () => Promise.all([server.stop(), quiet.stop()]),
  };
}

/** All of it as tests use it. */
export type AtTheInbox = Awaited<ReturnType<typeof standAtTheInbox>>;
