/** Operations on accounts elsewhere that may do nothing here, whatever their server may. */
import { secondsAfter } from '#shared/domain/job';
import type { BlockedAccount } from '#shared/domain/policy';
import { webAddress } from '#shared/protocol/json';
import type { Site } from '#shared/protocol/site';
import { badRequest } from '#shared/runtime/errors';
import { jobKey } from '#shared/storage/jobs';
import type { PolicyRows } from '#shared/storage/policies';
import { blockJob, type JobStarter } from '#shared/transport/jobs';
import { operation } from './operation.ts';
import { doneAnswer, pageQuery } from './schemas/common.ts';
import { actorQuery, blockedAccount, blockedAccountsAnswer } from './schemas/moderation.ts';

interface Deps {
  readonly site: Pick<Site, 'origin'>;
  readonly policies: Pick<PolicyRows, 'blockAccount' | 'unblockAccount' | 'pageOfAccounts'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly editDelaySeconds: number;
  readonly now: () => Date;
}

const path = '/api/v1/blocked-accounts';

/** The id of someone elsewhere in its one spelling; says what is wrong with `field` otherwise. */
export function elsewhere({ origin }: Pick<Site, 'origin'>, text: string, field: string): string {
  const id = webAddress(text);
  if (id && id.host !== origin.host) return id.href;
  const message = id ? 'This is an account here, not elsewhere.' : 'Must be the id of an actor, a web address.';
  throw badRequest('The request is not as it must be.', { errors: [{ field, message }] });
}

const shown = ({ at: since, ...account }: BlockedAccount) => ({ ...account, since });

export const blockAccount = (deps: Deps) =>
  operation({
    method: 'POST',
    path,
    id: 'blockAccount',
    summary: 'Let an account elsewhere do nothing here; its follows end',
    for: 'platform',
    body: blockedAccount,
    answer: { status: 200, schema: doneAnswer },
    run: async ({ body: { category, note, ...body } }) => {
      const { site, policies, starter, editDelaySeconds, now } = deps;
      const actor = elsewhere(site, body.actor, '/actor');
      const time = now();
      const at = time.toISOString();
      const job = blockJob({ kind: 'account', actor }, at, secondsAfter(at, editDelaySeconds));
      await policies.blockAccount({ actor, category, note, at }, job);
      await starter.start(job, jobKey(job), time);
      return { body: { done: true } };
    },
  });

export const unblockAccount = (deps: Deps) =>
  operation({
    method: 'DELETE',
    path,
    id: 'unblockAccount',
    summary: 'Let an account do what others may; it has to follow again by itself',
    for: 'platform',
    query: actorQuery,
    answer: { status: 200, schema: doneAnswer },
    run: async ({ query }) => ({
      body: { done: await deps.policies.unblockAccount(elsewhere(deps.site, query.actor, 'query/actor')) },
    }),
  });

export const listBlockedAccounts = (deps: Deps) =>
  operation({
    method: 'GET',
    path,
    id: 'listBlockedAccounts',
    summary: 'Accounts that may do nothing here; a page may hold fewer than were asked for',
    for: 'platform',
    query: pageQuery,
    answer: { status: 200, schema: blockedAccountsAnswer },
    run: async ({ query }) => {
      const { items, next = null } = await deps.policies.pageOfAccounts(query);
      return { body: { items: items.map(shown), next } };
    },
  });
