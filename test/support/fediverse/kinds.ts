/** Six kinds of servers, as far as they differ in what they do with removals. */
import {
  burntByDeletedPerson,
  burntByGoneKey,
  deletesWhoIsGone,
  ignoresChangesWhileSuspended,
  keepsAcceptedFollows,
  looksBeforeItBelieves,
  needsEmbeddedTombstone,
  refusesRemovedIds,
} from './behaviours.ts';
import type { Behaviour } from './receive.ts';

/** What a kind of server is like. */
export interface Kind {
  /** As its NodeInfo names it. */
  readonly software: string;
  readonly version: string;
  /** Is each of its fetches signed, and each fetch by others to be? GoToSocial: docs/federation/federating_with_gotosocial. */
  readonly signsFetches: boolean;
  /** Has it one inbox for all? GoToSocial has none: docs/federation/actors.md. */
  readonly sharedInbox: boolean;
  /** What anyone may ask it about the posts of an account; GoToSocial and Pixelfed want a token for that. */
  readonly publicApi?: 'mastodon' | 'misskey';
  readonly behaviours: readonly Behaviour[];
}

const usual = { signsFetches: false, sharedInbox: true };

export const mastodon: Kind = {
  ...usual,
  software: 'mastodon',
  version: '4.5.0',
  publicApi: 'mastodon',
  behaviours: [refusesRemovedIds, deletesWhoIsGone, ignoresChangesWhileSuspended],
};

export const misskey: Kind = {
  ...usual,
  software: 'misskey',
  version: '2025.10.0',
  publicApi: 'misskey',
  behaviours: [burntByDeletedPerson],
};

export const goToSocial: Kind = {
  ...usual,
  software: 'gotosocial',
  version: '0.19.2',
  signsFetches: true,
  sharedInbox: false,
  behaviours: [burntByDeletedPerson, burntByGoneKey, keepsAcceptedFollows],
};

export const pleroma: Kind = {
  ...usual,
  software: 'pleroma',
  version: '2.9.1',
  publicApi: 'mastodon',
  behaviours: [refusesRemovedIds, burntByDeletedPerson, burntByGoneKey],
};

export const pixelfed: Kind = {
  ...usual,
  software: 'pixelfed',
  version: '0.12.5',
  behaviours: [needsEmbeddedTombstone, keepsAcceptedFollows],
};

export const wordPress: Kind = {
  ...usual,
  software: 'wordpress',
  version: '6.8.3',
  behaviours: [looksBeforeItBelieves],
};

/** All six, in the order of their names here. */
export const allKinds: readonly Kind[] = [mastodon, misskey, goToSocial, pleroma, pixelfed, wordPress];
