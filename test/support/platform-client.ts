/** The platform API as a platform's server would call it. */

/** People in a list, or replies. */
export interface Listed {
  readonly total: number;
  readonly next: string | null;
  readonly items: readonly {
    readonly actor: string;
    readonly handle: string;
    readonly name: string;
    readonly url: string;
    readonly server: string;
    readonly at: string;
    readonly id?: string;
    readonly content?: string;
  }[];
}

/** Replies, quotes or mentions in a list. */
export interface Answers {
  readonly total?: number;
  readonly next: string | null;
  readonly items: readonly ShownAnswer[];
}

/** One of them. */
export type ShownAnswer = Listed['items'][number] & {
  readonly kind: string;
  readonly key: string;
  readonly id: string;
  readonly content: string;
  readonly summary: string;
  readonly hidden: string | null;
};

/** A post as the API shows it. */
export interface ShownPost {
  readonly postId: string;
  readonly state: string;
  readonly sharesAt: string;
  readonly sharedAt: string | null;
  readonly url: string | null;
  readonly version: number;
  readonly removalId: string | null;
  readonly likes: number;
  readonly boosts: number;
  readonly replies: number;
  readonly quotes: number;
  readonly servers: {
    readonly asked: number;
    readonly accepted: number;
    readonly retrying: number;
    readonly gaveUp: number;
  };
}

/** The switch as the API shows it. */
export interface ShownSharing {
  readonly state: string;
  readonly ready: boolean;
  readonly eligibility: { readonly eligible: boolean; readonly failing: readonly { readonly rule: string }[] };
  readonly handle: string;
  readonly actorId: string | null;
  readonly followers: number;
  readonly consent: { readonly textVersion: string; readonly at: string } | null;
  readonly possible: readonly { readonly transition: string; readonly message: string }[];
  readonly pausedUntil: string | null;
  readonly copiesLeft: boolean;
  readonly removal: { readonly removalId: string; readonly state: string; readonly posts: number } | null;
}

/** A removal as the API shows it. */
export interface ShownRemoval {
  readonly removalId: string;
  readonly kind: 'sharing' | 'post' | 'forEver';
  readonly state: 'underWay' | 'asked' | 'settled';
  readonly at: string;
  readonly posts: number;
  readonly attachments: number;
  readonly open: number;
  readonly parked: number;
  readonly postId: string | null;
}

/** What one server was asked in a removal, and what it said. */
export interface ShownAsk {
  readonly server: string;
  readonly inboxes: number;
  readonly state: 'asking' | 'parked' | 'done' | 'givenUp';
  readonly asked: number;
  readonly accepted: number;
  readonly refused: readonly { readonly status: number; readonly count: number }[];
  readonly unreachableSince: string | null;
  readonly nextTryAt: string | null;
  readonly software: string | null;
  readonly recheck: { readonly at: string; readonly outcome: string; readonly found: number } | null;
  readonly says: string;
}

/** A receipt as the API shows it. */
export interface ShownReceipt extends ShownRemoval {
  readonly says: string;
  readonly totals: {
    readonly servers: number;
    readonly asked: number;
    readonly accepted: number;
    readonly refused: number;
    readonly unreachable: number;
  } | null;
  readonly servers: readonly ShownAsk[];
  readonly next: string | null;
}

/** A problem document (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly possible?: readonly { readonly transition: string; readonly message: string }[];
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

/** One answer, whatever its status. */
export interface Answer<T> {
  readonly status: number;
  readonly contentType: string;
  readonly body: T;
}

/** The API said no, and why. */
export class Refused extends Error {
  readonly status: number;
  readonly problem: Problem;
  constructor(call: string, status: number, problem: Problem) {
    super(`${call} was answered ${status}: ${JSON.stringify(problem)}`);
    this.status = status;
    this.problem = problem;
  }
}

/** Someone who may share, for tests that are not about profiles. */
export const aProfile = (username: string, more: object = {}) => ({
  username,
  displayName: `${username[0]!.toUpperCase()}${username.slice(1)} Example`,
  bio: 'Gardens, mostly.\nhttps://www.example.com/about',
  avatarUrl: 'https://media.example.com/avatar.png',
  fields: [{ name: 'Website', value: 'https://www.example.com' }],
  publicProfile: true,
  country: 'US',
  adult: true,
  ...more,
});

/** A client with one token. */
export function platformClient(origin: string, token: string) {
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<Answer<T>> => {
    const response = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      body: (/^[[{]/.test(text) ? JSON.parse(text) : text || undefined) as T,
    };
  };
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await ask<T & Problem>(method, path, body);
    if (answer.status >= 400) throw new Refused(`${method} ${path}`, answer.status, answer.body);
    return answer.body;
  };
  return {
    /** Any call, answered with whatever came back. */
    ask,
    putMember: (id: string, profile: object) => call<Record<string, unknown>>('PUT', `/members/${id}`, profile),
    member: (id: string) => call<Record<string, unknown>>('GET', `/members/${id}`),
    turnOn: (id: string) =>
      call<ShownSharing>('PUT', `/members/${id}/sharing`, { state: 'on', consent: { textVersion: '2026-11' } }),
    pause: (id: string) => call<ShownSharing>('PUT', `/members/${id}/sharing`, { state: 'paused' }),
    /** Stops and removes. */
    turnOff: (id: string) => call<ShownSharing>('PUT', `/members/${id}/sharing`, { state: 'off' }),
    /** Stops, and leaves the copies where they are. */
    stop: (id: string) => call<ShownSharing>('PUT', `/members/${id}/sharing`, { state: 'off', remove: false }),
    deleteForEver: (id: string, handle: string) =>
      call<{ readonly removal: ShownRemoval; readonly consequences: readonly string[] }>(
        'POST',
        `/members/${id}/delete-for-ever`,
        { handle },
      ),
    shareAgain: (id: string, postId: string) => call<ShownPost>('POST', `/members/${id}/posts/${postId}/share-again`),
    removals: (id: string) =>
      call<{ readonly items: readonly ShownRemoval[]; readonly next: string | null }>('GET', `/members/${id}/removals`),
    receipt: (id: string, removalId: string) => call<ShownReceipt>('GET', `/members/${id}/removals/${removalId}`),
    /** The receipt as a JWS. */
    signedReceipt: (id: string, removalId: string) =>
      call<string>('GET', `/members/${id}/removals/${removalId}/receipt.jws`),
    sharing: (id: string) => call<ShownSharing>('GET', `/members/${id}/sharing`),
    followers: (id: string, query = '') => call<Listed>('GET', `/members/${id}/followers${query}`),
    share: (id: string, post: object) => call<ShownPost>('POST', `/members/${id}/posts`, post),
    post: (id: string, postId: string) => call<ShownPost>('GET', `/members/${id}/posts/${postId}`),
    edit: (id: string, postId: string, content: object) =>
      call<ShownPost>('PUT', `/members/${id}/posts/${postId}`, content),
    remove: (id: string, postId: string) => call<ShownPost>('DELETE', `/members/${id}/posts/${postId}`),
    shareNow: (id: string, postId: string) => call<ShownPost>('POST', `/members/${id}/posts/${postId}/share-now`),
    likes: (id: string, postId: string) => call<Listed>('GET', `/members/${id}/posts/${postId}/likes`),
    boosts: (id: string, postId: string) => call<Listed>('GET', `/members/${id}/posts/${postId}/boosts`),
    replies: (id: string, postId: string, query = '') =>
      call<Answers>('GET', `/members/${id}/posts/${postId}/replies${query}`),
    quotes: (id: string, postId: string, query = '') =>
      call<Answers>('GET', `/members/${id}/posts/${postId}/quotes${query}`),
    mentions: (id: string, query = '') => call<Answers>('GET', `/members/${id}/mentions${query}`),
    /** Hides an answer, or shows it again; `list` is where it is listed. */
    hide: (id: string, list: string, key: string, hidden = true) =>
      call<ShownAnswer>('PUT', `/members/${id}/${list}/${key}`, { hidden }),
  };
}

/** The client as tests use it. */
export type PlatformClient = ReturnType<typeof platformClient>;
