/** Schedules in which a bug of some kind is likelier to be seen. */
import type { Schedule } from './schedule.ts';

/** Whatever is done to a post is done while it is on its way. */
export const inHaste = (schedule: Schedule): Schedule => ({
  ...schedule,
  steps: schedule.steps.map((step) => {
    if (step.is === 'post') return { ...step, delaySeconds: 0 };
    return ['edit', 'delete', 'turn off'].includes(step.is) ? { ...step, after: step.after % 4000 } : step;
  }),
});

/** Servers are slow, and nothing worse. */
export const amongTheSlow = (schedule: Schedule): Schedule => ({
  ...schedule,
  steps: schedule.steps.map((step) => (step.is === 'mood' ? { ...step, mood: 'slow' } : step)),
});

/** Servers come back within the hour. */
export const inShortOutages = (schedule: Schedule): Schedule => ({
  ...schedule,
  climate: 'rough',
  steps: schedule.steps.map((step) =>
    step.is === 'mood' ? { ...step, mood: 'fails', forMs: step.forMs % 2_400_000 } : step,
  ),
});

/** Short outages, in which more is posted than taken back. */
export const withManyPosts = (schedule: Schedule): Schedule => ({
  ...inShortOutages(schedule),
  steps: inShortOutages(schedule).steps.map((step) =>
    step.is === 'edit' || step.is === 'delete' ? { is: 'post', delaySeconds: 0, after: step.after } : step,
  ),
});

/** Short outages, in which nothing is taken back. */
export const withNothingRemoved = (schedule: Schedule): Schedule => ({
  ...inShortOutages(schedule),
  steps: inShortOutages(schedule).steps.map((step) =>
    ['edit', 'delete', 'turn off', 'stop', 'pause', 'delete for ever'].includes(step.is)
      ? { is: 'post', delaySeconds: 0, after: step.after }
      : step,
  ),
});

/** Something is always on its way when a server comes back. */
export const withPostsAtEveryReturn = (schedule: Schedule): Schedule => ({
  ...schedule,
  climate: 'rough',
  steps: schedule.steps.map((step) => {
    if (['follow', 'turn on', 'expire'].includes(step.is)) return step;
    const after = step.after % 120_000;
    if (step.is !== 'mood') return { is: 'post', delaySeconds: 0, after };
    return { ...step, after, mood: 'fails', forMs: step.forMs % 600_000 };
  }),
});

/** Sharing ends and begins again and again. */
export const withStops = (schedule: Schedule): Schedule => ({
  ...schedule,
  steps: schedule.steps.map((step) => {
    if (step.is === 'delete') return { is: 'stop', after: step.after };
    return step.is === 'edit' ? { is: 'turn on', after: step.after } : step;
  }),
});

/** Everything goes wrong often. */
export const inStorms = (schedule: Schedule): Schedule => ({ ...schedule, climate: 'rough' });
