import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import type { ReceiptPart } from '../domain/receipt.ts';
import { epochSeconds, hashOf } from './keys.ts';
import type { Tables } from './table.ts';
import { write } from './transact.ts';

/** The name under which it is noted that a parked request left, and was not answered. */
export const triedChunk = (inbox: string): string => `tried.${hashOf(inbox)}`;

/** Longer than anything waits for its server and a receipt is kept. */
const keptSeconds = 400 * 24 * 3600;

/** How the inboxes of one message answered to the Delete of one post: a row per message, put whole. */
export const receiptParts = ({ ReceiptPart }: Tables) => ({
  /** A repeat of the same message writes the same row again. */
  put: async (removalId: string, chunk: string, answers: ReceiptPart['answers'], now: Date): Promise<void> => {
    await write(
      ReceiptPart.build(PutItemCommand).item({
        removalId,
        chunk,
        answers: answers.map(({ inbox, answer }) => `${inbox} ${answer}`),
        at: now.toISOString(),
        expiresAt: epochSeconds(now, keptSeconds),
      }),
    );
  },
});

/** Parts of receipts as storage offers them. */
export type ReceiptParts = ReturnType<typeof receiptParts>;
