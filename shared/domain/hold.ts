/** Legal orders that keep what is stored of a member from being erased. */
import type { Sharing } from './sharing.ts';

/** By which order, and since when (RFC 3339). */
export interface LegalHold {
  readonly order: string;
  readonly since: string;
}

/** Who may be held: an order has a number, and there is one hold of each. New ones come last. */
export interface Held {
  readonly holds?: readonly LegalHold[] | undefined;
}

/** So many orders may hold one member at a time. */
export const mostHolds = 50;

/** Does any order keep what is stored? */
export const isHeld = ({ holds = [] }: Held): boolean => holds.length > 0;

/** What is left when an order ends; nothing else is. */
export const holdsWithout = ({ holds = [] }: Held, order: string): readonly LegalHold[] =>
  holds.filter((hold) => hold.order !== order);

/** What an order that comes now leads to. */
export type HoldDecision =
  | { readonly kind: 'stands'; readonly hold: LegalHold }
  | { readonly kind: 'begins' | 'tooMany' | 'nothingKept' };

/** Of who is gone there is something left to be held only as long as another order keeps it. */
export function decideHold(
  member: Held & { readonly sharing: Sharing; readonly actorKey?: string | undefined },
  order: string,
): HoldDecision {
  const { holds = [], sharing, actorKey } = member;
  const hold = holds.find((one) => one.order === order);
  if (hold) return { kind: 'stands', hold };
  if (!actorKey || (sharing === 'gone' && !isHeld(member))) return { kind: 'nothingKept' };
  return { kind: holds.length < mostHolds ? 'begins' : 'tooMany' };
}
