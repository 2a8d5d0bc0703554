/** Operations that forget people elsewhere: one of them, or all who were met on a server. */
import { type Erased, type Erasure, serverOf } from '#shared/domain/erasure';
import { canonicalHost } from '#shared/protocol/hosts';
import { webAddress } from '#shared/protocol/json';
import { badRequest, notFound } from '#shared/runtime/errors';
import type { Erasures } from '#shared/storage/erasures';
import { jobKey } from '#shared/storage/jobs';
import { erasureJob, type JobStarter } from '#shared/transport/jobs';
import { operation } from './operation.ts';
import { erasureAnswer, erasureWish } from './schemas/moderation.ts';

interface Deps {
  readonly erasures: Pick<Erasures, 'open' | 'find'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly newKey: () => string;
  readonly now: () => Date;
}

const shown = (erasure: Erasure) => ({ ...erasure, doneAt: erasure.doneAt ?? null });

function erasedIn(wish: { readonly actor: string } | { readonly server: string }): Erased {
  const wrong = (field: string, message: string) =>
    badRequest('The request is not as it must be.', { errors: [{ field, message }] });
  if ('server' in wish) {
    const server = canonicalHost(wish.server);
    if (server) return { kind: 'server', server };
    throw wrong('/server', 'This is not the name of a server.');
  }
  const actor = webAddress(wish.actor)?.href;
  if (actor) return { kind: 'actor', actor };
  throw wrong('/actor', 'Must be the id of an actor, a web address.');
}

export const startErasure = (deps: Deps) =>
  operation({
    method: 'POST',
    path: '/api/v1/erasures',
    id: 'startErasure',
    summary:
      'Forget someone elsewhere, or everyone who was met on a server: follows, likes, boosts, answers, names and keys go. Nobody is kept from coming back: block them first',
    for: 'platform',
    body: erasureWish,
    answer: { status: 202, schema: erasureAnswer },
    run: async ({ body }) => {
      const { erasures, starter, newKey, now } = deps;
      const erased = erasedIn(body);
      const at = now().toISOString();
      const erasure: Erasure = {
        id: newKey(),
        kind: erased.kind,
        server: serverOf(erased),
        state: 'underWay',
        people: 0,
        at,
      };
      const job = erasureJob(erasure.id, erased, at);
      await erasures.open(erasure, job, now());
      await starter.start(job, jobKey(job), now());
      return { body: shown(erasure) };
    },
  });

export const getErasure = (deps: Deps) =>
  operation({
    method: 'GET',
    path: '/api/v1/erasures/{erasureId}',
    id: 'getErasure',
    summary: 'How far an erasure came; known for 90 days',
    for: 'platform',
    answer: { status: 200, schema: erasureAnswer },
    run: async ({ erasureId }) => {
      const erasure = await deps.erasures.find(erasureId, deps.now());
      if (!erasure) throw notFound('There is no such erasure.');
      return { body: shown(erasure) };
    },
  });
