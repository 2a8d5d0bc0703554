/** A member of whom everything is kept that can be, for tests of what is left after the end. */
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { answers } from '../../shared/storage/answers.ts';
import { blocks } from '../../shared/storage/blocks.ts';
import { heldFollows } from '../../shared/storage/held-follows.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import { members } from '../../shared/storage/members.ts';
import { parked } from '../../shared/storage/parked.ts';
import { posts } from '../../shared/storage/posts.ts';
import { reports } from '../../shared/storage/reports.ts';
import { results } from '../../shared/storage/results.ts';
import { stamps } from '../../shared/storage/stamps.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { anAnswer, aPlace } from './answers.ts';
import { following, reacting } from './standings.ts';
import { aJob, anActor, aPost, aSharer, noon, unique } from './storage-samples.ts';

/** Shared posts with all that people do to them, one that waits, and all that a member itself has. */
export async function aFullMember(tables: Tables, { shared = 2 } = {}) {
  const member = await aSharer(tables);
  const { memberId } = member;
  await members(tables).publishKey(memberId, 'PEM');
  await tables.PrivateKey.build(PutItemCommand).item({ owner: memberId, dataKey: '2026-11', sealed: 'x' }).send();
  const all = Array.from({ length: shared + 1 }, () => aPost(memberId));
  for (const [index, post] of all.entries()) {
    await posts(tables).add(post, undefined, aJob());
    if (index === shared) continue;
    await posts(tables).markShared(post, noon(30));
    const { objectKey } = post;
    for (const reaction of ['like', 'boost'] as const)
      for (let n = 0; n < 2; n++)
        await reacting(tables).add({ objectKey, reaction, actor: anActor(), activityId: unique('a') }, noon(31));
    for (const kind of ['reply', 'quote'] as const)
      await answers(tables).add(anAnswer(), [{ ...aPlace(kind), about: objectKey, memberId }], noon(32));
    const quote = { objectKey, memberId, actor: anActor(), instrument: `https://far.example/${unique('n')}` };
    await stamps(tables).give({ ...quote, requestId: 'https://far.example/r', inbox: 'https://far.example/inbox' });
    const chunk = { subject: objectKey, activity: 'create', chunk: unique('c') };
    await results(tables).put(chunk, { asked: 1, accepted: 1, gaveUp: 0 }, noon(33));
  }
  const [first] = all as [(typeof all)[number]];
  await answers(tables).add(anAnswer(), [{ ...aPlace('mention'), about: memberId, memberId }], noon(34));
  const chunk = { subject: memberId, activity: 'profile-1', chunk: unique('c') };
  await results(tables).put(chunk, { asked: 1, accepted: 1, gaveUp: 0 }, noon(33));
  const [here, relay] = ['https://far.example/inbox', 'https://relay.example/inbox'];
  const follow = async (actor: string, inbox: string) => {
    await following(tables).add(memberId, { actor, followId: `${actor}/f`, inbox }, noon(21));
    await inboxes(tables).open(memberId, inbox, noon(21), [new URL(actor).host]);
  };
  await follow(anActor(), here);
  await follow(anActor('behind.example'), relay);
  const waits = { actor: anActor(), followId: 'https://far.example/w', inbox: here, held: 'paused' as const };
  await heldFollows(tables).hold(memberId, { ...waits, at: noon(22).toISOString() }, noon(22));
  await blocks(tables).add(memberId, { server: 'bad.example' }, noon(23));
  await blocks(tables).add(memberId, { actor: anActor('bad.example') }, noon(23));
  const complaint = { server: 'far.example', actor: anActor(), comment: 'Rude', postIds: [first.postId] };
  await reports(tables).add({ ...complaint, memberIds: [memberId] }, unique('report-'), noon(35));
  await reports(tables).add({ ...complaint, memberIds: [memberId, 'other'] }, unique('report-'), noon(35));
  const pointer = { kind: 'profile' as const, memberId, epoch: 1, revision: noon(20).toISOString() };
  await parked(tables).add('far.example', here, pointer, noon(40));
  return {
    ...(await members(tables).find(memberId, noon(50), { consistent: true }))!,
    actorKey: member.actorKey,
    posts: all,
  };
}
