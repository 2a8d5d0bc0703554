/** What moderators and members decide about people elsewhere, on a table of its own: what is promised and sent is kept. */
import * as shownAnswers from '../../functions/platform/answers.ts';
import * as accounts from '../../functions/platform/blocked-accounts.ts';
import { exportPolicies, importPolicies } from '../../functions/platform/blocklists.ts';
import { addBlock, listBlocks, removeBlock } from '../../functions/platform/blocks.ts';
import { hideMention, hideQuote, hideReply } from '../../functions/platform/hiding.ts';
import { deletePolicy, getPolicy, listPolicies, putPolicy } from '../../functions/platform/policies.ts';
import * as reported from '../../functions/platform/reports.ts';
import type { Job } from '../../shared/domain/job.ts';
import { answerLists } from '../../shared/storage/answer-lists.ts';
import { answers } from '../../shared/storage/answers.ts';
import { jobKey } from '../../shared/storage/jobs.ts';
import { reports } from '../../shared/storage/reports.ts';
import { stamps } from '../../shared/storage/stamps.ts';
import type { DeliveryMessage } from '../../shared/transport/messages.ts';
import { calledApi } from './called-api.ts';
import { site } from './members.ts';
import { memoryTables } from './memory-tables.ts';
import { presentPolicies } from './policies.ts';
import { anAuthor } from './receiver.ts';
import { storageOf } from './storage.ts';
import { noon } from './storage-samples.ts';

const { blockAccount, unblockAccount, listBlockedAccounts } = accounts;
const { listReplies, listQuotes, listMentions } = shownAnswers;
const { listReports, markReport } = reported;

/** Something that leaves, and so long after it was decided. */
interface Sent {
  readonly message: DeliveryMessage;
  readonly delay: number | undefined;
}

/** The operations at 3600, or whenever the test says. */
export function moderationApi({ editDelaySeconds = 25 } = {}) {
  const tables = memoryTables();
  const started: Job[] = [];
  const sent: Sent[] = [];
  let now = noon(3600);
  const storage = {
    ...storageOf(tables),
    answers: answers(tables),
    answerLists: answerLists(tables),
    stamps: stamps(tables),
    reports: reports(tables),
  };
  const deps = {
    ...storage,
    site,
    decided: presentPolicies(tables),
    starter: { start: async (job: Job) => void started.push(job) },
    deliveries: {
      send: async (message: DeliveryMessage, { delaySeconds }: { readonly delaySeconds?: number } = {}) =>
        void sent.push({ message, delay: delaySeconds }),
      sendAll: async (
        messages: readonly DeliveryMessage[],
        { delayOf }: { readonly delayOf?: (message: DeliveryMessage, index: number) => number } = {},
      ) => void sent.push(...messages.map((message, index) => ({ message, delay: delayOf?.(message, index) }))),
    },
    editDelaySeconds,
    now: () => now,
  } as never;
  const importing = importPolicies(deps);
  const operations = [
    ...[getPolicy, putPolicy, deletePolicy, listPolicies, exportPolicies],
    ...[blockAccount, unblockAccount, listBlockedAccounts, addBlock, listBlocks, removeBlock],
    ...[listReplies, listQuotes, listMentions, hideReply, hideQuote, hideMention, listReports, markReport],
  ].map((make) => make(deps));
  return {
    ...storage,
    tables,
    started,
    sent,
    call: calledApi(operations),
    /** Takes a list over. */
    import: async (text: string) => (await importing.run({ body: text } as never)).body as Record<string, unknown>,
    /** Someone who shares. */
    anAuthor: () => anAuthor(tables),
    /** Is this job promised in the table, as it was started? */
    isPromised: (job: Job) => storage.jobs.isOpen(jobKey(job)),
    setTime: (time: Date) => {
      now = time;
    },
  };
}
