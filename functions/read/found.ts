import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Actor, hasActor, isBuried, type Member } from '#shared/domain/member';
import { gone, notFound, unavailable } from '#shared/runtime/errors';
import { pathVariable } from '#shared/runtime/http';
import type { Members } from '#shared/storage/members';
import type { AdmitTo } from './gate.ts';

/** What is needed to find the member that an actor address names. */
export interface FindActor {
  readonly members: Pick<Members, 'findByActorKey'>;
  readonly now: () => Date;
}

/** The member whose actor is, or was, in the path; 404 when there never was one. */
export async function memberInPath({ members, now }: FindActor, event: APIGatewayProxyEventV2): Promise<Member> {
  const member = await members.findByActorKey(pathVariable(event, 'actor'), now());
  if (!member) throw notFound('There is no such actor.');
  return member;
}

/** The actor of a member: 410 when it is no more, 503 while its keys are being made. */
export function presentActor(member: Member): Actor {
  if (isBuried(member)) throw gone('This actor was deleted.');
  if (!hasActor(member)) throw unavailable('This actor is being set up. Try again in a moment.', 1);
  return member;
}

/** What is needed to find a member whose posts or lists are read. */
export interface FindAuthor extends FindActor {
  readonly admitTo: AdmitTo;
}

/** The actor in the path, for what those whom the member blocks do not get. */
export const authorInPath = async (deps: FindAuthor, event: APIGatewayProxyEventV2): Promise<Actor> =>
  admitted(deps, event, await memberInPath(deps, event));

/** The same, where the member was found already. Of who is gone nothing is left that anyone might not get. */
export async function admitted(
  { admitTo }: Pick<FindAuthor, 'admitTo'>,
  event: APIGatewayProxyEventV2,
  member: Member,
): Promise<Actor> {
  const actor = presentActor(member);
  if (actor.sharing !== 'gone') await admitTo(event, actor.memberId);
  return actor;
}
