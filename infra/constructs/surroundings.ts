import type { Gateway } from './gateway.ts';
import type { Tell } from './stage-environment.ts';
import type { Storage } from './storage.ts';

/** What every part of the data flow stands on. */
export interface Surroundings {
  readonly gateway: Gateway;
  readonly storage: Storage;
  readonly tell: Tell;
}
