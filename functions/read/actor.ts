/** GET /actors/{actor} and /actor: readable unsigned, always 200 for an actor that ever was. */
import { isSharing } from '#shared/domain/member';
import { actorDocument, instanceDocument } from '#shared/protocol/actor';
import { memberPageOf, type Site } from '#shared/protocol/site';
import { unavailable } from '#shared/runtime/errors';
import type { HttpFunction } from '#shared/runtime/http';
import type { Instance } from '#shared/storage/instance';
import { actorInPath, type FindActor } from './found.ts';
import { document, seePage, wantsHtml } from './negotiation.ts';

export const actor =
  (deps: FindActor & { readonly site: Site }): HttpFunction =>
  async (event) => {
    const member = await actorInPath(deps, event);
    if (isSharing(member) && wantsHtml(event)) return seePage(memberPageOf(deps.site, member.username));
    return document(actorDocument(deps.site, member));
  };

export const instanceActor =
  ({ site, instance }: { readonly site: Site; readonly instance: Pick<Instance, 'publicKeyPem'> }): HttpFunction =>
  async () => {
    const publicKeyPem = await instance.publicKeyPem();
    if (!publicKeyPem) throw unavailable('This server is being set up. Try again in a minute.', 30);
    return document(instanceDocument(site, publicKeyPem));
  };
