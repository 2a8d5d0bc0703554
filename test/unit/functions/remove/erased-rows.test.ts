/**
 * An erasure against every kind of row there is: each is filled with a person, the person is forgotten, and what still
 * names it is what docs/moderation.md lists. A new kind of row has to be put into one of the lists.
 */
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { ScanCommand } from 'dynamodb-toolbox/table/actions/scan';
import { beforeAll, expect, test } from 'vitest';
import { attempts } from '#shared/storage/attempts';
import { blocks } from '#shared/storage/blocks';
import { erasure } from '#shared/storage/erasure';
import { heldFollows } from '#shared/storage/held-follows';
import { inboxes } from '#shared/storage/inboxes';
import { hashOf } from '#shared/storage/keys';
import { parked } from '#shared/storage/parked';
import { policies } from '#shared/storage/policies';
import { receiptParts } from '#shared/storage/receipt-parts';
import { remoteActors } from '#shared/storage/remote-actors';
import { stamps } from '#shared/storage/stamps';
import { write } from '#shared/storage/transact';
import { memoryTables } from '../../../support/memory-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../../support/receiver.ts';
import { aJob, noon } from '../../../support/storage-samples.ts';

/** Nothing of a person from elsewhere is ever in them; of a server its host at most. */
const ofNobody = [
  ...['Member', 'MemberTally', 'Handle', 'ActorKey', 'Post', 'PostId', 'Tally', 'Result', 'Closing', 'Removal'],
  ...['RemovalReport', 'ReportedMember', 'Looks', 'PrivateKey', 'DataKey', 'Instance', 'PolicyVersion'],
  ...['ServerPolicy', 'Server', 'Health', 'Peer', 'InboxesElsewhere', 'Erasure'],
];
/** They are gone, or name the person no longer. */
const forgotten = [
  ...['RemoteActor', 'Person', 'RemoteKey', 'Follower', 'HeldFollow', 'HeldFollowOf', 'Reactors', 'Answer'],
  ...['Stamp', 'StampOf', 'Report', 'ReportOf'],
];
/** They go by themselves within a day: ids that late copies may still name, and what was counted in the last hours. */
const withinTheDay = ['Follow', 'Reaction', 'AnswerOf', 'Attempt', 'Limit', 'TakenBack'];
/** They have reasons of their own to stay: see the table in docs/moderation.md. `Job` is work that is under way. */
const outliving = ['Block', 'BlockedAccount', 'Inbox', 'Reach', 'Parked', 'Slice', 'ReceiptPart', 'Job'];

const tables = memoryTables();
const gone = aSender('far.example', false);
const secret = 'What I think of it';

/** The kinds of rows that hold a text, with when they go. */
const rowsWith = async (text: string) => {
  const { Items = [] } = await tables.table.build(ScanCommand).options({ maxPages: Number.POSITIVE_INFINITY }).send();
  return Items.flatMap((row) => {
    const json = JSON.stringify(row, (_, value) => (value instanceof Set ? [...value] : value));
    return json.includes(text) ? [{ kind: String(row._et), expiresAt: Number(row.expiresAt) }] : [];
  });
};
const kindsWith = async (text: string) => new Set((await rowsWith(text)).map(({ kind }) => kind));

beforeAll(async () => {
  const author = await anAuthor(tables);
  const post = await author.post();
  const receiver = openReceiver(tables);
  const at = noon().toISOString();
  const note = { id: `${gone.id}/1`, type: 'Note', attributedTo: gone.id, to: 'as:Public', content: secret };
  await remoteActors(tables).save(gone, [{ id: `${gone.id}#key`, pem: 'PEM' }], noon());
  for (const [type, object] of [
    ['Follow', author.id],
    ['Like', post.id],
    ['Create', { ...note, inReplyTo: post.id }],
    ['Flag', [author.id]],
    ['Undo', `${gone.id}/unheard-of`],
  ] as const)
    await receiver.from(gone, activityOf(gone, type, object));
  const { memberId } = author;
  const held = { actor: gone.id, followId: `${gone.id}/f`, inbox: gone.inbox, held: 'paused', at } as const;
  await heldFollows(tables).hold(memberId, held, noon());
  const quote = { objectKey: post.objectKey, memberId, actor: gone.id, instrument: `${gone.id}/2` };
  await stamps(tables).give({ ...quote, requestId: `${gone.id}/r`, inbox: gone.inbox });
  await inboxes(tables).witness(memberId, gone.inbox, noon());
  const follow = { id: `${gone.id}/f`, actor: gone.id };
  await parked(tables).add('far.example', gone.inbox, { kind: 'accept', memberId, epoch: 1, follow }, noon());
  await attempts(tables).end(gone.id, { kind: 'found' }, noon());
  await blocks(tables).add(memberId, { actor: gone.id }, noon());
  await policies(tables).blockAccount({ actor: gone.id, category: 'spam', at }, aJob());
  const asked = { state: 'done', asked: 1, accepted: 1, refused: {}, since: at } as const;
  const asks = { [hashOf(gone.inbox)]: { inbox: gone.inbox, server: gone.server, ...asked } };
  await write(tables.Slice.build(PutItemCommand).item({ removalId: 'r', slice: 0, revision: 1, asks }));
  await receiptParts(tables).put('r', 'chunk', [{ inbox: gone.inbox, answer: 202 }], noon());
});

test('every kind of row is in one of the lists', () => {
  const kinds = Object.keys(tables).filter((kind) => kind !== 'table');
  expect(kinds.sort()).toEqual([...ofNobody, ...forgotten, ...withinTheDay, ...outliving].sort());
});

test('of a person who is forgotten nothing is left but what is listed', async () => {
  const before = await kindsWith(gone.id);
  for (const kind of [...forgotten, ...withinTheDay, ...outliving]) if (kind !== 'Job') expect(before).toContain(kind);
  const { done } = await erasure(tables).end(gone.id, noon(300), () => true);
  await erasure(tables).forget(gone.id);

  expect(done).toBe(true);
  const dayLater = noon(86_400).getTime() / 1000;
  const left = (await rowsWith(gone.id)).filter(({ expiresAt }) => !(expiresAt < dayLater)).map(({ kind }) => kind);
  expect([...new Set(left)].sort()).toEqual(outliving.filter((kind) => kind !== 'Job').sort());
  for (const text of [gone.name, gone.handle, secret]) expect(await rowsWith(text)).toEqual([]);
});
