/** Removals with their receipts, as they lie in the table. */
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import type { ReceiptPart } from '../../shared/domain/receipt.ts';
import type { Ask, Removal, Slice } from '../../shared/domain/removal.ts';
import { receiptParts } from '../../shared/storage/receipt-parts.ts';
import { askName } from '../../shared/storage/slices.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { aRemoval, noon } from './storage-samples.ts';

/** What one inbox was asked: three posts, all accepted. */
export const anAsk = (server: string, more: Partial<Ask> = {}): Ask => ({
  inbox: `https://${server}/inbox`,
  server,
  state: 'done',
  since: noon().toISOString(),
  asked: 3,
  accepted: 3,
  refused: {},
  lastAt: noon(90).toISOString(),
  ...more,
});

/** A removal of all that was shared, whose servers were asked. */
export const anAskedRemoval = (memberId: string, more: Partial<Removal> = {}): Removal =>
  aRemoval({ memberId, epoch: 1 }, noon(20), {
    state: 'asked',
    posts: 3,
    slices: 1,
    askedAt: noon(100).toISOString(),
    ...more,
  });

/** Puts a removal in place, with its slices. */
export async function putRemoval(tables: Tables, removal: Removal, ...slices: readonly (readonly Ask[])[]) {
  await tables.Removal.build(PutItemCommand)
    .item({ ...removal, slices: removal.slices && slices.length })
    .send();
  for (const [slice, asks] of slices.entries()) await putSlice(tables, { removalId: removal.id, slice, asks });
  return removal;
}

const putSlice = (
  { Slice }: Tables,
  { removalId, slice, asks }: Pick<Slice, 'removalId' | 'slice'> & { readonly asks: readonly Ask[] },
) =>
  Slice.build(PutItemCommand)
    .item({ removalId, slice, revision: 0, asks: Object.fromEntries(asks.map((ask) => [askName(ask.inbox), ask])) })
    .send();

/** Puts the removal of one post in place, with what inboxes answered to it. */
export async function putPostRemoval(
  tables: Tables,
  removal: Removal,
  ...parts: readonly (readonly [ReceiptPart['answers'][number]['inbox'], ReceiptPart['answers'][number]['answer']])[][]
) {
  await putRemoval(tables, { ...removal, slices: 0 });
  for (const [chunk, answers] of parts.entries())
    await receiptParts(tables).put(
      removal.id,
      `chunk-${chunk}`,
      answers.map(([inbox, answer]) => ({ inbox, answer })),
      noon(60 * chunk),
    );
  return removal;
}
