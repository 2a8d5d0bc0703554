/** Who is listed with what: the name while it is fresh, and after 30 days the id alone. */
import { beforeAll, expect, inject, test } from 'vitest';
import { remoteActors } from '../../../shared/storage/remote-actors.ts';
import { type Tables, tables } from '../../../shared/storage/table.ts';
import { platform } from '../../support/api.ts';
import { databaseClient } from '../../support/emulated-tables.ts';
import { anAuthor, aSender } from '../../support/receiver.ts';
import { following, reacting } from '../../support/standings.ts';

let all: Tables;
beforeAll(() => {
  all = tables(inject('stack').tableName, databaseClient());
});

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

test('names of followers and of who liked a post expire after 30 days; then they are an id', async () => {
  const author = await anAuthor(all);
  const post = await author.post();
  const [fresh, stale] = [aSender(), aSender()];
  for (const sender of [fresh, stale]) {
    await remoteActors(all).save(sender, [], daysAgo(sender === fresh ? 29 : 31));
    const follow = { actor: sender.id, followId: `${sender.id}#f`, inbox: sender.inbox };
    await following(all).add(author.memberId, follow, daysAgo(31));
    const like = {
      objectKey: post.objectKey,
      reaction: 'like' as const,
      actor: sender.id,
      activityId: `${sender.id}#l`,
    };
    await reacting(all).add(like, daysAgo(31));
  }
  const { memberId } = author;
  for (const { items } of [await platform().followers(memberId), await platform().likes(memberId, post.postId)]) {
    const shown = (id: string) => items.find(({ actor }) => actor === id);
    expect(shown(fresh.id)).toMatchObject({ handle: fresh.handle, name: fresh.name });
    expect(shown(stale.id)).toMatchObject({ actor: stale.id, handle: stale.server, name: '', url: stale.id });
    expect(items).toHaveLength(2);
  }
});
