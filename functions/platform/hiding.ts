/** Hiding what people elsewhere wrote to a member, and showing it again. */
import { isShared } from '#shared/domain/post';
import { notFound } from '#shared/runtime/errors';
import { namedAnswer } from '#shared/storage/answer-lists';
import type { AnswerKey, Answers } from '#shared/storage/answers';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { Stamps } from '#shared/storage/stamps';
import type { DeliveryMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import { type ShowAnswers, shown } from './answers.ts';
import { withdrawalOf } from './consent.ts';
import { memberOf, postOf } from './found.ts';
import { operation } from './operation.ts';
import { answerAnswer, answerKey, hiddenWish } from './schemas/people.ts';

interface Deps extends ShowAnswers {
  readonly members: Pick<Members, 'find'>;
  readonly posts: Pick<Posts, 'findByPostId'>;
  readonly answers: Pick<Answers, 'setHidden'>;
  readonly stamps: Pick<Stamps, 'withdraw'>;
  readonly deliveries: Pick<Queue<DeliveryMessage>, 'send'>;
  readonly editDelaySeconds: number;
}

const common = {
  method: 'PUT',
  body: hiddenWish,
  variables: { answerKey },
  answer: { status: 200, schema: answerAnswer },
} as const;
const ofPost = '/api/v1/members/{memberId}/posts/{postId}';

/** Hides or shows one answer, and shows it as it is then. */
async function set(deps: Deps, name: string, place: Pick<AnswerKey, 'kind' | 'about'>, hidden: boolean) {
  const key = namedAnswer(name, place);
  const answer = key && (await deps.answers.setHidden(key, hidden));
  if (!answer) throw notFound('There is no such answer. Lists name each by its `key`.');
  const { items } = await shown(deps, { items: [answer] });
  return { answer, body: items[0]! };
}

async function answeredPost(deps: Deps, request: { readonly memberId: string; readonly postId: string }) {
  const { member, post } = await postOf(deps, request);
  if (!isShared(post, member)) throw notFound('This post is not shared: there are no answers to it.');
  return { member, post };
}

export const hideReply = (deps: Deps) =>
  operation({
    ...common,
    path: `${ofPost}/replies/{answerKey}`,
    id: 'hideReply',
    summary: 'Hide a reply, or show it, whether the member or a limit on its server had hidden it',
    run: async (request) => {
      const { post } = await answeredPost(deps, request);
      const place = { kind: 'reply', about: post.objectKey } as const;
      return { body: (await set(deps, request.answerKey, place, request.body.hidden)).body };
    },
  });

export const hideQuote = (deps: Deps) =>
  operation({
    ...common,
    path: `${ofPost}/quotes/{answerKey}`,
    id: 'hideQuote',
    summary:
      'Hide a quote, or show it here again. Hiding takes back the consent to it, for ever: its server is told to show the post in it no longer',
    run: async (request) => {
      const { member, post } = await answeredPost(deps, request);
      const place = { kind: 'quote', about: post.objectKey } as const;
      const { answer, body } = await set(deps, request.answerKey, place, request.body.hidden);
      if (request.body.hidden) {
        const { actor, id: instrument } = answer;
        const { memberId } = member;
        const stamp = await deps.stamps.withdraw({ objectKey: post.objectKey, memberId, actor, instrument });
        const withdrawal = stamp && withdrawalOf(member, stamp);
        const how = { delaySeconds: deps.editDelaySeconds, group: memberId };
        if (withdrawal) await deps.deliveries.send(withdrawal, how);
      }
      return { body };
    },
  });

export const hideMention = (deps: Deps) =>
  operation({
    ...common,
    path: '/api/v1/members/{memberId}/mentions/{answerKey}',
    id: 'hideMention',
    summary: 'Hide a mention, or show it again',
    run: async ({ memberId, answerKey, body: { hidden }, language }) => {
      await memberOf(deps.members, memberId, deps.now(), language);
      return { body: (await set(deps, answerKey, { kind: 'mention', about: memberId }, hidden)).body };
    },
  });
