/** POST /inbox and /actors/{actor}/inbox: cheapest checks first, so that bad input costs neither a read nor a fetch. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { countedIn } from '#shared/protocol/counted';
import { type Incoming, readActivity } from '#shared/protocol/incoming';
import { jsonObject } from '#shared/protocol/json';
import { readSignature, type SignedRequest } from '#shared/protocol/signatures/verify';
import type { Site } from '#shared/protocol/site';
import { badRequest, forbidden, HttpProblem, notFound, unauthorized } from '#shared/runtime/errors';
import { bodyBytes, type HttpFunction } from '#shared/runtime/http';
import type { Members } from '#shared/storage/members';
import type { ReceivedMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import type { KeyFinder } from './keys.ts';

interface Deps {
  readonly site: Pick<Site, 'origin'>;
  readonly members: Pick<Members, 'findByActorKey'>;
  readonly keys: KeyFinder;
  readonly received: Pick<Queue<ReceivedMessage>, 'send'>;
  /** What is counted is worked on many at a time. */
  readonly counted: Pick<Queue<ReceivedMessage>, 'send'>;
  readonly now: () => Date;
}

const largest = 256 * 1024; // bytes
const accepted = { statusCode: 202, headers: { 'cache-control': 'no-store' }, body: '' };

export const inbox =
  ({ site, members, keys, received, counted, now }: Deps): HttpFunction =>
  async (event) => {
    const body = bodyBytes(event);
    if (body.length > largest) throw new HttpProblem(413, `An activity may have ${largest} bytes.`);
    if (!isActivityType(event.headers['content-type'])) throw new HttpProblem(415, 'Send application/activity+json.');

    const signature = readSignature(signedRequest(site, event, body), now());
    if ('reason' in signature) throw unauthorized(signature.reason);
    if (signature.keyId.host === site.origin.host) throw unauthorized('This key is ours, not yours.');

    const activity = readBody(body);
    const ownHost = new URL(activity.actor).host;
    if (new URL(activity.id).host !== ownHost)
      throw forbidden('The id of the activity is on another host than its actor.');
    if (activity.kind === 'undo' && (activity.undone.actor ?? activity.actor) !== activity.actor)
      throw forbidden('An actor can only undo what it did itself.');
    if (signature.keyId.host !== ownHost) throw unauthorized('The key is on another host than the actor.');

    const actorKey = event.pathParameters?.actor;
    if (actorKey && !(await members.findByActorKey(actorKey, now()))) throw notFound('There is no such actor.');

    const verdict = await keys.judge(signature, activity);
    switch (verdict.kind) {
      case 'verified':
        break;
      case 'unknownActorGone':
        return accepted; // an account that we never met deletes itself: nothing to do, nothing to fetch
      case 'otherActor':
        throw forbidden('The activity is signed by another actor.');
      case 'unverified':
        throw unauthorized(verdict.reason);
      case 'unreachable':
        throw new HttpProblem(503, `The key could not be fetched: ${verdict.reason}.`, {
          headers: { 'retry-after': '600' },
        });
    }
    await (countedIn(activity) ? counted : received).send({
      body: body.toString('utf8'),
      actor: activity.actor,
      signedAt: signature.signedAt.toISOString(),
      inbox: actorKey,
    });
    return accepted;
  };

const isActivityType = (contentType = '') => /^\s*application\/(activity\+json|ld\+json)\s*(;|$)/i.test(contentType);

function readBody(body: Buffer): Incoming {
  const document = jsonObject(body);
  if (!document) throw badRequest('The body must be one JSON object in UTF-8, at most 32 levels deep.');
  const activity = readActivity(document);
  if (typeof activity === 'string') throw badRequest(activity);
  return activity;
}

/** The request as it was signed: the host is the one that we answer for, whatever a proxy made of it. */
function signedRequest(site: Deps['site'], event: APIGatewayProxyEventV2, body: Buffer): SignedRequest {
  const query = event.rawQueryString ? `?${event.rawQueryString}` : '';
  return {
    method: event.requestContext.http.method,
    target: event.rawPath + query,
    headers: { ...event.headers, host: site.origin.host },
    body,
  };
}
