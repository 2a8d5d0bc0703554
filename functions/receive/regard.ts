/** How the deployment and its members regard those who do something. */
import type { Stranger } from '#shared/domain/policy';
import { facesOf } from '#shared/domain/remote-actor';
import type { Effects, Sender } from './effects.ts';

/** Is the platform told of what someone with these faces does? Of nobody whose server is limited, nor the inbox's. */
export async function isHeard(
  { policies }: Pick<Effects, 'policies'>,
  faces: readonly Pick<Stranger, 'server'>[],
): Promise<boolean> {
  const decided = await policies();
  return faces.every(({ server }) => decided.levelOf(server) === 'open');
}

/** Does this member block the sender, its server, or that of its inbox? */
export async function isBlockedBy(
  { blocks }: Pick<Effects, 'blocks'>,
  memberId: string,
  sender: Pick<Sender, 'id' | 'inbox'>,
): Promise<boolean> {
  for (const face of facesOf(sender)) if (await blocks.blocks(memberId, face)) return true;
  return false;
}
