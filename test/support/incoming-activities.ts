/** Activities as they come in: who does what with what. */
import type { JsonObject } from '../../shared/protocol/json.ts';

/** The id of what comes in. */
export const id = 'https://remote.example/activities/1';

/** Who does it, on another server. */
export const actor = 'https://remote.example/users/bob';

/** A member of ours. */
export const ann = 'https://share.example/actors/01actor';

/** A post of hers. */
export const post = `${ann}/posts/01object`;

/** Everyone. */
export const publicAudience = 'https://www.w3.org/ns/activitystreams#Public';

/** What the actor does. */
export const activity = (more: JsonObject): JsonObject => ({ id, actor, ...more });

/** One thing in each form that it may be given in. */
export const formsOf = (address: string) => [address, { id: address, type: 'Note' }, [address], [{ id: address }]];
