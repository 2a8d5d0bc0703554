/** What the receipt of a removal says, server by server: when it was asked, how it answered, and what a look found. */
import { type Ask, type AskState, type Look, type Removal, sumAsks } from './removal.ts';
import { type Server, waitsUntil } from './server.ts';

/**
 * How an inbox answered to the Delete of one post: an HTTP status, or what became of the request. `notAsked`: none left yet,
 * but will. `asked`: it is tried again soon. `out`: its server is, so none left. `unreachable`, `waiting`: one left, and the
 * next waits, because the server could not take it, or wants to be left alone.
 */
export type PartAnswer = number | NamedAnswer;

/** Where there is no HTTP status that is final. */
export type NamedAnswer = keyof typeof namedAnswers;

/** What each means: the state, whether a request left, whether the server fails, and which of two wins. */
const namedAnswers = {
  notAsked: { state: 'asking', left: false, fails: false, rank: 0 },
  asked: { state: 'asking', left: true, fails: false, rank: 0 },
  out: { state: 'parked', left: false, fails: true, rank: 1 },
  waiting: { state: 'parked', left: true, fails: false, rank: 1 },
  unreachable: { state: 'parked', left: true, fails: true, rank: 1 },
  givenUp: { state: 'givenUp', left: false, fails: false, rank: 2 },
} as const satisfies Record<
  string,
  { readonly state: AskState; readonly left: boolean; readonly fails: boolean; readonly rank: number }
>;

/** Is this the name of an answer without a status? */
export const isNamedAnswer = (text: string): text is NamedAnswer => Object.hasOwn(namedAnswers, text);

/** How the inboxes of one message answered; several parts may speak of the same inbox. */
export interface ReceiptPart {
  readonly at: string;
  readonly answers: readonly { readonly inbox: string; readonly answer: PartAnswer }[];
}

/** What one server was asked, and how it answered. Counts are requests, one for each post and inbox. */
export interface ServerReceipt {
  readonly server: string;
  readonly inboxes: number;
  readonly state: AskState;
  readonly asked: number;
  readonly accepted: number;
  readonly refused: readonly { readonly status: number; readonly count: number }[];
  /** When it last answered or failed. */
  readonly answeredAt?: string | undefined;
  readonly unreachableSince?: string | undefined;
  readonly nextTryAt?: string | undefined;
  /** When the rest will be given up. */
  readonly givenUpAt?: string | undefined;
  readonly software?: string | undefined;
  readonly look?: Look | undefined;
}

/** What all servers of a removal came to. */
export interface ReceiptTotals {
  readonly servers: number;
  readonly inboxes: number;
  readonly asked: number;
  readonly accepted: number;
  readonly refused: number;
  /** Servers that could not be reached so far. */
  readonly unreachable: number;
  /** Servers by state. */
  readonly states: Readonly<Record<AskState, number>>;
  /** Servers by what a look at them found. */
  readonly looks: Readonly<Record<Look['outcome'], number>>;
}

/** What else a receipt depends on: what is remembered of the server, if anything, and the removal. */
interface Known {
  readonly known: Server | undefined;
  readonly removal: Pick<Removal, 'kind' | 'at'> | undefined;
}

/** A server is as far as the one of its inboxes that is least far. */
const states: readonly AskState[] = ['asking', 'parked', 'givenUp', 'done'];
const outcomes: readonly Look['outcome'][] = ['stillThere', 'unreadable', 'noneFound'];

const earliest = (times: readonly (string | undefined)[]) => times.filter((time) => time !== undefined).toSorted()[0];
const latest = (times: readonly (string | undefined)[]) =>
  times
    .filter((time) => time !== undefined)
    .toSorted()
    .at(-1);

function refusals(asks: readonly Ask[]): ServerReceipt['refused'] {
  const counts = new Map<number, number>();
  for (const { refused } of asks)
    for (const [status, count] of Object.entries(refused))
      counts.set(Number(status), (counts.get(Number(status)) ?? 0) + count);
  return [...counts].map(([status, count]) => ({ status, count })).toSorted((one, other) => one.status - other.status);
}

/** The worst that was found by any of the looks, and how much in all. */
function lookOf(asks: readonly Ask[]): Look | undefined {
  const looks = asks.flatMap(({ look }) => look ?? []);
  const outcome = outcomes.find((one) => looks.some((look) => look.outcome === one));
  const at = latest(looks.map(({ at }) => at));
  return outcome && at ? { at, outcome, found: Math.max(...looks.map(({ found }) => found)) } : undefined;
}

/** What the asks of one server's inboxes say together. What waits, waits as if since the removal began; of one post, since it was parked. */
function serverReceipt(server: string, asks: readonly Ask[], { known, removal }: Known): ServerReceipt {
  const { inboxes, asked, accepted } = sumAsks(asks);
  const waiting = asks.filter(({ state }) => state === 'parked');
  const paused = asks.filter(({ state }) => state === 'asking').map(({ notBefore }) => notBefore);
  const since = earliest(asks.map(({ failingSince }) => failingSince));
  const waitsSince = earliest(waiting.map(({ failingSince, lastAt }) => failingSince ?? lastAt));
  return {
    server,
    inboxes,
    state: states.find((state) => asks.some((ask) => ask.state === state)) ?? 'done',
    asked,
    accepted,
    refused: refusals(asks),
    answeredAt: latest(asks.map(({ lastAt }) => lastAt)),
    unreachableSince: since,
    nextTryAt: waiting.length > 0 ? known?.breaker?.probeAt : earliest(paused),
    givenUpAt: waitsSince && waitsUntil(removal && removal.kind !== 'post' ? removal.at : waitsSince),
    software: asks.find(({ software }) => software !== undefined)?.software,
    look: lookOf(asks),
  };
}

/** One receipt for each server, by name. All inboxes of a server must be among the asks. */
export const serverReceipts = (
  asks: readonly Ask[],
  known: ReadonlyMap<string, Server> = new Map(),
  removal?: Pick<Removal, 'kind' | 'at'>,
): readonly ServerReceipt[] =>
  [...Map.groupBy(asks, ({ server }) => server)]
    .map(([server, own]) => serverReceipt(server, own, { known: known.get(server), removal }))
    .toSorted((one, other) => (one.server < other.server ? -1 : 1));

/** No servers. */
export const noTotals: ReceiptTotals = {
  servers: 0,
  inboxes: 0,
  asked: 0,
  accepted: 0,
  refused: 0,
  unreachable: 0,
  states: { asking: 0, parked: 0, done: 0, givenUp: 0 },
  looks: { noneFound: 0, stillThere: 0, unreadable: 0 },
};

/** Adds servers to what was summed before. */
export const addTotals = (before: ReceiptTotals, receipts: readonly ServerReceipt[]): ReceiptTotals =>
  receipts.reduce(
    (sum, { inboxes, asked, accepted, refused, state, unreachableSince, look }) => ({
      servers: sum.servers + 1,
      inboxes: sum.inboxes + inboxes,
      asked: sum.asked + asked,
      accepted: sum.accepted + accepted,
      refused: sum.refused + refused.reduce((all, { count }) => all + count, 0),
      unreachable: sum.unreachable + Number(unreachableSince !== undefined),
      states: { ...sum.states, [state]: sum.states[state] + 1 },
      looks: look ? { ...sum.looks, [look.outcome]: sum.looks[look.outcome] + 1 } : sum.looks,
    }),
    before,
  );

const isAccepted = (answer: PartAnswer) => typeof answer === 'number' && answer >= 200 && answer < 300;

/** What is known for certain wins over what was known before it. */
const rankOf = (answer: PartAnswer): number => {
  if (isAccepted(answer)) return 4;
  if (typeof answer === 'number') return 3;
  return namedAnswers[answer].rank;
};

const hasLeft = (answer: PartAnswer) => typeof answer === 'number' || namedAnswers[answer].left;
const fails = (answer: PartAnswer) => typeof answer !== 'number' && namedAnswers[answer].fails;

/** The asks of a removal of one post, put together from its parts: what each inbox answered in the end. */
export function asksOf({ at: since }: Pick<Removal, 'at'>, parts: readonly ReceiptPart[]): readonly Ask[] {
  const told = new Map<string, { readonly answer: PartAnswer; readonly at: string }[]>();
  for (const { at, answers } of parts)
    for (const { inbox, answer } of answers) {
      const own = told.get(inbox);
      if (own) own.push({ answer, at });
      else told.set(inbox, [{ answer, at }]);
    }
  return [...told].map(([inbox, own]) => askOf(inbox, since, own));
}

function askOf(
  inbox: string,
  since: string,
  told: readonly { readonly answer: PartAnswer; readonly at: string }[],
): Ask {
  const inOrder = told.toSorted((one, other) => (one.at < other.at ? -1 : 1));
  const { answer } = inOrder.reduce((best, one) => (rankOf(one.answer) >= rankOf(best.answer) ? one : best));
  const failing = answer === 'givenUp' || fails(answer);
  return {
    inbox,
    server: new URL(inbox).host,
    state: typeof answer === 'number' ? 'done' : namedAnswers[answer].state,
    since,
    asked: Number(told.some((one) => hasLeft(one.answer))),
    accepted: Number(isAccepted(answer)),
    refused: typeof answer === 'number' && !isAccepted(answer) ? { [answer]: 1 } : {},
    lastAt: latest(told.map(({ at }) => at)),
    failingSince: failing ? earliest(told.filter((one) => fails(one.answer)).map(({ at }) => at)) : undefined,
  };
}
