/** Whom an operator has forgotten: one person elsewhere, or everyone who was met on one server. */
export type Erased =
  | { readonly kind: 'actor'; readonly actor: string }
  | { readonly kind: 'server'; readonly server: string };

/** What is known of an erasure. It does not name a person: that would be what is to be forgotten. */
export interface Erasure {
  readonly id: string;
  readonly kind: Erased['kind'];
  readonly server: string;
  readonly state: 'underWay' | 'done';
  /** How many people are forgotten by now. */
  readonly people: number;
  /** Times are RFC 3339. */
  readonly at: string;
  readonly doneAt?: string | undefined;
}

/** How long it is known that there was an erasure. */
export const erasureSeconds = 90 * 24 * 3600;

/** The server that an erasure is about. */
export const serverOf = (erased: Erased): string =>
  erased.kind === 'actor' ? new URL(erased.actor).host : erased.server;
