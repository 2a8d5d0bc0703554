/** GET /actors/{actor} and /actor: readable unsigned, always 200 for an actor that ever was, until it is gone for ever: then 410. */
import { isBuried } from '#shared/domain/member';
import { isShown } from '#shared/domain/sharing';
import { actorDocument, actorTombstone, instanceDocument } from '#shared/protocol/actor';
import { memberPageOf, type Site } from '#shared/protocol/site';
import { unavailable } from '#shared/runtime/errors';
import { type HttpFunction, pathVariable } from '#shared/runtime/http';
import type { Instance } from '#shared/storage/instance';
import { type FindActor, memberInPath, presentActor } from './found.ts';
import { document, seePage, wantsHtml } from './negotiation.ts';

export const actor =
  (deps: FindActor & { readonly site: Site }): HttpFunction =>
  async (event) => {
    const found = await memberInPath(deps, event);
    if (isBuried(found)) return document(actorTombstone(deps.site, pathVariable(event, 'actor')), { status: 410 });
    const member = presentActor(found);
    if (isShown(member) && wantsHtml(event)) return seePage(memberPageOf(deps.site, member.username));
    return document(actorDocument(deps.site, member));
  };

export const instanceActor =
  ({ site, instance }: { readonly site: Site; readonly instance: Pick<Instance, 'publicKeyPem'> }): HttpFunction =>
  async () => {
    const publicKeyPem = await instance.publicKeyPem();
    if (!publicKeyPem) throw unavailable('This server is being set up. Try again in a minute.', 30);
    return document(instanceDocument(site, publicKeyPem));
  };
