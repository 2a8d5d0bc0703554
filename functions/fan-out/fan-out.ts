/** One message of the queue Outbox -> the audience's inboxes, read from inbox rows only, however many followers stand behind them. */
import type { Context } from 'aws-lambda';
import { chunkId, cut, isLookDue } from '#shared/domain/reach';
import type { BarredFrom } from '#shared/storage/barred';
import type { Inboxes, InboxRow } from '#shared/storage/inboxes';
import type { Jobs } from '#shared/storage/jobs';
import type { Removals } from '#shared/storage/removals';
import type { DeliveryMessage, OutboxMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import { type Audience, type DecisionDeps, decide } from './audience.ts';

interface Deps extends DecisionDeps {
  readonly inboxes: Pick<Inboxes, 'page'>;
  readonly jobs: Pick<Jobs, 'isOpen' | 'renew' | 'close'>;
  readonly removals: Pick<Removals, 'noteSent'>;
  readonly deliveries: Pick<Queue<DeliveryMessage>, 'sendAll'>;
  readonly outbox: Pick<Queue<OutboxMessage>, 'send'>;
  readonly barredFrom: BarredFrom;
  /** Each chunk of a large audience leaves at some moment of so many seconds. */
  readonly spreadSeconds: number;
  /** In [0, 1). */
  readonly random: () => number;
}

type RunContext = Pick<Context, 'getRemainingTimeInMillis'>;

const pageSize = 1000; // rows; an audience that does not fit into one page is a large one
const reserveMs = 10_000; // what one page and its messages may take

export const fanOut =
  (deps: Deps) =>
  async (message: OutboxMessage, context: RunContext): Promise<void> => {
    const { jobs, removals, outbox, now } = deps;
    const { job, subject } = message;
    const group = subject.memberId;
    if (!(await jobs.isOpen(job))) return; // done, or taken over by another message
    const decision = await decide(deps, subject);
    if (decision.kind === 'wait') return outbox.send(message, { delaySeconds: decision.seconds, group });
    if (decision.kind === 'drop') return jobs.close(job);
    const { cursor, sent } = await spread(deps, message, decision.audience, context);
    if (!cursor) {
      const { removalId: id } = decision;
      if (id) await removals.noteSent({ memberId: subject.memberId, id }, sent);
      return jobs.close(job);
    }
    const further = { subject, cursor, sent };
    const renewed = await jobs.renew(job, further, now());
    if (renewed) await outbox.send({ job: renewed, ...further }, { group });
  };

/** How far an activity came: `cursor` is where time ran short, the key of the inbox after which another message goes on. */
interface Progress {
  readonly cursor?: string | undefined;
  /** To how many inboxes it is on its way up to there. */
  readonly sent: number;
}

/** Sends chunks page by page. */
async function spread(
  deps: Deps,
  { subject, cursor, sent: before = 0 }: OutboxMessage,
  audience: Audience,
  context: RunContext,
): Promise<Progress> {
  const { inboxes, deliveries, spreadSeconds, random } = deps;
  const now = deps.now();
  const isBarred = await deps.barredFrom(subject);
  let after = cursor;
  let uncut: InboxRow[] = [];
  let sent = before;
  let goesOnAfter: string | undefined; // always where a chunk ends: what comes next is cut as if nothing had stopped
  do {
    const page = await inboxes.page(subject.memberId, { after, limit: pageSize });
    const reached = page.items.filter((inbox) => audience.has(inbox) && !isBarred(inbox.server));
    const { whole, rest } = cut([...uncut, ...reached]);
    const groups = page.next ? whole : [...whole, rest];
    sent += groups.reduce((sum, rows) => sum + rows.length, 0);
    const isLarge = after !== undefined || page.next !== undefined;
    await deliveries.sendAll(
      groups.flatMap((rows) => messagesOf(subject, rows, audience, now)),
      { group: subject.memberId, delayOf: isLarge ? () => random() * spreadSeconds : undefined },
    );
    goesOnAfter = rest.length === 0 ? page.next : (whole.at(-1)?.at(-1)?.key ?? goesOnAfter);
    uncut = rest;
    after = page.next;
  } while (after && (context.getRemainingTimeInMillis() > reserveMs || !goesOnAfter));
  return { cursor: after && goesOnAfter, sent };
}

/** The messages of what was cut as one: those that are sent to, and those that are asked whether they are there again. */
function messagesOf(
  subject: OutboxMessage['subject'],
  rows: readonly InboxRow[],
  { sparesGone }: Audience,
  now: Date,
): readonly DeliveryMessage[] {
  const there = rows.filter(({ gone }) => !sparesGone || !gone);
  const gone = rows.filter((row) => sparesGone && row.gone && isLookDue(row.gone, now));
  return [...messageOf(subject, there), ...messageOf(subject, gone).map((message) => ({ ...message, look: true }))];
}

function messageOf(subject: OutboxMessage['subject'], rows: readonly InboxRow[]): readonly DeliveryMessage[] {
  const [first] = rows;
  if (!first) return [];
  const inboxes = rows.map(({ url }) => url);
  return [{ subject, chunk: chunkId(first.key, inboxes), inboxes, attempt: 0, lane: 'fast' }];
}
