/** A post that was deleted: the message that asks inboxes to delete it, and what its receipt says of them. */
import { posts } from '../../shared/storage/posts.ts';
import { receipts } from '../../shared/storage/receipts.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { about } from './deliverer.ts';
import { anAuthor } from './receiver.ts';
import { removalAt } from './removals.ts';

/** Deletes a post that these inboxes may hold. */
export async function aDeletedPost(tables: Tables, ...inboxes: readonly string[]) {
  const author = await anAuthor(tables);
  const post = await author.post();
  await post.remove();
  const { removalId = '' } = (await posts(tables).find(author.memberId, post.objectKey, { consistent: true }))!;
  const removal = { memberId: author.memberId, id: removalId };
  const asks = async () => {
    const sheets = await Array.fromAsync(receipts(tables).from(await removalAt(tables, removal)));
    return sheets.flatMap((sheet) => sheet.asks);
  };
  return {
    author,
    post,
    message: about(author, post, inboxes, { activity: 'delete' }),
    asks,
    states: async () => Object.fromEntries((await asks()).map(({ inbox, state }) => [inbox, state])),
  };
}
