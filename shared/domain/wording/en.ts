/** All that members and the platform's people are told, in English. Texts with parameters are functions of them. */
import type { EligibilityRule } from '../member.ts';
import type { RemovalKind, RemovalState } from '../removal.ts';
import type { Sharing, Transition } from '../sharing.ts';

/** The English catalogue; every other language has the same keys. */
export const en = {
  eligibility: {
    refused: 'This member may not share.',
    rules: {
      publicProfile: 'The profile must be public.',
      adult: 'The member must be an adult.',
      country: 'Sharing is not offered in the country of the member yet.',
      notSuspended: 'The account must not be suspended.',
    } satisfies Record<EligibilityRule, string>,
  },

  explanation: {
    title: 'Fediverse sharing',
    fediverse:
      'The fediverse is many servers, run by different people, whose members can follow each other as if they were on one.',
    sharing:
      'When you turn sharing on, people on these servers can find you by your handle, follow you, and see what you post from then on. Their likes, replies and boosts come back to you.',
    publicProfile: 'Your profile must be public: whatever is shared can be read by anyone.',
  },

  /** Shown before anyone turns sharing on, all of them. */
  warnings: {
    resharing: 'People on other servers can share your posts with whomever they like.',
    interactions: 'Some of what people do there is not shown to you yet, such as reactions other than likes.',
    copies:
      'Other servers keep copies of your posts. They are asked to remove what you delete; nobody can make sure that they do.',
    turnOff: 'You can turn sharing off at any time.',
  },
  buttons: { turnOn: 'Turn on sharing', keepOff: 'Keep sharing off' },
  confirmation: {
    done: 'You are now sharing to the fediverse',
    handle: ({ handle }: { handle: string }) =>
      `Your handle is @${handle}. People on other servers type it into their search to find you.`,
  },

  states: {
    off: 'Sharing is off.',
    on: 'Sharing is on.',
    paused: 'Sharing is paused: nothing new is shared, and what was shared stays.',
    removing: 'Sharing is off, and other servers are being asked to remove the posts.',
    gone: 'This account was deleted for ever. Other servers are asked to delete it as well.',
  } satisfies Record<Sharing, string>,
  pausedUntil: ({ date }: { date: string }) => `Sharing is paused until ${date}, and goes on by itself then.`,
  copiesLeft: 'Sharing is off. The posts that were shared are still on other servers.',

  transitions: {
    turnOn: 'turn sharing on',
    pause: 'pause it',
    resume: 'go on sharing',
    stop: 'stop sharing and leave the posts where they are',
    stopAndRemove: 'stop sharing and ask every server to remove the posts',
    removeLater: 'ask every server to remove the posts that were left there',
    finishRemoving: 'wait until every server was asked',
    deleteForEver: 'delete the account from the fediverse for ever',
  } satisfies Record<Transition, string>,

  offSwitch: {
    title: 'Turn off sharing',
    asked:
      'Every server that got your posts will be asked to remove them. The receipt shows how each of them answered.',
    notProven: '“Asked to remove” is all that can be promised: a server may say yes and keep its copy.',
    followers: 'Your followers on other servers are told that they no longer follow you.',
    again: 'You can turn sharing on again later, with the same handle.',
    leave: 'Your posts stay on other servers, and nothing new is shared. You can still have them removed later.',
  },
  removal: {
    sharing: {
      underWay: 'Servers are being asked to remove the posts.',
      asked:
        'Every server was asked to remove the posts. Those that could not be reached are asked again, for 90 days.',
      settled: 'No server is asked to remove the posts any more. The receipt shows how each of them answered.',
    },
    post: {
      underWay: 'Servers are being asked to remove the post.',
      asked: 'Every server was asked to remove the post. Those that could not be reached are asked again, for 90 days.',
      settled: 'No server is asked to remove the post any more. The receipt shows how each of them answered.',
    },
    forEver: {
      underWay: 'Servers are being asked to delete the account.',
      asked:
        'Every server was asked to delete the account. Those that could not be reached are asked again, for 90 days.',
      settled: 'No server is asked to delete the account any more. The receipt shows how each of them answered.',
    },
  } satisfies Record<RemovalKind, Record<RemovalState, string>>,
  /** What became of asking one server; nothing says that a copy is gone but a look that found none. */
  receipt: {
    asking: 'It is still being asked to remove.',
    parked: ({ since }: { since: string }) =>
      `The rest waits since ${since}: it could not be reached, or wants to be left alone. It is asked again, for 90 days.`,
    done: ({ accepted, asked }: { accepted: string; asked: string }) =>
      `Asked to remove: ${accepted} of ${asked} requests were accepted.`,
    givenUp:
      'It is not asked for the rest any more: it could not be reached for too long, is blocked, or is asked to delete the whole account.',
    refused: ({ count }: { count: string }) => `It refused ${count} of them.`,
    noneFound: ({ date }: { date: string }) => `Looked at again on ${date}: no copy was found.`,
    stillThere: ({ date, found }: { date: string; found: string }) =>
      `Looked at again on ${date}: it still showed ${found}.`,
    unreadable: ({ date }: { date: string }) => `Looked at again on ${date}: it shows nobody what it holds.`,
  },

  /** Shown before someone deletes for ever, and with the answer to it. */
  deleteForEver: {
    title: 'Delete for ever',
    irreversible: 'This cannot be taken back by anybody.',
    account: 'Every server that ever got something of this account is asked to delete it.',
    name: ({ handle }: { handle: string }) =>
      `Servers that run GoToSocial or Pleroma, and some that run Misskey, will never accept this account again. @${handle} is not given to anyone else either.`,
    erased: 'What is kept here is erased at once: the profile, the posts, followers, and what people said and liked.',
    kept: 'Kept for some time are the proof of consent, and the receipt of what servers were asked.',
    key: 'The address of the account answers, empty, until every server was asked, for 90 days at most. It ends then.',
    offInstead: 'To take the posts back and keep the account, turn sharing off instead.',
    typeHandle: ({ handle }: { handle: string }) => `Type the whole handle to go on: @${handle}`,
  },

  refusals: {
    possible: ({ list }: { list: string }) => `Possible now: ${list}.`,
    nothingPossible: 'Nothing is possible now.',
    notNow: 'This is not possible now.',
    nothingToPause: 'Sharing is not on for this member: there is nothing to pause.',
    stillRemoving:
      'The removal of the earlier posts is still running. Sharing can be turned on again when every server was asked.',
    cannotLeave: 'The servers are being asked to remove the posts already: they can no longer be left there.',
    raced: 'Sharing was changed at the same time. Look again.',
    gone: 'This account was deleted for ever. Only its removals can still be read.',
    neverShared: 'Nothing of this account was ever shared: there is nothing to delete from the fediverse.',
    neverSharedHold: 'Nothing of this account was ever shared: there is nothing that could be kept.',
    consentNeeded: 'Consent is needed to turn sharing on.',
    consentText: 'Say which text the member agreed to: {"textVersion": "…"}.',
    untilPausedOnly: 'Only a pause has an end.',
    removeOffOnly: 'Only turning off asks servers to remove posts.',
    untilPassed: 'A pause must end in the future.',
    untilTooFar: 'A pause may last a year at most.',
    wrongHandle: 'The handle was not repeated as it must be.',
    sharingPaused: 'Sharing is paused for this member: PUT …/sharing with the state "on" goes on with it.',
    sharingOff: 'Sharing is not on for this member: PUT …/sharing turns it on.',
    usernameTaken: 'Another member has this username.',
    chooseAnother: 'Choose another.',
    profileRaced: 'The profile was changed at the same time. Send it again.',
    introduce: 'Only the platform can introduce a member.',
    postRaced: 'The post was changed at the same time. Look again.',
    postShared: 'This post is shared already. PUT …/posts/{postId} edits it.',
    postWaiting: 'This post waits to be shared. POST …/posts/{postId}/share-now does not wait any longer.',
    postNotEditable: ({ state }: { state: string }) => `The post is ${state}; it cannot be edited.`,
    postNotSendable: ({ state }: { state: string }) => `The post is ${state}; it cannot be shared now.`,
    postLeft: 'Sharing is off: the post can be deleted, but not edited.',
    postErased: 'The text of this post was erased here. POST …/posts with its postId and its text shares it again.',
  },
};
