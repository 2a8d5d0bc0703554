/** Lambda `fan-out`: one activity of a member -> chunks of up to 100 inboxes. */
import { list, readEnv, seconds, text } from '#shared/runtime/env';
import { queueHandler } from '#shared/runtime/queue';
import { barredFrom } from '#shared/storage/barred';
import { blocks } from '#shared/storage/blocks';
import { inboxes } from '#shared/storage/inboxes';
import { jobs } from '#shared/storage/jobs';
import { members } from '#shared/storage/members';
import { policies, policyDirectory } from '#shared/storage/policies';
import { posts } from '#shared/storage/posts';
import { removals } from '#shared/storage/removals';
import { tables } from '#shared/storage/table';
import { type DeliveryMessage, OutboxMessage } from '#shared/transport/messages';
import { queue } from '#shared/transport/queues';
import { fanOut } from './fan-out.ts';

const env = readEnv({
  TABLE_NAME: text,
  DELIVERIES_QUEUE_URL: text,
  OUTBOX_QUEUE_URL: text,
  ELIGIBLE_COUNTRIES: list,
  REMOVAL_DELAY_SECONDS: seconds,
  EDIT_DELAY_SECONDS: seconds,
  SPREAD_SECONDS: seconds,
});
const all = tables(env.TABLE_NAME);
const now = () => new Date();

export const handler = queueHandler(
  OutboxMessage,
  fanOut({
    members: members(all),
    posts: posts(all),
    inboxes: inboxes(all),
    jobs: jobs(all),
    removals: removals(all),
    barredFrom: barredFrom({ policies: policyDirectory(policies(all), now), blocks: blocks(all) }),
    deliveries: queue<DeliveryMessage>(env.DELIVERIES_QUEUE_URL),
    eligibleCountries: env.ELIGIBLE_COUNTRIES,
    outbox: queue<OutboxMessage>(env.OUTBOX_QUEUE_URL),
    removalDelaySeconds: env.REMOVAL_DELAY_SECONDS,
    editDelaySeconds: env.EDIT_DELAY_SECONDS,
    spreadSeconds: env.SPREAD_SECONDS,
    random: Math.random,
    now,
  }),
);
