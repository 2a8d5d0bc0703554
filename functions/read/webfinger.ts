/** GET /.well-known/webfinger?resource=acct:name@host or =https://… (RFC 7033) */
import { hasActor, type Member } from '#shared/domain/member';
import { isSharing } from '#shared/domain/sharing';
import type { Site } from '#shared/protocol/site';
import { instanceJrd, jrd, parseResource } from '#shared/protocol/webfinger';
import { badRequest, gone, HttpProblem, notFound, unavailable } from '#shared/runtime/errors';
import { type HttpFunction, json } from '#shared/runtime/http';
import type { Members } from '#shared/storage/members';

interface Deps {
  readonly site: Site;
  readonly members: Pick<Members, 'findByUsername' | 'findByActorKey'>;
  readonly now: () => Date;
}

/** Browsers may read every answer, also one that says no (RFC 7033 section 5). */
const forBrowsers = { 'access-control-allow-origin': '*' };

export const webfinger =
  (deps: Deps): HttpFunction =>
  async (event) => {
    const document = await found(deps, event.queryStringParameters?.resource).catch((error: unknown) => {
      if (!(error instanceof HttpProblem)) throw error;
      const headers = { ...error.extras.headers, ...forBrowsers };
      throw new HttpProblem(error.statusCode, error.message, { ...error.extras, headers });
    });
    return json(document, { contentType: 'application/jrd+json; charset=utf-8', maxAge: 60, headers: forBrowsers });
  };

async function found({ site, members, now }: Deps, asked = ''): Promise<object> {
  const resource = parseResource(asked, site);
  if (!resource) throw badRequest('The parameter resource must be acct:name@host or the address of an actor.');

  if (resource.kind === 'instance') return instanceJrd(site);
  let member: Member | undefined;
  if (resource.kind === 'account') member = await members.findByUsername(resource.username, now());
  if (resource.kind === 'actor') member = await members.findByActorKey(resource.actorKey, now());
  if (member?.sharing === 'gone') throw gone('This account was deleted for ever.');
  if (!member || !isSharing(member)) throw notFound('No account of this name shares to the fediverse here.');
  if (!hasActor(member)) throw unavailable('This account is being set up. Try again in a moment.', 1);

  return jrd(site, member);
}
