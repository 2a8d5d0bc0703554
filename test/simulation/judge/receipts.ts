/** Each removal comes to its end, and its receipt says what the servers were asked and answered. */
import { asksOf, type PartAnswer, type ReceiptPart } from '../../../shared/domain/receipt.ts';
import { type Ask, type Removal, refusedBy, type Slice } from '../../../shared/domain/removal.ts';
import type { History } from './history.ts';

/** No removal is forgotten: in the end nobody is still to be asked, and sharing may be turned on again. */
export function* removalsEnd({ rowsOf, member }: History): Generator<string> {
  if (member.sharing === 'removing') yield 'the member is still being removed';
  if (member.sharing === 'gone' && member.publicKeyPem !== undefined) yield 'the member is gone, and is not buried';
  for (const { id, kind, epoch, state, open, parked } of rowsOf<Removal>('Removal')) {
    // Who is deleted for ever is asked for as a whole: what was still to be asked before is not.
    const isOvertaken = kind !== 'forEver' && member.sharing === 'gone' && epoch < member.epoch;
    const isOver = isOvertaken || (open === 0 && parked === 0);
    if (state !== 'settled' || !isOver) yield `removal ${id} is ${state}: ${open} inboxes are open, ${parked} wait`;
  }
}

/** Every inbox answered for every post that it was asked to remove, or it was given up. */
export function* receiptsAddUp(history: History): Generator<string> {
  const slices = history.rowsOf<Slice>('Slice');
  for (const removal of history.rowsOf<Removal>('Removal')) {
    const asks =
      removal.kind === 'post'
        ? asksOf(removal, partsOf(history, removal))
        : slices.filter(({ removalId }) => removalId === removal.id).flatMap((slice) => Object.values(slice.asks));
    for (const ask of asks) yield* faultsOf(history, removal, ask);
    yield* forgottenBy(history, removal, asks);
  }
}

type PartRow = Omit<ReceiptPart, 'answers'> & { readonly removalId: string; readonly answers: readonly string[] };

const partsOf = ({ rowsOf }: History, { id }: Removal): readonly ReceiptPart[] =>
  rowsOf<PartRow>('ReceiptPart')
    .filter(({ removalId }) => removalId === id)
    .map(({ at, answers }) => ({ at, answers: answers.map(toAnswer) }));

function toAnswer(text: string): ReceiptPart['answers'][number] {
  const [inbox = '', answer = ''] = text.split(' ');
  return { inbox, answer: Number(answer) || (answer as PartAnswer) };
}

/** The Deletes of what a removal is about, by the inbox that they were sent to. */
const deletesOf = ({ posts, sent, actor }: History, { id, kind }: Removal) =>
  kind === 'forEver'
    ? sent.filter(({ type, object }) => type === 'Delete' && object === actor)
    : posts.filter(({ post }) => post.removalId === id).flatMap(({ deletes }) => deletes);

function* faultsOf(history: History, removal: Removal, ask: Ask): Generator<string> {
  const { inbox, state, asked, accepted } = ask;
  const told = `the receipt of ${removal.kind} ${removal.id} for ${inbox}: ${JSON.stringify(ask)}`;
  const isErased = history.member.sharing === 'gone' && removal.kind !== 'forEver';
  if (state !== 'done' && state !== 'givenUp' && !isErased) yield `nobody goes on with it: ${told}`;
  if (state === 'done' && asked !== accepted + refusedBy(ask)) yield `it does not add up: ${told}`;
  const own = deletesOf(history, removal).filter((one) => one.inbox === inbox);
  const objects = new Set(own.map(({ object }) => object)).size;
  if (state === 'done' && asked !== objects && !isErased) yield `it was asked for ${objects} in truth: ${told}`;
}

/** Whoever was asked is on the receipt. */
function* forgottenBy(history: History, removal: Removal, asks: readonly Ask[]): Generator<string> {
  const listed = new Set(asks.map(({ inbox }) => inbox));
  for (const { inbox } of deletesOf(history, removal))
    if (!listed.has(inbox)) yield `${inbox} is not on the receipt of ${removal.kind} ${removal.id}`;
}
