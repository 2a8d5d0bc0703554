import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Actor, hasActor } from '#shared/domain/member';
import { notFound, unavailable } from '#shared/runtime/errors';
import { pathVariable } from '#shared/runtime/http';
import type { Members } from '#shared/storage/members';
import type { AdmitTo } from './gate.ts';

/** What is needed to find the member that an actor address names. */
export interface FindActor {
  readonly members: Pick<Members, 'findByActorKey'>;
  readonly now: () => Date;
}

/** The member whose actor is in the path; 404 when there is none, 503 while its keys are being made. */
export async function actorInPath({ members, now }: FindActor, event: APIGatewayProxyEventV2): Promise<Actor> {
  const member = await members.findByActorKey(pathVariable(event, 'actor'), now());
  if (!member) throw notFound('There is no such actor.');
  if (!hasActor(member)) throw unavailable('This actor is being set up. Try again in a moment.', 1);
  return member;
}

/** What is needed to find a member whose posts or lists are read. */
export interface FindAuthor extends FindActor {
  readonly admitTo: AdmitTo;
}

/** The same, for what those whom the member blocks do not get. */
export async function authorInPath(deps: FindAuthor, event: APIGatewayProxyEventV2): Promise<Actor> {
  const member = await actorInPath(deps, event);
  await deps.admitTo(event, member.memberId);
  return member;
}
