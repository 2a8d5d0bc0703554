import { escapeHtml } from './html.ts';
import type { Attachment, TimelinePost } from './model.ts';

/** Hidden inputs that say what a form is about. */
export const hidden = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join('');

/** A form that is one button. */
export const actionButton = (action: string, label: string, fields: Record<string, string>, look = ''): string =>
  `<form method="post" action="/act">${hidden(fields)}<button name="do" value="${action}" class="${look}">${label}</button></form>`;

/** Picture, name and handle of a person. */
export const personLine = (
  person: { name: string; avatar?: string; url?: string },
  handle: string,
  below = '',
): string => {
  const name = `<strong>${escapeHtml(person.name)}</strong>`;
  const picture = person.avatar
    ? `<img class="avatar" src="${escapeHtml(person.avatar)}" alt="" loading="lazy">`
    : `<span class="avatar" aria-hidden="true">${escapeHtml([...person.name][0] ?? '?')}</span>`;
  const linked = person.url ? `<a href="${escapeHtml(person.url)}" rel="noopener noreferrer">${name}</a>` : name;
  return `<div class="who">${picture}<div>${linked}<div class="soft handle">${escapeHtml(handle)}${below}</div></div></div>`;
};

/** One post with what its reader can do about it. */
export const renderPost = (post: TimelinePost, person: string): string => {
  const { authorName: name, authorAvatar: avatar, authorUrl: url } = post;
  const body = `<div class="content">${post.content}</div>${attachments(post.attachments)}`;
  const warning = post.contentWarning ?? (post.sensitive ? 'Sensitive' : undefined);
  return `<article class="card" id="${escapeHtml(post.id)}">
    ${post.boostedBy ? `<p class="soft">Boosted by ${escapeHtml(post.boostedBy)}</p>` : ''}
    ${personLine({ name, avatar, url }, post.authorHandle, ` · ${marks(post)}`)}
    ${post.inReplyTo ? `<p class="soft handle">Reply to ${escapeHtml(post.answers ?? post.inReplyTo)}</p>` : ''}
    ${warning ? `<details><summary>${escapeHtml(warning)}</summary>${body}</details>` : body}
    <div class="actions">${post.by === person ? ownActions(post, person) : readerActions(post, person)}</div></article>`;
};

const marks = (post: TimelinePost): string => {
  const time = `<time datetime="${escapeHtml(post.published)}">${escapeHtml(written(post.published))}</time>`;
  const link = post.url ? `<a href="${escapeHtml(post.url)}" rel="noopener noreferrer">${time}</a>` : time;
  const edited = post.editedAt
    ? ` · edited <time datetime="${escapeHtml(post.editedAt)}">${escapeHtml(written(post.editedAt))}</time>`
    : '';
  return `${link}${edited}${post.visibility === 'public' ? '' : ` · ${post.visibility}`}`;
};

const written = (at: string): string => at.slice(0, 16).replace('T', ' ');

const attachments = (all: Attachment[]): string => {
  if (all.length === 0) return '';
  const rows = all.map((one) => {
    const label = one.altText ?? one.url.split('/').at(-1) ?? one.url;
    const kind = one.mediaType ? ` <span class="soft">${escapeHtml(one.mediaType)}</span>` : '';
    return `<li><a href="${escapeHtml(one.url)}" rel="noopener noreferrer" class="handle">${escapeHtml(label || one.url)}</a>${kind}</li>`;
  });
  return `<ul>${rows.join('')}</ul>`;
};

const readerActions = (post: TimelinePost, person: string): string => {
  const about = { as: person, object: post.id };
  const like = post.liked ? actionButton('unlike', 'Liked', about, 'on') : actionButton('like', 'Like', about);
  const boost = post.boosted ? actionButton('unboost', 'Boosted', about, 'on') : actionButton('boost', 'Boost', about);
  return `${like}${boost}${writer('reply', 'Reply', 'Send', about)}`;
};

const ownActions = (post: TimelinePost, person: string): string => {
  const about = { as: person, object: post.id };
  return `${writer('edit', 'Edit', 'Save', about, withoutMention(post))}${actionButton('delete', 'Delete', about)}`;
};

/** Whom a reply mentions is put in front of it again when it is saved. */
const withoutMention = (post: TimelinePost): string => (post.inReplyTo ? post.text.replace(/^@\S+ /, '') : post.text);

const writer = (action: string, label: string, send: string, fields: Record<string, string>, text = ''): string =>
  `<details><summary>${label}</summary><form method="post" action="/act">${hidden(fields)}
    <textarea name="text" aria-label="${label}" required>${escapeHtml(text)}</textarea>
    ${action === 'reply' ? visibilityChoice : ''}<button name="do" value="${action}" class="main">${send}</button></form></details>`;

const visibilityChoice = `<select name="visibility" aria-label="Who sees it">
  <option value="public">Everyone</option><option value="followers">Followers</option><option value="direct">Only the author</option></select> `;
