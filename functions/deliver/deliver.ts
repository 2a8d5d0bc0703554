/** One chunk of the queue Deliveries -> up to 100 signed POSTs side by side, their answers judged, the failed ones tried again alone. */
import { type DeliveryOutcome, judgeDelivery, nextTry, resultName } from '#shared/domain/delivery';
import { chunkId } from '#shared/domain/reach';
import type { Site } from '#shared/protocol/site';
import { logger } from '#shared/runtime/logger';
import type { ChunkKey, Results } from '#shared/storage/results';
import type { SigningKeys } from '#shared/storage/signing-keys';
import type { PostToInbox } from '#shared/transport/inbox-post';
import type { DeliveryMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import { activityNow, type LoadDeps } from './activity-now.ts';

interface Deps extends LoadDeps {
  readonly site: Site;
  readonly results: Pick<Results, 'has' | 'put'>;
  readonly signingKeys: Pick<SigningKeys, 'privateKey'>;
  readonly post: PostToInbox;
  readonly deliveries: Pick<Queue<DeliveryMessage>, 'send'>;
  /** Seconds before the second, third, … try. */
  readonly retryDelays: readonly number[];
  readonly random: () => number;
}

export const deliver =
  (deps: Deps) =>
  async (message: DeliveryMessage): Promise<void> => {
    const { results, signingKeys, post } = deps;
    const key = resultKey(message);
    if (key && (await results.has(key))) return;

    const current = await activityNow(deps, message.subject);
    if (!current) return logger.info('outdated, not sent', { subject: message.subject, chunk: message.chunk });
    const { memberId } = message.subject;
    const privateKey = await signingKeys.privateKey(memberId);
    if (!privateKey) throw new Error(`member ${memberId} has no key yet`);

    const body = Buffer.from(JSON.stringify(current.document));
    const outcomes = await Promise.all(
      message.inboxes.map(async (inbox) => {
        const answer = await post(inbox, body, { keyId: current.keyId, privateKey });
        const outcome = judgeDelivery(answer);
        if (outcome.kind !== 'accepted') logger.info('not accepted', { inbox, answer, attempt: message.attempt });
        return { inbox, outcome };
      }),
    );
    const retried = await retry(deps, message, outcomes);
    const accepted = outcomes.filter(({ outcome }) => outcome.kind === 'accepted').length;
    const total = outcomes.length;
    if (key)
      await results.put(key, { attempt: key.attempt, total, accepted, gaveUp: total - accepted - retried }, deps.now());
  };

/** Only what goes to a whole audience is counted. */
function resultKey({ subject, chunk, attempt }: DeliveryMessage): ChunkKey | undefined {
  switch (subject.kind) {
    case 'post':
      return {
        subject: subject.objectKey,
        activity: resultName(subject.activity, subject.version),
        chunk,
        attempt,
      };
    case 'profile':
      return { subject: subject.memberId, activity: `profile-${subject.revision}`, chunk, attempt };
    default:
      return undefined;
  }
}

/** Sends the failed inboxes back to the queue, those with the same delay together. Tells how many will be tried again. */
async function retry(
  { deliveries, retryDelays, random }: Deps,
  message: DeliveryMessage,
  outcomes: readonly { readonly inbox: string; readonly outcome: DeliveryOutcome }[],
): Promise<number> {
  const luck = random();
  const byDelay = new Map<number, string[]>();
  for (const { inbox, outcome } of outcomes) {
    if (outcome.kind !== 'retry') continue;
    const delay = nextTry(message.attempt, retryDelays, luck, outcome.afterSeconds);
    if (delay !== undefined) byDelay.set(delay, [...(byDelay.get(delay) ?? []), inbox]);
  }
  for (const [delaySeconds, inboxes] of byDelay) {
    const chunk = chunkId(message.chunk, inboxes);
    const again = { ...message, chunk, inboxes, attempt: message.attempt + 1 };
    await deliveries.send(again, { delaySeconds, group: message.subject.memberId });
  }
  return [...byDelay.values()].reduce((total, inboxes) => total + inboxes.length, 0);
}
