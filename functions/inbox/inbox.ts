/** POST /inbox and /actors/{actor}/inbox: cheapest checks first, so that bad input costs neither a read nor a fetch. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Taken } from '#shared/domain/limits';
import { isBuried } from '#shared/domain/member';
import type { Policies } from '#shared/domain/policy';
import { countedIn } from '#shared/protocol/counted';
import { handedOn } from '#shared/protocol/handed-on';
import type { Incoming } from '#shared/protocol/incoming';
import { type ReadSignature, readSignature, type SignedRequest } from '#shared/protocol/signatures/verify';
import { actorKeyIn, addresses, type Site } from '#shared/protocol/site';
import { bodyBytes, type HttpFunction } from '#shared/runtime/http';
import type { Members } from '#shared/storage/members';
import type { KeyFinder } from '#shared/transport/key-finder';
import type { ReceivedMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import { readBody } from './activity.ts';
import { Refusal, tooMany } from './refusal.ts';

interface Deps {
  readonly site: Pick<Site, 'origin'>;
  readonly members: Pick<Members, 'findByActorKey'>;
  /** What the operator decided about servers and accounts elsewhere, as of some seconds ago. */
  readonly policies: () => Promise<Policies>;
  readonly keys: Pick<KeyFinder, 'judge'>;
  /** May this server send one more? */
  readonly serverBudget: (host: string) => Promise<Taken>;
  readonly received: Pick<Queue<ReceivedMessage>, 'send'>;
  /** What is counted is worked on many at a time. */
  readonly counted: Pick<Queue<ReceivedMessage>, 'send'>;
  readonly now: () => Date;
}

const largest = 256 * 1024; // bytes
const accepted = { statusCode: 202, headers: { 'cache-control': 'no-store' }, body: '' };

export const inbox =
  (deps: Deps): HttpFunction =>
  async (event) => {
    const { site, received, counted, now } = deps;
    const body = bodyBytes(event);
    if (body.length > largest) throw new Refusal('size', 413, `An activity may have ${largest} bytes.`);
    if (!isActivityType(event.headers['content-type']))
      throw new Refusal('type', 415, 'Send application/activity+json.');

    const signature = await readSignature(signedRequest(site, event, body), now());
    if ('reason' in signature) throw new Refusal('signature', signature.status ?? 401, signature.reason);
    if (signature.keyId.host === site.origin.host) throw unsigned('This key is ours, not yours.');
    const { activity, isPassedOn } = readBody(body);
    await checkSender(deps, signature, activity, isPassedOn);

    const isKnown = await checkKey(deps, signature, activity, event.requestContext.http.sourceIp);
    if (!isKnown) return accepted; // an account that we never met deletes itself: nothing to do, nothing to fetch
    const room = await deps.serverBudget(new URL(activity.actor).host);
    if (!room.taken) throw tooMany('budget', 'This server sends more than we can take from it.', room.afterSeconds);

    const actorKey = event.pathParameters?.actor;
    await checkAddressees(deps, actorKey, activity);
    await (countedIn(activity) ? counted : received).send({
      body: handedOn(activity, body.toString('utf8')),
      actor: activity.actor,
      signedAt: signature.signedAt.toISOString(),
      inbox: actorKey,
    });
    return accepted;
  };

const isActivityType = (contentType = '') => /^\s*application\/(activity\+json|ld\+json)\s*(;|$)/i.test(contentType);
const unsigned = (why: string) => new Refusal('signature', 401, why);

/** The request as it was signed: the host is the one that we answer for, whatever a proxy made of it. */
function signedRequest(site: Deps['site'], event: APIGatewayProxyEventV2, body: Buffer): SignedRequest {
  const query = event.rawQueryString ? `?${event.rawQueryString}` : '';
  return {
    method: event.requestContext.http.method,
    scheme: site.origin.protocol === 'http:' ? 'http' : 'https',
    target: event.rawPath + query,
    headers: { ...event.headers, host: site.origin.host },
    body,
  };
}

/** May this sender send at all, and does it sign for itself? */
async function checkSender(
  { policies }: Deps,
  { keyId }: ReadSignature,
  { actor }: Incoming,
  isPassedOn: boolean,
): Promise<void> {
  const { host } = new URL(actor);
  const decided = await policies();
  if (decided.blocks({ id: actor, server: host }) || decided.levelOf(keyId.host) === 'blocked')
    throw new Refusal('blocked', 403, 'Nothing is accepted from there.');
  if (keyId.host === host) return;
  // A signature within the body would have to be trusted: nothing is taken from others than who did it.
  if (isPassedOn) throw new Refusal('ownership', 403, 'What others did is not taken from you.');
  throw unsigned('The key is on another host than the actor.');
}

/** False for an account that nobody here knows and that deletes itself. */
async function checkKey({ keys }: Deps, signature: ReadSignature, activity: Incoming, from: string): Promise<boolean> {
  const { actor } = activity;
  const deletesItself = activity.kind === 'delete' && activity.object === actor;
  const verdict = await keys.judge(signature, { actor, deletesItself, from });
  switch (verdict.kind) {
    case 'verified':
      return true;
    case 'unknownActorGone':
      return false;
    case 'otherActor':
      throw new Refusal('ownership', 403, 'The activity is signed by another actor.');
    case 'unverified':
      throw new Refusal('key', 401, verdict.reason);
    case 'unreachable':
      throw new Refusal('key', 503, `The key could not be fetched: ${verdict.reason}.`, {
        headers: { 'retry-after': '600' },
      });
    case 'limited':
      throw tooMany('budget', 'Too many keys are asked for. Try again later.', verdict.afterSeconds);
  }
}

/** Is there someone at this inbox, and someone to follow? */
async function checkAddressees({ site, members, now }: Deps, inboxOf: string | undefined, activity: Incoming) {
  const actorKeys = new Set<string | undefined>();
  if (inboxOf !== undefined) actorKeys.add(actorKeyIn(site, addresses(site).actor(inboxOf))); // if it is one of ours at all
  if (activity.kind === 'follow' && isOurs(site, activity.object)) actorKeys.add(actorKeyIn(site, activity.object));
  for (const actorKey of actorKeys) {
    const member = actorKey === undefined ? undefined : await members.findByActorKey(actorKey, now());
    if (!member) throw new Refusal('nobody', 404, 'There is no such actor.');
    if (isBuried(member)) throw new Refusal('nobody', 410, 'This actor was deleted.');
  }
}

const isOurs = (site: Deps['site'], id: string) =>
  id.startsWith(`${site.origin.origin}/`) && id !== addresses(site).instance;
