/** Someone elsewhere who leaves, moves or changes, and the member of ours that this is about. */
import type { Tables } from '../../shared/storage/table.ts';
import type { FetchedActor } from '../../shared/transport/actor-fetch.ts';
import { anAuthor, aSender, openReceiver } from './receiver.ts';
import { noon } from './storage-samples.ts';

/** Servers answer with what is in `documents`; all fetches are kept. */
export async function aChangingActor(tables: Tables, now = 120) {
  const author = await anAuthor(tables);
  const documents = new Map<string, FetchedActor>();
  const fetched: string[] = [];
  const receiver = openReceiver(tables, {
    now: () => noon(now),
    fetchActor: async ({ href }) => {
      fetched.push(href);
      return documents.get(href) ?? { kind: 'gone', reason: 'nothing there' };
    },
  });
  return { author, post: await author.post(), sender: aSender(), receiver, documents, fetched };
}
