/** Whom we met, what they did, and that they can be forgotten. */
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { expect, test } from 'vitest';
import { doings } from '../../../shared/storage/doings.ts';
import { people } from '../../../shared/storage/people.ts';
import { remoteActors } from '../../../shared/storage/remote-actors.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { aSender } from '../../support/receiver.ts';
import { following, reacting } from '../../support/standings.ts';
import { anActor, noon, unique } from '../../support/storage-samples.ts';

describeStorage('people elsewhere', (table) => {
  const all = () => people(table().tables);
  const keyOf = (actor: string, name: string) => ({ id: `${actor}#${name}`, pem: `PEM ${name}` });

  test('are found by their server, page by page, each once however often they are met', async () => {
    const server = `${unique('s')}.example`;
    const met = Array.from({ length: 7 }, () => aSender(server));
    for (const sender of [...met, ...met.slice(0, 3)]) await remoteActors(table().tables).save(sender, [], noon());
    await remoteActors(table().tables).save(aSender(`x.${server}`), [], noon());
    const found: string[] = [];
    for (let page = ['']; page.length > 0; ) {
      page = [...(await all().on(server, { after: found.at(-1), limit: 3 }))];
      expect(page.length).toBeLessThanOrEqual(3);
      found.push(...page);
    }
    expect(found).toEqual(met.map(({ id }) => id).sort());
  });

  test('are known by all their keys, and forgotten with all of them', async () => {
    const sender = aSender(`${unique('s')}.example`);
    const actors = remoteActors(table().tables);
    await actors.save(sender, [keyOf(sender.id, 'old')], noon());
    await actors.save(sender, [keyOf(sender.id, 'new')], noon(10));
    await actors.save(sender, [], noon(20));
    expect(await actors.fetchedAt(sender.id, noon(21))).toEqual(noon(20));
    expect([...(await all().keysOf(sender.id))].sort()).toEqual([`${sender.id}#new`, `${sender.id}#old`]);
    for (const _ of [1, 2]) await all().forget(sender.id);
    expect(await actors.find(sender.id, noon(21))).toBeUndefined();
    expect(await actors.fetchedAt(sender.id, noon(21))).toBeUndefined();
    for (const name of ['old', 'new']) expect(await actors.findKey(`${sender.id}#${name}`, noon(21))).toBeUndefined();
    expect(await all().on(sender.server, { limit: 9 })).toEqual([]);
    expect(await actors.knows(sender.id)).toBe(false);
  });

  test('[T20] are forgotten by themselves after 400 days, and leave nothing when their keys are dropped later', async () => {
    const { id: actor, server: host } = aSender(`${unique('s')}.example`);
    for (const keys of [[`${actor}#key`], []]) {
      await all().meet(actor, keys, noon());
      const { Item } = await table().reliable.Person.build(GetItemCommand).key({ host, actor }).send();
      expect(Item?.expiresAt).toBe(noon(400 * 24 * 3600).getTime() / 1000);
    }
    await all().forget(actor);
    await all().drop(actor, [`${actor}#key`]);
    expect(await all().on(host, { limit: 9 })).toEqual([]);
  });

  test('are asked for what they did that stands', async () => {
    const [actor, other] = [anActor(), anActor()];
    const [memberId, formerId, objectKey] = [unique('m-'), unique('m-'), unique('o')];
    const tables = table().tables;
    const follow = { actor, followId: `${actor}#f`, inbox: 'https://far.example/inbox' };
    for (const member of [memberId, formerId]) await following(tables).add(member, follow, noon());
    await following(tables).undo(formerId, actor, follow.followId, noon(1));
    const reaction = (kind: 'like' | 'boost', who = actor) => ({
      objectKey,
      memberId,
      reaction: kind,
      actor: who,
      activityId: `${who}#${kind}`,
    });
    for (const one of [reaction('like'), reaction('boost'), reaction('like', other)])
      await reacting(tables).add(one, noon());
    await reacting(tables).undo(reaction('boost'), noon(1));

    const found = await Array.fromAsync(doings(tables).of(actor));
    expect(found.toSorted((one, two) => (one.kind < two.kind ? -1 : 1))).toEqual([
      { kind: 'follow', memberId },
      { kind: 'like', objectKey },
    ]);
    expect(await Array.fromAsync(doings(tables).followedBy(actor))).toEqual([memberId]);
    const { byActivity } = doings(tables);
    expect(await byActivity(actor, `${actor}#like`)).toEqual({ kind: 'like', objectKey, memberId });
    expect(await byActivity(actor, follow.followId)).toEqual({ kind: 'follow', memberId });
    const { memberId: _memberId, ...unknown } = reaction('boost', other); // as it was kept before members were noted
    await reacting(tables).add(unknown, noon());
    expect(await byActivity(other, `${other}#boost`)).toBeUndefined();
    for (const id of [`${actor}#boost`, `${other}#like`, 'x']) expect(await byActivity(actor, id)).toBeUndefined();
  });
});
