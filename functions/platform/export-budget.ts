/** What one archive may cost: it is put together while the caller waits, and must pass the gateway in one piece. */
import { HttpProblem } from '#shared/runtime/errors';

/** What an archive consists of, and where each part can be read page by page. */
const lists: Readonly<Record<string, readonly string[]>> = {
  followers: ['/followers'],
  posts: ['/posts'],
  interactions: ['/posts/{postId}/likes', '/posts/{postId}/boosts'],
  replies: ['/posts/{postId}/replies', '/posts/{postId}/quotes', '/mentions'],
  blocks: ['/blocks'],
  removals: ['/removals', '/removals/{removalId}'],
};

const mostRead = 24 * 1024 * 1024; // characters: they are all in memory, and zipped in about a second
const longest = 7000; // milliseconds of reading: the caller waits for fifteen seconds at most
/** Bytes of an archive: a function may answer six megabytes, and bytes travel as base64. */
export const largestArchive = 4_400_000;

/** A member has too much for one archive: says which lists to page through instead. */
export function tooLarge(memberId: string): HttpProblem {
  const errors = Object.entries(lists).map(([field, paths]) => ({
    field,
    message: `GET ${paths.map((path) => `/api/v1/members/${memberId}${path}`).join(', GET ')}`,
  }));
  return new HttpProblem(413, 'This member has too much for one archive.', {
    detail: 'Read these lists page by page instead.',
    errors,
  });
}

/** Notes what is read for an archive, and ends it with a 413 when it becomes too much. */
export function exportBudget(memberId: string, now: () => Date, most = { read: mostRead, milliseconds: longest }) {
  const until = now().getTime() + most.milliseconds;
  let read = 0;
  return {
    /** So much more was read. */
    spend: (characters: number): void => {
      read += characters;
      if (read > most.read || now().getTime() > until) throw tooLarge(memberId);
    },
  };
}

/** A budget as those who read spend it. */
export type ExportBudget = ReturnType<typeof exportBudget>;
