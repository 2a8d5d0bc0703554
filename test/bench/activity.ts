/** The one activity that every sender sends, and who signs it. */
import { createActivity } from '#shared/protocol/activities';
import { addresses } from '#shared/protocol/site';
import type { Document } from '#shared/protocol/vocabulary';
import { anActor, aSharedPost, site } from '../support/members.ts';

const text = `A morning on the coast: the ferry was late, the light was not. We walked to the old lighthouse, found it
open, and climbed up. Sixty-three steps, a view as far as the islands, and a keeper who told us about the winter of 1978
when the sea froze. If you ever come here, bring warm clothes and time. #coast #lighthouse https://www.example.com/coast`;

export const member = anActor({ actorKey: '01k9bench0000000000000000', displayName: 'Ann' });

export const post = aSharedPost({
  text,
  language: 'en',
  attachments: [
    {
      url: 'https://media.example.com/2026/11/lighthouse.jpg',
      mediaType: 'image/jpeg',
      altText: 'A white lighthouse on a cliff, the sea grey behind it',
      width: 1600,
      height: 1067,
    },
  ],
});

/** A Create of a Note with a picture, as we make it. */
export const activity: Document = createActivity(site, member, post);

/** The address of the key that signs. */
export const keyId = addresses(site).key(member.actorKey);

export { site };
