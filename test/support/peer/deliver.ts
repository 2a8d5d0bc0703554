import type { Activity, Recipient } from '@fedify/vocab';
import type { Profile } from './model.ts';
import type { Peer } from './peer.ts';
import { deliveryProblem, Problem } from './problem.ts';

/** Longer than any answer of a healthy server. */
export const patience = 20_000;

/** Where a remote person receives. */
export const recipient = (profile: Profile): Recipient => ({
  id: new URL(profile.id),
  inboxId: new URL(profile.inbox),
  endpoints: { sharedInbox: profile.sharedInbox ? new URL(profile.sharedInbox) : null },
});

/** Everyone who follows a local person. */
export const followersOf = (peer: Peer, person: string): Recipient[] =>
  peer.store.followers
    .all()
    .filter((follower) => follower.person === person)
    .flatMap((follower) => peer.store.profiles.get(follower.actor) ?? [])
    .map(recipient);

/** Delivers now, signed by the person; a failure says which inbox answered what. */
export const deliver = async (
  peer: Peer,
  person: string,
  recipients: Recipient[],
  activity: Activity,
  options: { shared: boolean } = { shared: false },
): Promise<void> => {
  try {
    const sent = peer.context.sendActivity({ identifier: person }, recipients, activity, {
      preferSharedInbox: options.shared,
      immediate: true,
    });
    await Promise.race([sent, silence(recipients)]);
  } catch (error) {
    throw deliveryProblem(error);
  }
};

const silence = async (recipients: Recipient[]): Promise<never> => {
  await new Promise((resolve) => setTimeout(resolve, patience).unref());
  const inboxes = recipients.map((one) => one.inboxId?.href).join(', ');
  throw new Problem(502, `No answer within ${patience / 1000} s from ${inboxes}.`);
};
