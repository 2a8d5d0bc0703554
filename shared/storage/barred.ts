import { isRemoval, type Pointer } from '../domain/pointer.ts';
import type { Blocks } from './blocks.ts';
import type { PolicyDirectory } from './policies.ts';

/** Tells which hosts an activity must not go to: servers that are blocked, by the deployment or by its member. */
export type BarredFrom = (pointer: Pointer) => Promise<(host: string) => boolean>;

const nowhere = () => false;

/** What takes something back goes everywhere. */
export const barredFrom =
  ({
    policies,
    blocks,
  }: {
    readonly policies: PolicyDirectory;
    readonly blocks: Pick<Blocks, 'servers'>;
  }): BarredFrom =>
  async (pointer) => {
    if (isRemoval(pointer)) return nowhere;
    const [decided, own] = await Promise.all([policies(), blocks.servers(pointer.memberId)]);
    return (host) => decided.levelOf(host) === 'blocked' || own.blocksServer(host);
  };
