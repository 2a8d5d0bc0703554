import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { $add, $get, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { epochSeconds, isLive } from './keys.ts';
import type { Tables } from './table.ts';
import { unlessRefused, write } from './transact.ts';

const keptSeconds = 30 * 24 * 3600;

/** A server that was met: how many of its people have shown us a key, and marks of the networks from which they did, newest first. */
interface Peer {
  readonly host: string;
  readonly actors: number;
  readonly firstSeenAt: string;
  readonly networks: readonly string[];
}

/** Servers that were met in the last 30 days. */
export const peers = ({ Peer }: Tables) => ({
  find: async (host: string, now: Date): Promise<Peer | undefined> => {
    const { Item } = await Peer.build(GetItemCommand).key({ host }).send();
    if (!Item || !isLive(Item, now)) return undefined;
    const { actors, firstSeenAt, networks = '' } = Item;
    return { host, actors, firstSeenAt, networks: networks.split(' ').filter(Boolean) };
  },

  /** This server was met; nothing changes if it was before. */
  meet: async (host: string, now: Date): Promise<void> => {
    await unlessRefused(
      Peer.build(PutItemCommand)
        .item({ host, actors: 0, firstSeenAt: now.toISOString(), expiresAt: epochSeconds(now, keptSeconds) })
        .options({
          condition: {
            or: [
              { attr: 'actors', exists: false },
              { attr: 'expiresAt', lte: epochSeconds(now) },
            ],
          },
        }),
    );
  },

  /**
   * One more of its people has shown a key; these are the networks that it is known by from now on. After an answer that
   * was lost one may be counted twice, and of two at once one may be forgotten.
   */
  welcome: (host: string, networks: readonly string[], now: Date): Promise<void> =>
    write(
      Peer.build(UpdateItemCommand).item({
        host,
        actors: $add(1),
        firstSeenAt: $get('firstSeenAt', now.toISOString()),
        ...(networks.length > 0 ? { networks: networks.join(' ') } : {}),
        expiresAt: epochSeconds(now, keptSeconds),
      }),
    ),

  /** As if this server had never been met. */
  forget: (host: string): Promise<void> => write(Peer.build(DeleteItemCommand).key({ host })),
});

/** Servers that were met as storage offers them. */
export type Peers = ReturnType<typeof peers>;
