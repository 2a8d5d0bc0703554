/** The verdict on a run: everything that is not as it must be. */
import type { Outcome } from '../run.ts';
import { followersAddUp, nothingIsLeft, resultsAddUp } from './accounts.ts';
import { deletesReachEveryone, removedPostsAreGone, sharedPostsAreHeld, theGoneAreForgotten } from './held.ts';
import { type History, historyOf } from './history.ts';
import { nothingFollowsADelete, nothingFollowsARemoval, nothingStrays } from './order.ts';
import { answersHold } from './promises.ts';
import { receiptsAddUp, removalsEnd } from './receipts.ts';

const rules: Readonly<Record<string, (history: History) => Iterable<string>>> = {
  sharedPostsAreHeld,
  removedPostsAreGone,
  deletesReachEveryone,
  theGoneAreForgotten,
  nothingFollowsADelete,
  nothingFollowsARemoval,
  nothingStrays,
  nothingIsLeft,
  resultsAddUp,
  removalsEnd,
  receiptsAddUp,
  followersAddUp,
  answersHold,
};

/** What is wrong with a run, by the rule that is broken; nothing when all is as it must be. */
export function judge(outcome: Outcome): readonly string[] {
  const history = historyOf(outcome);
  return Object.entries(rules).flatMap(([name, rule]) => [...rule(history)].map((what) => `${name}: ${what}`));
}
