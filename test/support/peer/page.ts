import { findPerson } from './find.ts';
import { cleanHtml, escapeHtml } from './html.ts';
import type { Profile } from './model.ts';
import { actionButton, hidden, personLine, renderPost } from './page-parts.ts';
import { style } from './page-style.ts';
import type { Peer } from './peer.ts';
import { displayName, personNamed } from './people.ts';
import { reason } from './problem.ts';
import { homeTimeline } from './timeline.ts';

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; img-src http: https:; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

/** The page at `/`: someone to find, whom one follows, the home timeline. */
export const showPage = async (request: Request, peer: Peer): Promise<Response> => {
  const query = new URL(request.url).searchParams;
  try {
    const person = personNamed(peer.store, query.get('as') ?? undefined);
    return new Response(await render(peer, person, query), { headers });
  } catch (error) {
    return new Response(frame('Not here', notice(reason(error), true)), { status: 404, headers });
  }
};

const render = async (peer: Peer, person: string, query: URLSearchParams): Promise<string> => {
  const title = `${displayName(peer.store.people.all()[0]?.name ?? person)}'s server`;
  const said = query.get('said');
  const failed = query.get('failed');
  return frame(
    title,
    `${said ? notice(said) : ''}${failed ? notice(failed, true) : ''}
     ${finder(person, query.get('look') ?? '')}
     ${query.get('look') ? await lookedUp(peer, person, query.get('look') ?? '') : ''}
     ${following(peer, person)}
     ${timeline(peer, person)}`,
    people(peer, person),
  );
};

const frame = (title: string, main: string, navigation = ''): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><header><h1>${escapeHtml(title)}</h1>${navigation}</header><main>${main}</main></body></html>
`;

const notice = (text: string, bad = false): string =>
  `<p class="card${bad ? ' bad' : ''}" role="${bad ? 'alert' : 'status'}">${escapeHtml(text)}</p>`;

const people = (peer: Peer, person: string): string => {
  const host = new URL(peer.origin).host;
  const names = peer.store.people.all().map(({ name }) => name);
  if (names.length === 1) return `<p class="soft">You are @${escapeHtml(`${person}@${host}`)}</p>`;
  const links = names.map(
    (name) =>
      `<a href="/?as=${name}"${name === person ? ' aria-current="page"' : ''}>@${escapeHtml(`${name}@${host}`)}</a>`,
  );
  return `<nav aria-label="People here">${links.join('')}</nav>`;
};

const finder = (person: string, look: string): string => `<form class="find" method="get" action="/">
  ${hidden({ as: person })}
  <label for="look">Find someone on another server</label>
  <input id="look" name="look" value="${escapeHtml(look)}" placeholder="@name@host" autocapitalize="none" autocomplete="off" spellcheck="false" required>
  <button class="main">Look up</button></form>`;

const lookedUp = async (peer: Peer, person: string, look: string): Promise<string> => {
  try {
    const profile = await findPerson(peer, look, person);
    const fields = profile.fields.map(
      (field) => `<p class="soft">${escapeHtml(field.name)}: ${cleanHtml(field.value)}</p>`,
    );
    return `<section class="card" aria-label="Found">${personLine(profile, profile.handle)}
      <div class="content">${cleanHtml(profile.summary)}</div>${fields.join('')}${followButton(peer, person, profile)}</section>`;
  } catch (error) {
    return notice(reason(error), true);
  }
};

const followButton = (peer: Peer, person: string, profile: Profile): string => {
  const state = peer.store.follows.get(person, profile.id)?.state;
  const fields = { as: person, handle: profile.id };
  if (state === 'accepted') return actionButton('unfollow', 'Unfollow', fields);
  if (state === 'pending') return '<p class="soft">Asked to follow; no answer yet.</p>';
  return `${state === 'rejected' ? '<p class="soft">They said no last time.</p>' : ''}${actionButton('follow', 'Follow', fields, 'main')}`;
};

const following = (peer: Peer, person: string): string => {
  const follows = peer.store.follows.all().filter((follow) => follow.person === person);
  if (follows.length === 0) return '';
  const rows = follows.map((follow) => {
    const profile = peer.store.profiles.get(follow.actor);
    const name = escapeHtml(profile ? `${profile.name} ${profile.handle}` : follow.actor);
    const state = follow.state === 'accepted' ? '' : ` <span class="soft">(${follow.state})</span>`;
    return `<li class="row"><span class="handle">${name}${state}</span>${actionButton('unfollow', 'Unfollow', { as: person, handle: follow.actor })}</li>`;
  });
  return `<details><summary>Following ${follows.length}</summary><ul class="plain">${rows.join('')}</ul></details>`;
};

const timeline = (peer: Peer, person: string): string => {
  const posts = homeTimeline(peer, person);
  if (posts.length > 0) return `<h2>Home</h2>${posts.map((post) => renderPost(post, person)).join('')}`;
  const follows = peer.store.follows.all().some((follow) => follow.person === person && follow.state === 'accepted');
  const advice = follows
    ? 'Nothing has been posted since you followed. New posts appear here; reload the page to see them.'
    : 'Nothing here yet. Type a handle above, such as @name@host, look it up and press Follow: new posts then appear here.';
  return `<h2>Home</h2><p class="card">${advice}</p>`;
};
