/** Runs that went wrong, in words: what happened, what was sent, and what is wrong with it. */
import type { Outcome } from './run.ts';
import type { Schedule } from './schedule.ts';

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);

/** What was to happen, with the times since the beginning. */
export function tellSchedule({ steps, servers, ...rest }: Schedule): string {
  let at = 60_000;
  const lines = steps.map(({ after, ...what }) => {
    at += after;
    return `${seconds(at)} ${JSON.stringify(what)}`;
  });
  return [JSON.stringify(rest), ...servers.map((plan, index) => `s${index} ${JSON.stringify(plan)}`), ...lines].join(
    '\n',
  );
}

/** What happened, in order. */
export function tellOutcome({ sent, asked, servers, started }: Outcome): string {
  const at = (time: number | undefined) => (time === undefined ? '…' : seconds(time - started));
  const events: readonly (readonly [number, string])[] = [
    ...sent.map(
      ({ begunAt, endedAt, type, object, content, inbox, answer, took }) =>
        [
          begunAt,
          `${at(begunAt)}-${at(endedAt)} ${type} ${object} ${content ?? ''} to ${inbox}: ${JSON.stringify(answer)}${took ? ', taken' : ''}`,
        ] as const,
    ),
    ...asked.map(
      ({ at: from, endedAt, what, postId, body, end }) =>
        [
          from,
          `${at(from)}-${at(endedAt)} the member asks: ${what} ${postId ?? ''} ${JSON.stringify(body)}: ${end}`,
        ] as const,
    ),
    ...servers
      .flatMap(({ people }) => people)
      .flatMap(({ id, deeds }) =>
        deeds.map(({ kind, followId, at: time }) => [time, `${at(time)} ${id}: ${kind} ${followId}`] as const),
      ),
  ];
  return events
    .toSorted(([one], [other]) => one - other)
    .map(([, line]) => line)
    .join('\n');
}
