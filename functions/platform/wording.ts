/** GET /wording: the message catalogue, for the pages that the platform makes. */
import * as z from 'zod/mini';
import { languageFor, languages, templatesOf, textVersion, wordingFor } from '#shared/domain/wording/wording';
import { operation } from './operation.ts';
import { text } from './schemas/common.ts';

const wordingQuery = z.strictObject({
  language: z.optional(text(200).check(z.describe('A BCP 47 tag, instead of the header Accept-Language'))),
});

const wordingAnswer = z.object({
  language: z.string().check(z.describe('Of these texts: English where there are none in the language asked for')),
  languages: z.array(z.string()).check(z.describe('All that there are')),
  textVersion: z.string().check(z.describe('Of the texts that a member consents to: for consent.textVersion')),
  texts: z.record(z.string(), z.unknown()).check(z.describe('By topic; {names in braces} stand for what is filled in')),
});

export const getWording = () =>
  operation({
    method: 'GET',
    path: '/api/v1/wording',
    id: 'getWording',
    summary: 'All that members are told: explanations, the warnings before turning on, states, refusals',
    for: 'anyone',
    query: wordingQuery,
    answer: { status: 200, schema: wordingAnswer },
    run: async ({ query, language }) => {
      const wanted = query.language ?? language;
      return {
        body: {
          language: languageFor(wanted),
          languages: [...languages],
          textVersion,
          texts: templatesOf(wordingFor(wanted)),
        },
      };
    },
  });
