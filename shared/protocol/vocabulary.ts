/** Constants of ActivityStreams and ActivityPub that more than one document uses. */

/** The audience of public posts; always sent in full. */
export const publicAudience = 'https://www.w3.org/ns/activitystreams#Public';

/** The plain context of activities. */
export const activityStreams = 'https://www.w3.org/ns/activitystreams';

/** Content type of what we serve and send (ActivityPub section 3.2; Lemmy wants exactly this or the one without charset). */
export const activityJson = 'application/activity+json; charset=utf-8';

/** Content type for the Accept header of fetches. */
export const acceptHeader =
  'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"';

/** A JSON-LD document as we send it. */
export type Document = Readonly<Record<string, unknown>>;
