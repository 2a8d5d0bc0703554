/** Pointers to what is to be sent, for tests: about the member m1 and the post 01object unless something else is said. */
import type {
  AnswerPointer,
  BlockPointer,
  PostPointer,
  ProfilePointer,
  RemovalPointer,
  WithdrawalPointer,
} from '#shared/domain/pointer';

/** An activity about a post, in the first epoch and version. */
export const aPostPointer = (activity: PostPointer['activity'], more: Partial<PostPointer> = {}): PostPointer => ({
  kind: 'post',
  activity,
  memberId: 'm1',
  objectKey: '01object',
  epoch: 1,
  version: 1,
  ...more,
});

/** A profile that changed. */
export const aProfilePointer = (more: Partial<ProfilePointer> = {}): ProfilePointer => ({
  kind: 'profile',
  memberId: 'm1',
  epoch: 1,
  revision: '2026-11-05T12:00:00.000Z',
  ...more,
});

/** The answer to the Follow of somebody on far.example. */
export const anAnswer = (kind: AnswerPointer['kind'], more: Partial<AnswerPointer> = {}): AnswerPointer => ({
  kind,
  memberId: 'm1',
  epoch: 1,
  follow: { id: 'https://far.example/follows/1', actor: 'https://far.example/users/bob' },
  ...more,
});

/** The Delete of the post for one server alone. */
export const aWithdrawal = (more: Partial<WithdrawalPointer> = {}): WithdrawalPointer => ({
  kind: 'withdrawal',
  memberId: 'm1',
  objectKey: '01object',
  epoch: 1,
  ...more,
});

/** The member blocks somebody on far.example, or no longer does. */
export const aBlock = (kind: BlockPointer['kind'], more: Partial<BlockPointer> = {}): BlockPointer => ({
  kind,
  memberId: 'm1',
  epoch: 1,
  actor: 'https://far.example/users/bob',
  since: '2026-11-05T12:00:00.000Z',
  ...more,
});

/** All that one inbox is still to be asked in a removal. */
export const aRemovalPointer = (more: Partial<RemovalPointer> = {}): RemovalPointer => ({
  kind: 'removal',
  memberId: 'm1',
  epoch: 2,
  removalId: '01removal',
  slice: 0,
  ask: 'a'.repeat(32),
  ...more,
});
