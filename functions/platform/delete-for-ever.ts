/** POST /members/{memberId}/delete-for-ever: the end of an account on the fediverse. */
import type { Member } from '#shared/domain/member';
import type { Removal } from '#shared/domain/removal';
import { isLegal } from '#shared/domain/sharing';
import { type Wording, wordingFor } from '#shared/domain/wording/wording';
import { handleOf, type Site } from '#shared/protocol/site';
import { badRequest, conflict } from '#shared/runtime/errors';
import type { Members } from '#shared/storage/members';
import { memberOf } from './found.ts';
import { operation } from './operation.ts';
import { deleteForEverAnswer, deleteForEverWish } from './schemas/members.ts';
import { untilDone } from './sharing.ts';
import { progressOf } from './sharing-view.ts';
import { beginRemoval, type TransitionDeps } from './transitions.ts';

interface Deps extends TransitionDeps {
  readonly site: Site;
  readonly members: TransitionDeps['members'] & Pick<Members, 'find'>;
}

/** Handles are the same in any case of letters, and with or without the @ before them. */
const plain = (handle: string): string => handle.trim().replace(/^@/, '').toLowerCase();

/** 409 for who never shared, 400 for who does not repeat the handle. */
function mustMean(member: Member, handle: string, repeated: string, wording: Wording): void {
  if (!isLegal('deleteForEver', member)) throw conflict(wording.refusals.neverShared);
  if (plain(repeated) === plain(handle)) return;
  throw badRequest(wording.refusals.wrongHandle, {
    errors: [{ field: '/handle', message: wording.deleteForEver.typeHandle({ handle }) }],
  });
}

/** What follows, as the member is told. */
function consequences({ deleteForEver }: Wording, handle: string): string[] {
  const { irreversible, account, name, erased, kept, key } = deleteForEver;
  return [irreversible, account, name({ handle }), erased, kept, key];
}

export const deleteForEver = (deps: Deps) =>
  operation({
    method: 'POST',
    path: '/api/v1/members/{memberId}/delete-for-ever',
    id: 'deleteForEver',
    summary:
      'Delete the account from the fediverse, for ever: every server that ever got something of it is asked to delete it, what is kept here is erased, and id and handle are never given out again',
    body: deleteForEverWish,
    answer: { status: 202, schema: deleteForEverAnswer },
    run: async ({ memberId, body, caller, language }) => {
      const wording = wordingFor(language);
      let begun: { readonly removal: Removal; readonly handle: string } | undefined;
      await untilDone(async () => {
        const member = await memberOf(deps.members, memberId, deps.now(), language);
        const handle = handleOf(deps.site, member.username);
        mustMean(member, handle, body.handle, wording);
        const removal = await beginRemoval(deps, member, 'forEver', { caller });
        begun = removal && { removal, handle };
        return removal !== undefined;
      }, wording);
      if (!begun) throw conflict(wording.refusals.raced);
      return {
        body: { removal: progressOf(begun.removal, wording), consequences: consequences(wording, begun.handle) },
      };
    },
  });
