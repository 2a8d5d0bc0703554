import {
  type Actor,
  type Object as AnyObject,
  Article,
  Document,
  Image,
  Link,
  Note,
  Page,
  PropertyValue,
  PUBLIC_COLLECTION,
  Question,
} from '@fedify/vocab';
import { LanguageString } from '@fedify/vocab-runtime';
import type { Attachment, Post, Profile, Visibility } from './model.ts';
import { now, type PeerContext } from './peer.ts';
import { Problem } from './problem.ts';

/** A profile as Fedify reads it out of an actor document; a document that others would refuse is refused. */
export const describePerson = async (
  actor: Actor,
  context: PeerContext,
  known: { handle: string; confirmed: boolean },
): Promise<Profile> => {
  const id = actor.id?.href;
  if (!id || !actor.inboxId) throw new Problem(502, `${id} has no inbox.`);
  if (!actor.preferredUsername) throw new Problem(502, `${id} has no preferredUsername.`);
  const key = await actor.getPublicKey(context);
  if (key?.ownerId?.href !== id) throw new Problem(502, `${id} has no publicKey of its own.`);

  const fields: Profile['fields'] = [];
  for await (const one of actor.getAttachments(context)) {
    if (one instanceof PropertyValue) fields.push({ name: words(one.name), value: words(one.value) });
  }
  return {
    id,
    handle: known.handle,
    handleConfirmed: known.confirmed,
    name: words(actor.name) || words(actor.preferredUsername),
    summary: words(actor.summary),
    url: address(actor.url),
    avatar: address((await actor.getIcon(context))?.url),
    header: address((await actor.getImage(context))?.url),
    fields,
    inbox: actor.inboxId.href,
    sharedInbox: actor.endpoints?.sharedInbox?.href,
    followers: actor.followersId?.href,
    refreshedAt: now(),
  };
};

/** True for the kinds of object that a timeline shows. */
export const isPost = (object: AnyObject | null): object is Note | Article | Page | Question =>
  object instanceof Note || object instanceof Article || object instanceof Page || object instanceof Question;

/** A post as Fedify reads it; `raw` is the object as it came. */
export const describePost = async (object: AnyObject, context: PeerContext, raw: unknown): Promise<Post> => {
  const { id, attributionId, content } = object;
  if (!id || !attributionId) throw new Problem(400, 'A post needs an id and an author.');
  const attachments: Attachment[] = [];
  for await (const one of object.getAttachments(context)) {
    const url = one instanceof Document ? address(one.url) : undefined;
    if (url && one instanceof Document) {
      attachments.push({ url, mediaType: mediaType(one), altText: words(one.name) || undefined });
    }
  }
  return {
    id: id.href,
    author: attributionId.href,
    url: address(object.url),
    content: words(content),
    contentWarning: words(object.summary) || undefined,
    language: content instanceof LanguageString ? content.locale.toString() : undefined,
    sensitive: object.sensitive ?? false,
    visibility: visibilityOf(object),
    published: object.published?.toString() ?? now(),
    editedAt: object.updated?.toString(),
    inReplyTo: object.replyTargetId?.href,
    attachments,
    receivedAt: now(),
    raw,
  };
};

const visibilityOf = ({ toIds, ccIds }: AnyObject): Visibility => {
  const isPublic = (url: URL): boolean => url.href === PUBLIC_COLLECTION.href;
  if (toIds.some(isPublic)) return 'public';
  if (ccIds.some(isPublic)) return 'unlisted';
  return [...toIds, ...ccIds].some((url) => /\/followers\/?$/.test(url.pathname)) ? 'followers' : 'direct';
};

const words = (text: string | LanguageString | null | undefined): string => text?.toString() ?? '';

const mediaType = (one: Document): string | undefined =>
  one.mediaType ??
  (one.url instanceof Link ? one.url.mediaType : undefined) ??
  (one instanceof Image ? 'image' : undefined);

const address = (url: URL | Link | null | undefined): string | undefined => {
  const target = url instanceof Link ? url.href : url;
  return target?.protocol === 'https:' || target?.protocol === 'http:' ? target.href : undefined;
};
