/** Servers that note what comes to their inboxes: which posts they are asked to delete, and when anything else came. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How one of them behaves. */
export type Behaviour = 'takes' | 'refuses' | 'dead';

/** One server and what came. */
export interface AskedServer {
  readonly behaviour: Behaviour;
  readonly host: string;
  readonly inbox: string;
  /** How often it was asked to delete each object. */
  readonly deletes: Map<string, number>;
  /** How often anything of each type came. */
  readonly types: Map<string, number>;
  /** When the object of a Create first came, in milliseconds. */
  readonly created: Map<string, number>;
  /** The order in which it was first asked to delete objects. */
  readonly order: string[];
}

type Activity = { readonly type: string; readonly object: string | { readonly id: string } };

const idOf = ({ object }: Activity) => (typeof object === 'string' ? object : object.id);

/** Starts one of them on each address from 127.0.2.1 on; those that are dead have nobody who listens. */
export async function askedServers(behaviours: readonly Behaviour[]) {
  const listening: Server[] = [];
  const servers = await Promise.all(
    behaviours.map(async (behaviour, index): Promise<AskedServer> => {
      const noted = {
        behaviour,
        deletes: new Map<string, number>(),
        types: new Map<string, number>(),
        created: new Map<string, number>(),
        order: [] as string[],
      };
      const server = createServer(async (request, response) => {
        let text = '';
        for await (const chunk of request) text += chunk;
        if (request.method !== 'POST') return void response.writeHead(404).end();
        const activity = JSON.parse(text) as Activity;
        note(noted, activity);
        const refuses = behaviour === 'refuses' && activity.type === 'Delete';
        response.writeHead(refuses ? 403 : 202).end();
      });
      server.listen(0, `127.0.2.${index + 1}`);
      await once(server, 'listening');
      const { address, port } = server.address() as AddressInfo;
      if (behaviour === 'dead') server.close();
      else listening.push(server);
      const host = `${address}:${port}`;
      return { ...noted, host, inbox: `http://${host}/inbox` };
    }),
  );
  const alive = servers.filter(({ behaviour }) => behaviour !== 'dead');
  return {
    servers,
    alive,
    /** How many of them have seen an activity of this type. */
    haveSeen: (type: string) => alive.filter(({ types }) => types.has(type)).length,
    /** How many Deletes have come to all of them. */
    deletes: () => alive.reduce((sum, { types }) => sum + (types.get('Delete') ?? 0), 0),
    stop: () => {
      for (const server of listening) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

function note(
  { deletes, types, created, order }: Omit<AskedServer, 'host' | 'inbox' | 'behaviour'>,
  activity: Activity,
) {
  types.set(activity.type, (types.get(activity.type) ?? 0) + 1);
  const id = idOf(activity);
  if (activity.type === 'Create' && !created.has(id)) created.set(id, Date.now());
  if (activity.type !== 'Delete') return;
  if (!deletes.has(id)) order.push(id);
  deletes.set(id, (deletes.get(id) ?? 0) + 1);
}
