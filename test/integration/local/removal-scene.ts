/** A member whose posts are on many servers, on a stack that tests may kill; and another who goes on sharing. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Ask, Removal } from '../../../shared/domain/removal.ts';
import { followers } from '../../../shared/storage/followers.ts';
import { jobs } from '../../../shared/storage/jobs.ts';
import { members } from '../../../shared/storage/members.ts';
import { posts } from '../../../shared/storage/posts.ts';
import { removals } from '../../../shared/storage/removals.ts';
import { slices } from '../../../shared/storage/slices.ts';
import { type Tables, tables } from '../../../shared/storage/table.ts';
import { jobStarter, postJob } from '../../../shared/transport/jobs.ts';
import { type AskedServer, askedServers, type Behaviour } from '../../support/asked-servers.ts';
import { eventually } from '../../support/peer/eventually.ts';
import { aProfile, type PlatformClient, platformClient } from '../../support/platform-client.ts';
import { openInboxes } from '../../support/spreader.ts';
import { aPost } from '../../support/storage-samples.ts';
import { kill, type RunningStack, startKillableStack } from './killable-stack.ts';
import { newDirectory } from './sample-app.ts';

const long = process.env.LONG === '1';

/** How much there is. */
export const size = long
  ? { posts: 200, servers: 100, dead: 10, refusing: 5 }
  : { posts: 8, servers: 12, dead: 2, refusing: 1 };

const behaviours = Array.from({ length: size.servers }, (_, index): Behaviour => {
  if (index < size.dead) return 'dead';
  return index < size.dead + size.refusing ? 'refuses' : 'takes';
});

const memberId = 'm1';
const liveMember = 'live';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A post of the other member, and when it was shared, in milliseconds. */
export interface LivePost {
  readonly id: string;
  readonly sharedAt: number;
}

/** Everything is there: sharing can be turned off. `end` stops it all. */
export async function aRemovalScene() {
  const dataDir = newDirectory();
  const fediverse = await askedServers(behaviours);
  const options = {
    dataDir,
    privateHosts: '127.0.0.0/8',
    removalDelaySeconds: 1,
    editDelaySeconds: 0,
    removalsPerSecond: 100,
    lookAfterSeconds: 86_400,
    probeDelaysSeconds: '3600',
    retryDelaysSeconds: '1',
    limits: 'postsPerMemberPerHour=10000',
  };
  let stack = await startKillableStack({ port: 0, ...options });
  let platform: PlatformClient = platformClient(stack.origin, stack.platformToken);
  let table = tableOf(stack);
  let livePosts = 0;
  for (const id of [memberId, liveMember]) {
    await platform.putMember(id, aProfile(id));
    await platform.turnOn(id);
  }
  const keys = await anAudience(table.all, fediverse.servers);
  await openInboxes(
    table.all,
    liveMember,
    fediverse.alive.map(({ inbox }) => inbox),
  );
  const { actorId } = await platform.sharing(memberId);

  const present = async (): Promise<Removal> => {
    const { items } = await removals(table.all).page(memberId, { limit: 1, now: new Date() });
    return items[0]!;
  };
  return {
    fediverse,
    /** The ids of the posts. */
    objects: keys.map((key) => `${actorId}/posts/${key}`),
    turnOff: () => platform.turnOff(memberId),
    isOff: async () => (await platform.sharing(memberId)).state === 'off',
    /** The removal as it is now. */
    present,

    /** Ends it as a power cut would, and starts it again; what was cut off is begun again as if minutes had passed. */
    killAndStart: async (minutesLater: number): Promise<void> => {
      await kill(stack, dataDir);
      table.end();
      stack = await startKillableStack({ port: stack.port, ...options });
      platform = platformClient(stack.origin, stack.platformToken);
      table = tableOf(stack);
      await sweepLater(stack, table.all, minutesLater);
    },

    /** The other member shares something, which leaves at once. */
    shareLive: async (text: string): Promise<LivePost> => {
      const sharedAt = Date.now();
      const { postId } = await platform.share(liveMember, { postId: `live-${++livePosts}`, text, delaySeconds: 0 });
      const hasLeft = async () => (await platform.post(liveMember, postId)).url ?? false;
      return { id: await eventually('the live post has left', hasLeft), sharedAt };
    },

    /** What came of each server, by its host. */
    asks: async (): Promise<ReadonlyMap<string, Ask>> => {
      const asks = new Map<string, Ask>();
      const { id } = await present();
      let cursor: string | undefined;
      do {
        const page = await slices(table.all).page(id, { cursor, limit: 10 });
        for (const slice of page.items) for (const ask of Object.values(slice.asks)) asks.set(ask.server, ask);
        cursor = page.next;
      } while (cursor);
      return asks;
    },

    end: async (): Promise<void> => {
      table.end();
      await kill(stack, dataDir);
      fediverse.stop();
    },
  };
}

/** The scene as tests use it. */
export type RemovalScene = Awaited<ReturnType<typeof aRemovalScene>>;

/** Waits until live posts have reached every server, and tells in how many milliseconds each reached the last of them. */
export async function delaysOf({ fediverse }: RemovalScene, live: readonly LivePost[]): Promise<readonly number[]> {
  const isThere = ({ id }: LivePost) => fediverse.alive.every(({ created }) => created.has(id));
  await eventually('all live posts are there', async () => live.every(isThere), 60_000);
  return live
    .map(({ id, sharedAt }) => Math.max(...fediverse.alive.map(({ created }) => created.get(id)! - sharedAt)))
    .toSorted((one, other) => one - other);
}

/** How many Deletes each server that is alive got, repeats among them. */
export const requestsOf = ({ fediverse }: RemovalScene): readonly number[] =>
  fediverse.alive.map(({ types }) => types.get('Delete') ?? 0);

/** The one in the middle. */
export const middle = (sorted: readonly number[]): number => sorted[sorted.length >> 1] ?? Number.NaN;

/** The table of a running stack; the emulator's address changes with each start. */
function tableOf({ environment, endpoints, tableName }: RunningStack): {
  readonly all: Tables;
  readonly end: () => void;
} {
  const database = new DynamoDBClient({ region: environment.AWS_REGION!, endpoint: endpoints.dynamodb, credentials });
  return { all: tables(tableName, database), end: () => database.destroy() };
}

/** The sweep's own code, with a clock that is so much later than the stack's: leases have ended by then. */
async function sweepLater({ environment, endpoints }: RunningStack, all: Tables, minutes: number) {
  const sqs = new SQSClient({ region: environment.AWS_REGION!, endpoint: endpoints.sqs, credentials });
  const urlOf = (name: string) => environment[`${name.toUpperCase()}_QUEUE_URL`]!;
  const names = ['outbox', 'removals', 'slices', 'keys', 'probes'] as const;
  const starter = jobStarter(Object.fromEntries(names.map((name) => [name, urlOf(name)])), sqs);
  for await (const job of jobs(all).takeOverdue(new Date(Date.now() + minutes * 60_000))) await starter.restart(job);
  sqs.destroy();
}

/** Posts that have been out for an hour, and a follower on each server; the keys of the posts. */
async function anAudience(all: Tables, servers: readonly AskedServer[]): Promise<readonly string[]> {
  const member = (await members(all).find(memberId, new Date(), { consistent: true }))!;
  const past = new Date(Date.now() - 3_600_000);
  await openInboxes(
    all,
    memberId,
    servers.map(({ inbox }) => inbox),
  );
  for (const { host, inbox } of servers) {
    const follow = { kind: 'did' as const, activityId: `http://${host}/follows/1`, signedAt: past.toISOString() };
    await followers(all).count(memberId, [{ ...follow, actor: `http://${host}/users/bob`, inbox }], past);
  }
  const keys = Array.from({ length: size.posts }, (_, index) => `0${String(index).padStart(5, '0')}`);
  for (const objectKey of keys) {
    const post = aPost(memberId, { objectKey, epoch: member.epoch, postId: `p${objectKey}` });
    const never = new Date(Date.now() + 365 * 86_400_000).toISOString(); // it is out already: nobody is to send it
    await posts(all).add(post, undefined, postJob('create', post, never));
    await posts(all).markShared(post, past);
  }
  return keys;
}
