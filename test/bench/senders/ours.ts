/** The function `deliver` of this project with everything that it sends with; only its storage is stood in for. */
import { createPrivateKey } from 'node:crypto';
import { logger } from '#shared/runtime/logger';
import { userAgent } from '#shared/runtime/version';
import { startDeadline } from '#shared/transport/deadline';
import { guardedClient } from '#shared/transport/guarded-client';
import { inboxPoster } from '#shared/transport/inbox-post';
import { addressPolicy } from '#shared/transport/private-hosts';
import { deliver } from '../../../functions/deliver/deliver.ts';
import { member, post, site } from '../activity.ts';
import { atOnce, type MakeSender } from './sender.ts';

logger.setLogLevel('ERROR');

const nothing = async () => undefined;
const now = () => new Date();

/** All is well with the servers, and nothing has been sent before. */
const storage = {
  members: { find: async () => member },
  posts: { find: async () => post },
  followers: { find: nothing },
  blocks: { find: nothing },
  stamps: { find: nothing },
  inboxes: { missing: nothing, found: nothing },
  results: { has: async () => false, put: nothing },
  receiptParts: { put: nothing },
  servers: {
    change: async (host: string) => ({ before: { host }, after: { host }, revision: 0 }),
    noteSuccess: nothing,
  },
  directory: async () => new Map(),
  parked: { add: async () => true },
  stragglers: { send: nothing },
};

/** Chunks as fan-out cuts them, as many at a time as said. */
const sender =
  (chunksAtOnce: number): MakeSender =>
  async ({ keyId, privateKeyPem }) => {
    const privateKey = createPrivateKey(privateKeyPem);
    const client = guardedClient(addressPolicy(['127.0.0.0/8']));
    const run = deliver({
      ...storage,
      site,
      signingKeys: { privateKey: async () => privateKey },
      post: inboxPoster(client, { userAgent: userAgent(new URL(keyId)), now }),
      startDeadline,
      barredFrom: async () => () => false,
      retryDelays: [60, 300, 900],
      probeDelays: [300, 3600],
      random: Math.random,
      now,
    });
    const { memberId, objectKey, epoch, version } = post;
    const subject = { kind: 'post', activity: 'create', memberId, objectKey, epoch, version } as const;
    return async (inboxes) => {
      const starts = Array.from({ length: Math.ceil(inboxes.length / atOnce) }, (_, n) => n * atOnce).values();
      const lane = async () => {
        for (const start of starts)
          await run({
            subject,
            chunk: String(start),
            inboxes: inboxes.slice(start, start + atOnce),
            attempt: 0,
            lane: 'fast',
          });
      };
      await Promise.all(Array.from({ length: chunksAtOnce }, lane));
    };
  };

/** One chunk after the other: a hundred requests at once. */
export const makeSender = sender(1);

/** Chunks side by side, as many as Lambda may run at once. */
export const makeSideBySideSender = sender(50);
