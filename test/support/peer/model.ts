/** What the peer keeps and what its control API answers; types only, so that tests load nothing else. */

export type Visibility = 'public' | 'unlisted' | 'followers' | 'direct';

/** A remote person as last refreshed from their own server. */
export interface Profile {
  id: string;
  handle: string;
  /** False when WebFinger on the person's server did not confirm the handle. */
  handleConfirmed: boolean;
  name: string;
  /** HTML as received: sanitise before showing. */
  summary: string;
  url?: string;
  avatar?: string;
  header?: string;
  fields: { name: string; value: string }[];
  inbox: string;
  sharedInbox?: string;
  followers?: string;
  refreshedAt: string;
}

export interface Attachment {
  url: string;
  mediaType?: string;
  altText?: string;
}

/** A post as stored: received from another server, or written by one of this server's people (`by`). */
export interface Post {
  id: string;
  author: string;
  by?: string;
  url?: string;
  /** HTML as received: sanitise before showing. */
  content: string;
  contentWarning?: string;
  language?: string;
  sensitive: boolean;
  visibility: Visibility;
  published: string;
  editedAt?: string;
  inReplyTo?: string;
  attachments: Attachment[];
  receivedAt: string;
  /** The object as it travelled. */
  raw: unknown;
}

/** A post with what its reader needs to see beside it; `content` is sanitised. */
export interface TimelinePost extends Post {
  text: string;
  authorName: string;
  authorHandle: string;
  authorAvatar?: string;
  authorUrl?: string;
  boostedBy?: string;
  /** The handle of whom it answers, when the answered post is here. */
  answers?: string;
  liked: boolean;
  boosted: boolean;
}

export type FollowState = 'pending' | 'accepted' | 'rejected';

export interface Follow {
  person: string;
  actor: string;
  activity: string;
  state: FollowState;
  at: string;
}

export interface Follower {
  person: string;
  actor: string;
  activity: string;
  at: string;
}

export interface Reaction {
  kind: 'like' | 'boost';
  actor: string;
  object: string;
  activity: string;
  at: string;
}

/** One request to an inbox of this server, whatever became of it. */
export interface Received {
  number: number;
  at: string;
  inbox: string;
  id?: string;
  type?: string;
  actor?: string;
  signature: 'cavage' | 'rfc9421' | 'none';
  verified: boolean;
  status: number;
  /** In plain words: stored, ignored and why, refused and why. */
  outcome: string;
  raw: unknown;
}

/** What this server knows about an object id. */
export type PostState =
  | { state: 'present'; post: TimelinePost }
  | { state: 'deleted'; at: string }
  | { state: 'unknown' };

/** What the other server answered to an activity sent as is. */
export interface SendAnswer {
  status: number;
  body: string;
}

/** One POST to an inbox elsewhere, whatever came of it. */
export interface Sent {
  number: number;
  inbox: string;
  type?: string;
  signature: Received['signature'];
  status: number;
}
