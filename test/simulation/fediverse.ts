/** The other servers, as real ones treat what they get; and the people there. */
import type { DeliveryAnswer, SignatureScheme } from '../../shared/domain/delivery.ts';
import type { Chance } from './stand-ins/chance.ts';
import type { Clock } from './stand-ins/clock.ts';

/** How a server treats requests for a while. */
export type Mood =
  | 'well'
  | 'slow' // too slow for first tries
  | 'very slow' // too slow for anyone, but it takes what it gets
  | 'hangs'
  | 'resets'
  | 'fails'
  | 'busy'
  | 'very busy' // asks for more patience than a queue has
  | 'doubts' // cannot check signatures just now
  | 'gone'
  | 'refuses'
  | 'down'
  | 'flaky';

/** What a server is like, for ever. */
export interface ServerPlan {
  readonly people: number;
  readonly sharedInbox: boolean;
  readonly takes: SignatureScheme | 'both';
  /** People there follow again under the same id, as on Misskey; elsewhere an activity counts once by its id. */
  readonly sameFollowId: boolean;
  /** Whoever follows there goes on doing so when the Follow is rejected after it was accepted, as on GoToSocial. */
  readonly ignoresReject: boolean;
  readonly neverReturns: boolean;
}

/** Someone there. */
export interface Person {
  readonly id: string;
  readonly inbox: string;
  readonly deliveryInbox: string;
  readonly server: RemoteServer;
  /** Their Follows by id, and what their server knows of each. */
  readonly follows: Map<string, 'pending' | 'accepted' | 'rejected' | 'undone'>;
  /** What they did, in order. */
  readonly deeds: {
    readonly kind: 'follow' | 'undo';
    readonly id: string;
    readonly followId: string;
    readonly at: number;
  }[];
}

/** What we send, as far as servers care. */
export interface Document {
  readonly id: string;
  readonly type: string;
  readonly object: ActivityObject | string;
}

interface ActivityObject {
  readonly id: string;
  readonly type?: string;
  readonly content?: string;
  readonly name?: string;
}

/** What an activity is about, named or embedded. */
export const objectOf = ({ object }: Document): ActivityObject =>
  typeof object === 'string' ? { id: object } : object;

/** What a server makes of a request: its answer, if one ever comes, and its work, if it does any; each after so long. */
export interface Reception {
  readonly answer?: DeliveryAnswer;
  readonly afterMs?: number;
  readonly work?: () => void;
  readonly workMs?: number;
}

const isActor = (id: string) => /\/actors\/\w+$/.test(id);

const some = ['slow', 'hangs', 'resets', 'fails', 'busy', 'doubts', 'well', 'well', 'well'] as const;

/** A server; `taken` are the activities that it has worked on, in order. */
export function remoteServer(index: number, plan: ServerPlan, clock: Clock, luck: Chance) {
  const host = `s${index}.example`;
  const origin = `https://${host}`;
  const posts = new Map<string, string>();
  const tombstones = new Set<string>();
  const seen = new Set<string>();
  let mood: { readonly is: Mood; readonly until: number } = { is: 'well', until: 0 };
  let profile: string | undefined;
  const people: Person[] = [];

  const take = (document: Document) => {
    const { id, type } = document;
    const object = objectOf(document);
    if (!plan.sameFollowId && seen.has(id)) return;
    seen.add(id);
    switch (type) {
      case 'Create':
        if (!tombstones.has(object.id) && !posts.has(object.id)) posts.set(object.id, object.content ?? '');
        break;
      case 'Update':
        if (object.type !== 'Note') profile = object.name ?? '';
        else if (posts.has(object.id)) posts.set(object.id, object.content ?? '');
        break;
      case 'Delete':
        // With an account goes all that it wrote, and whoever follows it.
        for (const post of posts.keys()) if (post.startsWith(`${object.id}/`)) posts.delete(post);
        if (isActor(object.id))
          for (const { follows } of people) for (const id of follows.keys()) follows.set(id, 'rejected');
        posts.delete(object.id);
        tombstones.add(object.id);
        break;
      default:
        for (const { follows } of people) {
          const known = follows.get(object.id);
          if (type === 'Reject' && known === 'accepted' && plan.ignoresReject) continue;
          if (known !== undefined && known !== 'undone')
            follows.set(object.id, type === 'Accept' ? 'accepted' : 'rejected');
        }
    }
  };
  const moodNow = (): Mood => {
    const now = mood.until > clock.now() ? mood.is : 'well';
    return now === 'flaky' ? luck.pick(some) : now;
  };

  const server = {
    host,
    plan,
    people,
    posts,
    tombstones,
    profile: () => profile,
    isWell: () => mood.until <= clock.now() || mood.is === 'well',
    /** Behaves so for a while, then well again. */
    turn: (is: Mood, forMs: number) => {
      mood = { is, until: clock.now() + forMs };
    },
    /** Someone here looks at a post of ours. */
    fetch: (id: string, content: string) => {
      if (!tombstones.has(id) && !posts.has(id)) posts.set(id, content);
    },
    /** What becomes of a request that arrives now. */
    receive: (document: Document, scheme: SignatureScheme): Reception => {
      const quick = luck.between(10, 400);
      const says = (status: number, retryAfterSeconds?: number): Reception => ({
        answer: { status, retryAfterSeconds },
        afterMs: quick,
      });
      const works = (afterMs: number): Reception => {
        if (plan.takes !== 'both' && plan.takes !== scheme) return says(luck.pick([400, 401]));
        const answer = { status: luck.pick([200, 202]), scheme };
        return { answer, afterMs, work: () => take(document), workMs: luck.between(0, afterMs) };
      };
      const mayWork = () => (luck.happens(0.5) ? { work: () => take(document), workMs: 0 } : {});
      switch (moodNow()) {
        case 'well':
          return works(quick);
        case 'slow':
          return works(luck.between(2600, 9000));
        case 'very slow':
          return works(luck.between(10_000, 60_000));
        case 'hangs':
          return mayWork();
        case 'resets':
          return { answer: { unreachable: 'reset' }, afterMs: quick, ...mayWork() };
        case 'fails':
          return says(luck.pick([500, 502, 503]), luck.happens(0.3) ? 60 : undefined);
        case 'busy':
          return says(429, luck.pick([undefined, 5, 300]));
        case 'very busy':
          return says(429, luck.pick([1000, 7200, 200_000]));
        case 'doubts':
          return says(401);
        case 'gone':
          return says(luck.pick([404, 410]));
        case 'refuses':
          return says(luck.pick([403, 422]));
        default:
          return { answer: { unreachable: 'connection refused' }, afterMs: 1 };
      }
    },
  };
  for (let number = 0; number < plan.people; number++) {
    const id = `${origin}/users/p${number}`;
    const inbox = `${id}/inbox`;
    people.push({
      id,
      inbox,
      deliveryInbox: plan.sharedInbox ? `${origin}/inbox` : inbox,
      server,
      follows: new Map(),
      deeds: [],
    });
  }
  return server;
}

/** A server as the simulation uses one. */
export interface RemoteServer extends Omit<ReturnType<typeof remoteServer>, 'people'> {
  readonly people: readonly Person[];
}
