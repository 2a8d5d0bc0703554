/** One message of the queue Outbox -> the audience's inboxes, read from inbox rows only, however many followers stand behind them. */
import type { Context } from 'aws-lambda';
import { chunksOf } from '#shared/domain/reach';
import type { Inboxes } from '#shared/storage/inboxes';
import type { Jobs } from '#shared/storage/jobs';
import type { DeliveryMessage, OutboxMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import { type Audience, type AudienceDeps, audienceOf } from './audience.ts';

interface Deps extends AudienceDeps {
  readonly inboxes: Pick<Inboxes, 'page'>;
  readonly jobs: Pick<Jobs, 'isOpen' | 'close'>;
  readonly deliveries: Pick<Queue<DeliveryMessage>, 'sendAll'>;
  readonly outbox: Pick<Queue<OutboxMessage>, 'send'>;
}

const pageSize = 1000; // rows, a multiple of the chunk size: a repeat cuts the same chunks
const reserveMs = 10_000; // what one page and its messages may take

export const fanOut =
  (deps: Deps) =>
  async (message: OutboxMessage, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> => {
    const { jobs, outbox } = deps;
    if (!(await jobs.isOpen(message.job))) return; // done, or taken over by another message
    const audience = await audienceOf(deps, message.subject);
    if (audience) {
      const rest = await spread(deps, message, audience, context);
      if (rest) return outbox.send({ ...message, cursor: rest }, { group: message.subject.memberId });
    }
    await jobs.close(message.job);
  };

/** Sends chunks page by page; where time runs short, the key after which another message goes on. */
async function spread(
  { inboxes, deliveries }: Deps,
  { subject, cursor }: OutboxMessage,
  isInAudience: Audience,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<string | undefined> {
  let after = cursor;
  do {
    const page = await inboxes.page(subject.memberId, { after, limit: pageSize });
    const chunks = chunksOf(page.items.filter(isInAudience));
    await deliveries.sendAll(
      chunks.map(({ id, inboxes }) => ({ subject, chunk: id, inboxes: [...inboxes], attempt: 0 })),
      { group: subject.memberId },
    );
    after = page.next;
  } while (after && context.getRemainingTimeInMillis() > reserveMs);
  return after;
}
