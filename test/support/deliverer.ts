/** `deliver` on a table of its own: what it sends and what it sends back to its queue is kept. */
import { generateKeyPairSync } from 'node:crypto';
import { deliver } from '../../functions/deliver/deliver.ts';
import type { DeliveryAnswer } from '../../shared/domain/delivery.ts';
import type { Pointer } from '../../shared/domain/pointer.ts';
import type { PostActivity } from '../../shared/domain/reach.ts';
import type { Signer } from '../../shared/protocol/signatures/sign.ts';
import { siteOf } from '../../shared/protocol/site.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { blocks } from '../../shared/storage/blocks.ts';
import { followers } from '../../shared/storage/followers.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import { members } from '../../shared/storage/members.ts';
import { parked } from '../../shared/storage/parked.ts';
import { posts } from '../../shared/storage/posts.ts';
import { receiptParts } from '../../shared/storage/receipt-parts.ts';
import { results } from '../../shared/storage/results.ts';
import { servers } from '../../shared/storage/servers.ts';
import { stamps } from '../../shared/storage/stamps.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { startDeadline } from '../../shared/transport/deadline.ts';
import type { PostOptions, PostToInbox } from '../../shared/transport/inbox-post.ts';
import type { DeliveryMessage } from '../../shared/transport/messages.ts';
import { presentlyBarred } from './policies.ts';
import type { Json } from './remote-server.ts';
import { aJob, noon, unique } from './storage-samples.ts';

logger.setLogLevel('SILENT');

/** The one key of all authors here. */
export const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const site = siteOf({
  ORIGIN: new URL('https://share.example'),
  HANDLE_DOMAIN: '',
  MEMBER_PAGE: 'https://www.example.com/@{username}',
  POST_PAGE: 'https://www.example.com/{postId}',
});

/** An inbox on a server that no other test knows. */
export const anInbox = (): string => `https://${unique('s')}.example/inbox`;

/** Two of them. */
export const twoInboxes = () => [anInbox(), anInbox()] as const;

/** Three of them. */
export const threeInboxes = () => [anInbox(), anInbox(), anInbox()] as const;

export const hostOf = (inbox: string): string => new URL(inbox).host;

/** What inboxes answer: always the same, or one after the other, the last for ever; 202 where nothing is said. */
export type Answers = Readonly<Record<string, DeliveryAnswer | readonly DeliveryAnswer[] | Error>>;

/** One POST that was made. */
export interface Posted {
  readonly inbox: string;
  readonly document: Json;
  readonly signer: Signer;
  readonly how: PostOptions;
}

/** A poster that makes no requests: what it is asked for is kept, and answered as told. */
export function aPoster(answers: Answers = {}) {
  const sent: Posted[] = [];
  const left = new Map(Object.entries(answers).map(([inbox, answer]) => [inbox, [answer].flat()]));
  const post: PostToInbox = async (inbox, body, signer, how) => {
    sent.push({ inbox, document: JSON.parse(Buffer.from(body).toString()), signer, how });
    const [answer = { status: 202, scheme: how.scheme }, ...others] = left.get(inbox) ?? [];
    if (others.length > 0) left.set(inbox, others as DeliveryAnswer[]);
    if (answer instanceof Error) throw answer;
    return answer as DeliveryAnswer;
  };
  return {
    post,
    sent,
    inboxes: () => sent.map(({ inbox }) => inbox),
    types: () => sent.map(({ document }) => document.type),
    ids: () => sent.map(({ document }) => document.id),
  };
}

interface Again {
  readonly message: DeliveryMessage;
  readonly delaySeconds: number | undefined;
}

/** A worker; `more` replaces what it works with. It reads what is known of other servers for every message. */
export function aDeliverer(tables: Tables, answers: Answers = {}, more: Partial<Parameters<typeof deliver>[0]> = {}) {
  const poster = aPoster(answers);
  const again: Again[] = [];
  const run = deliver({
    site,
    members: members(tables),
    posts: posts(tables),
    followers: followers(tables),
    inboxes: inboxes(tables),
    results: results(tables),
    receiptParts: receiptParts(tables),
    servers: servers(tables),
    directory: () => servers(tables).all(),
    parked: parked(tables),
    signingKeys: { privateKey: async () => privateKey },
    post: poster.post,
    startDeadline,
    blocks: blocks(tables),
    stamps: stamps(tables),
    barredFrom: presentlyBarred(tables),
    stragglers: { send: async (message, options) => void again.push({ message, delaySeconds: options?.delaySeconds }) },
    retryDelays: [60, 300, 900],
    probeDelays: [300, 900, 1800],
    random: () => 0.5,
    now: () => noon(),
    ...more,
  });
  return { ...poster, run, again };
}

type PostSubject = Extract<DeliveryMessage['subject'], { kind: 'post' }>;

/** A first try of a chunk. */
export const aChunk = (subject: DeliveryMessage['subject'], inboxes: readonly string[]): DeliveryMessage => ({
  subject,
  chunk: unique('chunk-'),
  inboxes: [...inboxes],
  attempt: 0,
  lane: 'fast',
});

/** A chunk about a post, in the first epoch and version unless something else is said. */
export const about = (
  { memberId }: { readonly memberId: string },
  { objectKey }: { readonly objectKey: string },
  inboxes: readonly string[],
  more: Partial<PostSubject> = {},
): DeliveryMessage =>
  aChunk({ kind: 'post', activity: 'create', memberId, objectKey, epoch: 1, version: 1, ...more }, inboxes);

/** A pointer to one activity about a post. */
export const pointerTo = (
  { memberId }: { readonly memberId: string },
  { objectKey }: { readonly objectKey: string },
  activity: PostActivity = 'create',
  version = 1,
): Pointer => ({ kind: 'post', activity, memberId, objectKey, epoch: 1, version });

/** What is out with this server, as the table says. */
export const serverOf = (tables: Tables, inbox: string) => servers(tables).find(hostOf(inbox));

/** What is parked for a server. */
export const parkedFor = async (tables: Tables, inbox: string) =>
  (await parked(tables).page(hostOf(inbox), { limit: 100 })).items;

/** Opens the breaker of an inbox's server: it has failed since `since`, and is looked at five minutes after `now`. */
export const takeDown = (tables: Tables, inbox: string, since = noon(), now = since) =>
  servers(tables).change(hostOf(inbox), (server) => ({
    ...server,
    breaker: {
      state: 'open',
      failures: [],
      since: since.toISOString(),
      probes: 0,
      probeAt: new Date(now.getTime() + 300_000).toISOString(),
    },
  }));

/** What an activity of a post has come to. */
export const sumOf = (tables: Tables, { objectKey }: { readonly objectKey: string }, activity = 'create') =>
  results(tables).sum(objectKey, activity);

/** Changes the words of a post. */
export async function edit(
  tables: Tables,
  { memberId }: { readonly memberId: string },
  { objectKey }: { readonly objectKey: string },
  text: string,
) {
  const before = await posts(tables).find(memberId, objectKey, { consistent: true });
  await posts(tables).edit(before!, { text, attachments: [], sensitive: false }, noon(60), aJob());
}
