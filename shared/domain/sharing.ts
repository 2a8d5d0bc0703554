/** The switch as a state machine: every legal transition has a name, and everything else is refused. */
import type { EligibilityRule, Member } from './member.ts';

/**
 * `off`: nothing new leaves, nobody can follow. `on`. `paused`: nothing new is shared, everything that was stays and is kept
 * up. `removing`: turned off, and servers are being asked to remove the posts. `gone`: deleted for ever.
 */
export type Sharing = 'off' | 'on' | 'paused' | 'removing' | 'gone';

/** All states. */
export const sharingStates = ['off', 'on', 'paused', 'removing', 'gone'] as const satisfies readonly Sharing[];

/** What can happen to the switch. */
export type Transition =
  | 'turnOn'
  | 'pause'
  | 'resume'
  | 'stop'
  | 'stopAndRemove'
  | 'removeLater'
  | 'finishRemoving'
  | 'deleteForEver';

/** From where to where each transition leads. */
export const transitions: Readonly<Record<Transition, { readonly from: readonly Sharing[]; readonly to: Sharing }>> = {
  turnOn: { from: ['off'], to: 'on' },
  pause: { from: ['on'], to: 'paused' },
  resume: { from: ['paused'], to: 'on' },
  /** Nothing more is shared; the copies elsewhere are left where they are. */
  stop: { from: ['on', 'paused'], to: 'off' },
  stopAndRemove: { from: ['on', 'paused'], to: 'removing' },
  /** After a stop that left the copies where they are. */
  removeLater: { from: ['off'], to: 'removing' },
  /** Each server was asked once, or its requests wait for it. */
  finishRemoving: { from: ['removing'], to: 'off' },
  deleteForEver: { from: ['off', 'on', 'paused', 'removing'], to: 'gone' },
};

type Switch = Pick<Member, 'sharing' | 'epoch' | 'removedUpTo' | 'actorKey'>;

/** Are this member's posts of the present epoch out there? */
export const isSharing = ({ sharing }: Pick<Member, 'sharing'>): boolean => sharing === 'on' || sharing === 'paused';

/** Sharing has ended, and copies were left where they are. */
export const hasLeft = ({ sharing, epoch, removedUpTo, actorKey }: Switch): boolean =>
  sharing === 'off' && actorKey !== undefined && removedUpTo < epoch - 1;

/** May the profile be seen elsewhere? Also by those who look again at copies that were left. */
export const isShown = (member: Switch): boolean => isSharing(member) || hasLeft(member);

/** Is this transition legal now? */
export function isLegal(transition: Transition, member: Switch): boolean {
  if (!transitions[transition].from.includes(member.sharing)) return false;
  if (transition === 'removeLater') return hasLeft(member);
  if (transition === 'deleteForEver') return member.actorKey !== undefined;
  return true;
}

/** Does it let new posts leave? Who fails a rule may not. */
const isBeginning = (transition: Transition): boolean => transition === 'turnOn' || transition === 'resume';

/** What a member, or the platform for it, can do now; `finishRemoving` comes by itself. */
export const possibleNow = (member: Switch, failing: readonly EligibilityRule[]): readonly Transition[] =>
  (Object.keys(transitions) as Transition[])
    .filter((transition) => transition !== 'finishRemoving' && isLegal(transition, member))
    .filter((transition) => failing.length === 0 || !isBeginning(transition));

/** What someone wants the switch to be; off means that the copies elsewhere are to go, unless `remove` is false. */
export interface SharingWish {
  readonly state: 'on' | 'paused' | 'off';
  readonly remove: boolean;
  /** When a pause ends by itself (RFC 3339, UTC); without it, it does not. */
  readonly until?: string | undefined;
}

/** What a wish leads to. */
export type SharingDecision =
  | { readonly kind: 'unchanged' }
  /** It stays paused, and that ends at another time, or no more by itself. */
  | { readonly kind: 'otherEnd' }
  | { readonly kind: 'transition'; readonly transition: Exclude<Transition, 'finishRemoving' | 'deleteForEver'> }
  | { readonly kind: 'ineligible'; readonly rules: readonly EligibilityRule[] }
  | { readonly kind: 'illegal'; readonly possible: readonly Transition[] };

/** Decides on a wish. Turning off is never kept from anyone by a rule that they fail. */
export function decideSharing(
  member: Switch & Pick<Member, 'pausedUntil'>,
  wish: SharingWish,
  failing: readonly EligibilityRule[],
): SharingDecision {
  const transition = wished(member, wish);
  if (transition === undefined) {
    const isOtherEnd = wish.state === 'paused' && wish.until !== member.pausedUntil;
    return { kind: isOtherEnd ? 'otherEnd' : 'unchanged' };
  }
  if (transition === 'illegal' || !isLegal(transition, member))
    return { kind: 'illegal', possible: possibleNow(member, failing) };
  if (isBeginning(transition) && failing.length > 0) return { kind: 'ineligible', rules: failing };
  return { kind: 'transition', transition };
}

type Wished = Exclude<Transition, 'finishRemoving' | 'deleteForEver'> | 'illegal' | undefined;

/** The transition that fulfils a wish; undefined where it is fulfilled already. */
function wished(member: Switch, { state, remove }: SharingWish): Wished {
  const { sharing } = member;
  switch (state) {
    case 'on':
      if (sharing === 'on') return undefined;
      return sharing === 'paused' ? 'resume' : 'turnOn';
    case 'paused':
      return sharing === 'paused' ? undefined : 'pause';
    case 'off':
      if (sharing === 'gone') return 'illegal';
      if (sharing === 'removing') return remove ? undefined : 'illegal';
      if (sharing !== 'off') return remove ? 'stopAndRemove' : 'stop';
      return remove && hasLeft(member) ? 'removeLater' : undefined;
  }
}
