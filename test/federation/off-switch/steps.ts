/** What can happen to a member and to six servers, as plain words: so a failing walk can be read. */
import fc from 'fast-check';

/** The servers by the names of their software. */
export const serverNames = ['mastodon', 'misskey', 'gotosocial', 'pleroma', 'pixelfed', 'wordpress'] as const;

/** One of them. */
export type ServerName = (typeof serverNames)[number];

/** What needs nothing more to be said. */
const plain = ['turn on', 'pause', 'stop', 'stop and remove', 'post', 'post and go on', 'everyone follows'] as const;
/** What is done with one of the posts, by its number: the newest is 0. */
const withPost = ['edit', 'delete', 'share again'] as const;
/** What a server does, or what happens to it. */
const withServer = ['follow', 'unfollow', 'like', 'look again', 'goes down', 'comes back'] as const;

/** One step: what, and of which post or server. */
export type Step =
  | { readonly what: (typeof plain)[number] }
  | { readonly what: (typeof withPost)[number]; readonly post: number }
  | { readonly what: (typeof withServer)[number]; readonly server: ServerName };

const isIn = <T extends string>(names: readonly T[], name: string): name is T => names.some((one) => one === name);

/** The step that is written so, for example `goes down: mastodon`. */
export function step(text: string): Step {
  const [what = '', whom = ''] = text.split(': ');
  if (isIn(plain, what)) return { what };
  if (isIn(withPost, what)) return { what, post: Number(whom) };
  if (isIn(withServer, what) && isIn(serverNames, whom)) return { what, server: whom };
  throw new Error(`There is no step “${text}”.`);
}

const server = fc.constantFrom(...serverNames);
const post = fc.nat({ max: 3 });
const happens = (weight: number, what: (typeof plain)[number]) => ({ weight, arbitrary: fc.constant<string>(what) });
const toPost = (weight: number, what: (typeof withPost)[number]) => ({
  weight,
  arbitrary: post.map((number) => `${what}: ${number}`),
});
const toServer = (weight: number, what: (typeof withServer)[number]) => ({
  weight,
  arbitrary: server.map((name) => `${what}: ${name}`),
});

/** Any step, as it is written; what leads somewhere more often. */
const anyStep = fc.oneof(
  happens(5, 'turn on'),
  happens(2, 'pause'),
  happens(2, 'stop'),
  happens(3, 'stop and remove'),
  happens(5, 'post'),
  happens(2, 'post and go on'),
  happens(2, 'everyone follows'),
  toPost(2, 'edit'),
  toPost(2, 'delete'),
  toPost(3, 'share again'),
  toServer(4, 'follow'),
  toServer(1, 'unfollow'),
  toServer(2, 'like'),
  toServer(1, 'look again'),
  toServer(2, 'goes down'),
  toServer(3, 'comes back'),
);

/** How walks begin that are to get somewhere; shrinking takes from what follows. */
const usualBeginning = ['turn on', 'everyone follows', 'post'];

/** A walk of so many steps after its beginning, which may be empty. */
export const aWalk = (most: number): fc.Arbitrary<readonly string[]> =>
  fc
    .tuple(fc.subarray(usualBeginning), fc.array(anyStep, { minLength: 1, maxLength: most, size: 'max' }))
    .map(([beginning, rest]) => [...beginning, ...rest]);
