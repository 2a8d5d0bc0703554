/** The real inbox, receive and count, one after the other, on a table in memory that tells of every write. */
import { expect } from 'vitest';
import { remoteActors } from '../../shared/storage/remote-actors.ts';
import { tablesOf } from '../../shared/storage/table.ts';
import type { ReceivedMessage } from '../../shared/transport/messages.ts';
import { inMemoryTable } from '../simulation/stand-ins/table/table.ts';
import type { Headers } from './fuzz-headers.ts';
import type { Change } from './fuzz-texts.ts';
import { openGate, testOrigin } from './gate.ts';
import { anAuthor, openReceiver } from './receiver.ts';
import { pemOf, type SendOptions, signedHeadersOf, usualKeys } from './remote-person.ts';

/** Someone whose key is known. */
export const person = { id: 'https://far.example/users/1', keyId: 'https://far.example/users/1#main-key' };

const limitless = {
  failuresPerAddressPerMinute: 1e9,
  postsPerServerPerMinute: 1e9,
  fetchesPerMinute: 1e9,
  fetchesPerDomainPerMinute: 1e9,
  newSubdomainsPerDay: 1e9,
};
/** Caches and budgets. */
const mayWrite = /^(REMOTE|KEY|ATTEMPT|LIMIT|PEER|PEOPLE)#/;

type Next = (args: { readonly input: object }) => Promise<object>;

/** Opens it, with a member who has shared a post. */
export async function openWatchedGate() {
  const table = inMemoryTable();
  const client = table.client();
  const tables = tablesOf(table.name, client);
  const author = await anAuthor(tables);
  const post = await author.post();
  let clock = Date.parse('2026-11-22T22:00:00Z');
  const now = () => new Date(clock);
  const actor = {
    id: person.id,
    handle: '1@far.example',
    name: 'One',
    url: person.id,
    server: 'far.example',
    inbox: `${person.id}/inbox`,
  };
  await remoteActors(tables).save(actor, [{ id: person.keyId, pem: pemOf(usualKeys!.publicKey) }], now());
  const receiver = openReceiver(tables, { now, senderOf: (id) => remoteActors(tables).find(id, now()) });
  const gate = openGate(tables, {
    now,
    limits: limitless,
    resolve: async () => [],
    send: (message: ReceivedMessage) => receiver.take(message),
  });
  const written: string[] = [];
  const watch =
    (next: Next, { commandName }: { readonly commandName: string }): Next =>
    async (args) => {
      const answer = await next(args);
      if (/^(Put|Update|Delete|Transact|BatchWrite)/.test(commandName)) written.push(...effectsIn(args.input));
      return answer;
    };
  client.middlewareStack.add(watch as never, { step: 'initialize', name: 'watch' });

  let sent = 0;
  const clear = () => {
    for (const list of [written, receiver.deliveries, receiver.events]) list.splice(0);
  };
  return {
    author,
    post,
    events: receiver.events,
    written,
    clear,
    /** Receives what was verified elsewhere. */
    take: (body: object) =>
      receiver.take({ body: JSON.stringify(body), actor: person.id, signedAt: now().toISOString() }),
    later: (seconds: number) => {
      clock += seconds * 1000;
    },
    /** Sends a body, signed as told by the person's key, with headers that are changed afterwards. */
    send: (body: string | Buffer, options: SendOptions, change: Change<Headers> = (headers) => headers) => {
      const params = { created: String(clock / 1000), ...options.message?.params };
      const headers = signedHeadersOf('/inbox', body, {
        keyId: person.keyId,
        origin: testOrigin,
        headers: { date: now().toUTCString() },
        ...options,
        ...(options.message && { message: { ...options.message, params } }),
      });
      return gate.post({ headers: change(headers), body, from: `198.51.100.${sent++ % 250}` });
    },
    /** Nothing was written but caches, nobody was told, nobody is asked. */
    expectNothing: () => {
      const seen = [...written];
      const [{ length: deliveries }, { length: events }] = [receiver.deliveries, receiver.events];
      clear();
      expect({ seen, deliveries, events }).toEqual({ seen: [], deliveries: 0, events: 0 });
    },
  };
}

/** The rows among what is written that are effects. Of what an actor did, those are none that remember it as undone. */
function effectsIn(input: object): readonly string[] {
  const { Item, Key, TransactItems } = input as Record<string, unknown>;
  if (Array.isArray(TransactItems))
    return TransactItems.flatMap((one: Record<string, object>) =>
      [one.Put, one.Update, one.Delete].flatMap((part) => (part ? effectsIn(part) : [])),
    );
  const row = (Item ?? Key ?? {}) as { pk?: string; sk?: string; active?: boolean };
  if (row.pk === undefined || mayWrite.test(row.pk)) return [];
  return row.pk.startsWith('DOINGS#') && row.active === false ? [] : [`${row.pk} / ${row.sk}`];
}
