/** `deliver` on a table of its own: what it sends and what it sends back to its queue is kept. */
import { generateKeyPairSync } from 'node:crypto';
import { deliver } from '../../functions/deliver/deliver.ts';
import type { DeliveryAnswer } from '../../shared/domain/delivery.ts';
import type { Signer } from '../../shared/protocol/signatures/sign.ts';
import { siteOf } from '../../shared/protocol/site.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { followers } from '../../shared/storage/followers.ts';
import { members } from '../../shared/storage/members.ts';
import { posts } from '../../shared/storage/posts.ts';
import { results } from '../../shared/storage/results.ts';
import type { Tables } from '../../shared/storage/table.ts';
import type { DeliveryMessage } from '../../shared/transport/messages.ts';
import type { Json } from './remote-server.ts';
import { noon } from './storage-samples.ts';

logger.setLogLevel('SILENT');

/** The one key of all authors here. */
export const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const site = siteOf({
  ORIGIN: new URL('https://share.example'),
  HANDLE_DOMAIN: '',
  MEMBER_PAGE: 'https://www.example.com/@{username}',
  POST_PAGE: 'https://www.example.com/{postId}',
});

/** Three inboxes elsewhere. */
export const [one, two, three] = ['one', 'two', 'three'].map((name) => `https://${name}.example/inbox`) as [
  string,
  string,
  string,
];

interface Again {
  readonly message: DeliveryMessage;
  readonly delaySeconds: number | undefined;
}

/** A worker; `answers` are what the inboxes answer, 202 where nothing is said. */
export function aDeliverer(tables: Tables, answers: Readonly<Record<string, DeliveryAnswer>> = {}, more: object = {}) {
  const sent: { readonly inbox: string; readonly document: Json; readonly signer: Signer }[] = [];
  const again: Again[] = [];
  const run = deliver({
    site,
    members: members(tables),
    posts: posts(tables),
    followers: followers(tables),
    results: results(tables),
    signingKeys: { privateKey: async () => privateKey },
    post: async (inbox, body, signer) => {
      sent.push({ inbox, document: JSON.parse(Buffer.from(body).toString()), signer });
      return answers[inbox] ?? { status: 202 };
    },
    deliveries: { send: async (message, options) => void again.push({ message, delaySeconds: options?.delaySeconds }) },
    retryDelays: [60, 300, 900],
    random: () => 0.5,
    now: () => noon(),
    ...more,
  });
  return { run, sent, again, types: () => sent.map(({ document }) => document.type) };
}

type PostSubject = Extract<DeliveryMessage['subject'], { kind: 'post' }>;

/** A chunk, of one inbox unless more are named. */
export const aChunk = (subject: DeliveryMessage['subject'], inboxes: readonly string[] = [one]): DeliveryMessage => ({
  subject,
  chunk: 'chunk',
  inboxes: [...inboxes],
  attempt: 0,
});

/** A chunk about a post: its Create, in the first epoch and version, unless something else is said. */
export const about = (
  { memberId }: { readonly memberId: string },
  { objectKey }: { readonly objectKey: string },
  more: Partial<PostSubject> = {},
  inboxes?: readonly string[],
): DeliveryMessage =>
  aChunk({ kind: 'post', activity: 'create', memberId, objectKey, epoch: 1, version: 1, ...more }, inboxes);
