/** What takes part in the comparison: something that delivers one activity to many inboxes, a hundred at once. */
import type { Document } from '#shared/protocol/vocabulary';

/** What every sender is given. */
export interface Order {
  readonly activity: Document;
  readonly keyId: string;
  /** RSA-2048, PKCS #8. */
  readonly privateKeyPem: string;
}

/** Sends to all these inboxes; settles when nothing more is to be done by the caller. */
export type Send = (inboxes: readonly string[]) => Promise<void>;

/** Each sender's module has one of these. */
export type MakeSender = (order: Order) => Promise<Send>;

/** How many requests are under way at once, for every sender. */
export const atOnce = 100;

/** Does one thing after the other for each item, in so many lanes side by side. */
export async function inLanes<T>(items: readonly T[], run: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) await run(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
