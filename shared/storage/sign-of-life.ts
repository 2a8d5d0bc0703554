import { hurried } from '../domain/server.ts';
import type { ServerDirectory, Servers } from './servers.ts';

/** Says that these servers (by host) have just sent something: one that was out is looked at within a minute. */
export type SignOfLife = (hosts: ReadonlySet<string>) => Promise<void>;

/** Costs nothing for servers that are well. */
export const signOfLife =
  ({
    servers,
    directory,
    now,
  }: {
    readonly servers: Pick<Servers, 'change'>;
    readonly directory: ServerDirectory;
    readonly now: () => Date;
  }): SignOfLife =>
  async (hosts) => {
    const known = await directory();
    for (const host of hosts) {
      const server = known.get(host);
      if (server && hurried(server, now()) !== server) await servers.change(host, (present) => hurried(present, now()));
    }
  };
