/** PUT and GET /members/{memberId}/sharing: the switch. */
import { failingRules, hasActor, type Member } from '#shared/domain/member';
import { decideSharing, isSharing, type SharingWish } from '#shared/domain/sharing';
import { type Wording, wordingFor } from '#shared/domain/wording/wording';
import { badRequest, conflict } from '#shared/runtime/errors';
import type { Members } from '#shared/storage/members';
import { anyMemberOf, memberOf } from './found.ts';
import { operation } from './operation.ts';
import { sharingAnswer, sharingWish } from './schemas/members.ts';
import { ineligible, inWords, type ViewDeps, view } from './sharing-view.ts';
import { type Circumstances, make, type TransitionDeps } from './transitions.ts';

interface Deps extends ViewDeps, TransitionDeps {
  readonly members: Pick<
    Members,
    'find' | 'turnOn' | 'pause' | 'pauseUntil' | 'resume' | 'stop' | 'remove' | 'deleteForEver' | 'tally'
  >;
  readonly pause: (milliseconds: number) => Promise<void>;
}

const path = '/api/v1/members/{memberId}/sharing';

export const getSharing = (deps: Deps) =>
  operation({
    method: 'GET',
    path,
    id: 'getSharing',
    summary:
      'Is sharing on or paused, may it be on, under which handle, what is possible now, and how far a removal came',
    answer: { status: 200, schema: sharingAnswer },
    run: async (request) => ({
      body: await view(deps, await anyMemberOf(deps.members, request.memberId, deps.now()), request),
    }),
  });

export const putSharing = (deps: Deps) =>
  operation({
    method: 'PUT',
    path,
    id: 'putSharing',
    summary:
      'Turn sharing on (with the consent that was given), pause it (nothing new is shared, what was shared stays and is kept up; until a time, if one is given), or turn it off: every server is asked to remove the posts, unless `remove` is false. What is not possible now is a 409 that says what is',
    body: sharingWish,
    answer: { status: 200, schema: sharingAnswer },
    run: async (request) => {
      const { memberId, body, caller, language } = request;
      const wording = wordingFor(language);
      const wish = wishIn(body, deps.now(), wording);
      const how = { caller, textVersion: body.consent?.textVersion, wording };
      const isDone = async () => fulfil(deps, await memberOf(deps.members, memberId, deps.now(), language), wish, how);
      await untilDone(isDone, wording);
      return { body: await view(deps, await whenReady(deps, memberId, language), request) };
    },
  });

const longestPause = 366 * 24 * 3600 * 1000; // milliseconds

/** The wish that a request holds; 400 where its parts do not belong together. */
function wishIn(
  { state, remove, until }: { state: SharingWish['state']; remove?: boolean | undefined; until?: string | undefined },
  now: Date,
  { refusals }: Wording,
): SharingWish {
  const wrong = (field: string, message: string) => badRequest(message, { errors: [{ field, message }] });
  if (remove !== undefined && state !== 'off') throw wrong('/remove', refusals.removeOffOnly);
  if (until === undefined) return { state, remove: remove ?? true };
  if (state !== 'paused') throw wrong('/until', refusals.untilPausedOnly);
  const pause = Date.parse(until) - now.getTime();
  if (!(pause > 0)) throw wrong('/until', refusals.untilPassed);
  if (pause > longestPause) throw wrong('/until', refusals.untilTooFar);
  return { state, remove: true, until: new Date(until).toISOString() };
}

/** Does what a wish leads to; false when the switch was changed since the member was read. */
async function fulfil(deps: Deps, member: Member, wish: SharingWish, how: Circumstances): Promise<boolean> {
  const decision = decideSharing(member, wish, failingRules(member, deps.eligibleCountries));
  switch (decision.kind) {
    case 'unchanged':
      return true;
    case 'otherEnd':
      return make(deps, 'otherEnd', member, { ...how, until: wish.until });
    case 'transition':
      return make(deps, decision.transition, member, { ...how, until: wish.until });
    case 'ineligible':
      throw ineligible(decision.rules, how.wording);
    case 'illegal': {
      const possible = inWords(decision.possible, how.wording);
      const { refusals } = how.wording;
      const list = possible.map(({ message }) => message).join('; ');
      throw conflict(whyNot(wish, refusals), {
        detail: possible.length > 0 ? refusals.possible({ list }) : refusals.nothingPossible,
        possible,
      });
    }
  }
}

/** Why a wish cannot be fulfilled now. */
function whyNot({ state }: SharingWish, refusals: Wording['refusals']): string {
  switch (state) {
    case 'on':
      return refusals.stillRemoving;
    case 'paused':
      return refusals.nothingToPause;
    case 'off':
      return refusals.cannotLeave;
  }
}

const tries = 3;

/** Who is overtaken by another change decides again, on what that left; nobody is overtaken for ever. */
export async function untilDone(isDone: () => Promise<boolean>, { refusals }: Wording): Promise<void> {
  for (let tried = 0; tried < tries; tried++) if (await isDone()) return;
  throw conflict(refusals.raced);
}

const longestWait = 5000; // milliseconds
const between = 100;

/** The member once the key pair is made, so that the handle can be found right after the answer; as it is after five seconds. */
async function whenReady({ members, pause, now }: Deps, memberId: string, language?: string): Promise<Member> {
  for (let waited = 0; ; waited += between) {
    const member = await memberOf(members, memberId, now(), language);
    if (!isSharing(member) || hasActor(member) || waited >= longestWait) return member;
    await pause(between);
  }
}
