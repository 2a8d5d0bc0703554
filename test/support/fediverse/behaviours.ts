/** What only some servers do, one behaviour each; each says from whose source or documentation the fact is. */
import type { Json } from '../remote-server.ts';
import { forgetActor } from './memory.ts';
import { type Behaviour, deletesItself, idOf, typeOf } from './receive.ts';

/**
 * An object id that was deleted is refused for ever.
 * Mastodon: a Delete leaves a Tombstone row (app/lib/activitypub/activity/delete.rb), and a Create of an id that has one is
 * rejected (create.rb, `tombstone_exists?`). Pleroma: the object is replaced by its Tombstone and stays (lib/pleroma/object.ex).
 */
export const refusesRemovedIds: Behaviour = {
  receive: async (arriving, { memory }, next) => {
    const id = idOf(arriving.object);
    if (arriving.type === 'Delete' && !deletesItself(arriving)) memory.tombstones.add(id);
    else if (memory.tombstones.has(id)) return 'refused: it was deleted before';
    return next();
  },
};

/**
 * Whoever deletes their account never comes back.
 * GoToSocial: the account's row stays, suspended. Pleroma: the user stays, deactivated (lib/pleroma/user.ex, `perform(:delete)`).
 * Misskey: the user is marked `isDeleted` and stays (packages/backend/src/core/activitypub/ApInboxService.ts, `deleteActor`).
 */
export const burntByDeletedPerson: Behaviour = {
  receive: async (arriving, { memory }, next) => {
    if (deletesItself(arriving)) memory.burnt.add(arriving.actor);
    return next();
  },
};

/**
 * Whoever's key answers 410 never comes back.
 * GoToSocial: the key's address gets a tombstone and is not asked for again (internal/federation/gone.go, `CheckGone`).
 * Pleroma: an actor that is gone when it is fetched is deactivated.
 */
export const burntByGoneKey: Behaviour = {
  whenGone: (actor, { memory }) => {
    memory.burnt.add(actor);
    forgetActor(memory, actor);
  },
};

/**
 * An account whose actor answers 410 is deleted with its posts, though it may come back.
 * Mastodon: app/services/resolve_account_service.rb, `gone_from_origin?`.
 */
export const deletesWhoIsGone: Behaviour = { whenGone: (actor, { memory }) => forgetActor(memory, actor) };

/**
 * A Delete of a post counts only with a Tombstone embedded; that of an account may name it.
 * Pixelfed: app/Util/ActivityPub/Inbox.php, `handleDeleteActivity`.
 */
export const needsEmbeddedTombstone: Behaviour = {
  receive: async (arriving, _ground, next) => {
    const { type, object } = arriving;
    const counts = deletesItself(arriving) || ['Person', 'Tombstone', 'Story'].includes(typeOf(object));
    return type === 'Delete' && !counts ? 'ignored: no Tombstone is embedded' : next();
  },
};

/**
 * A Delete counts only if what it names really answers 404 or 410, or is a Tombstone.
 * WordPress: includes/handler/class-delete.php, which asks `Http::is_tombstone` of posts and accounts alike.
 */
export const looksBeforeItBelieves: Behaviour = {
  receive: async (arriving, { fetch }, next) => {
    if (arriving.type !== 'Delete') return next();
    const { status, document } = await fetch(idOf(arriving.object));
    const isGone = [404, 410].includes(status) || document?.type === 'Tombstone';
    return isGone ? next() : `ignored: it is still there (${status})`;
  },
};

/**
 * A follow that was accepted is not ended by a Reject; only one that waits is.
 * GoToSocial: internal/federation/federatingdb/reject.go looks for follow requests only. Pixelfed: Inbox.php,
 * `handleRejectActivity`.
 */
export const keepsAcceptedFollows: Behaviour = {
  receive: async ({ type, actor }, { memory }, next) =>
    type === 'Reject' && memory.follows.get(actor)?.state === 'accepted' ? 'ignored: it was accepted' : next(),
};

/**
 * An account that its own server calls suspended keeps the profile that it has until it is suspended no longer.
 * Mastodon: app/services/activitypub/process_account_service.rb.
 */
export const ignoresChangesWhileSuspended: Behaviour = {
  receive: async ({ type, actor, object }, { memory }, next) => {
    if (type !== 'Update' || idOf(object) !== actor) return next();
    const { suspended } = object as Json;
    if (suspended === true) memory.suspended.add(actor);
    if (suspended === false) memory.suspended.delete(actor);
    return memory.suspended.has(actor) ? 'ignored: the account is suspended' : next();
  },
};
