import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import { NoAnswer } from './exchange.ts';
import type { AddressPolicy } from './private-hosts.ts';

/** The addresses of a host name, best first. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** An open connection. `wire` is what lies under the socket; the same without TLS. */
export interface OpenSocket {
  readonly socket: Socket;
  readonly wire: Socket;
}

/** Opens a connection for this address. The signal cuts it whenever it comes, also long after it was opened. */
export type OpenChecked = (url: URL, signal: AbortSignal) => Promise<OpenSocket>;

/** The names of this machine. */
export const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true, order: 'ipv4first' })).map(({ address }) => address);

/** Opens connections to addresses that the policy allows, and to no others, whatever a name resolves to. */
export function checkedSockets(policy: AddressPolicy, resolve: Resolve, keptSessions: number): OpenChecked {
  let context: SecureContext | undefined;
  const sessions = new Map<string, Buffer>(); // the one that was used last comes last

  const keep = (name: string, session: Buffer) => {
    sessions.delete(name);
    sessions.set(name, session);
    if (sessions.size > keptSessions) sessions.delete(sessions.keys().next().value!);
  };

  /** Nothing else looks names up: a second answer could be another. */
  const checkedAddress = async (protocol: string, host: string, port: number) => {
    const addresses = isIP(host) ? [host] : await resolve(host);
    const allowed = addresses.find((address) => policy.mayConnect({ protocol, host, port }, address));
    if (!allowed) throw new NoAnswer(`${host} has no address that may be reached`, { refused: true });
    return allowed;
  };

  const secured = (wire: Socket, host: string, port: number, protocol: string) => {
    // One for all: it holds every authority, also those of NODE_EXTRA_CA_CERTS. What is sent here is public, so it goes
    // without the post-quantum key share, whose 1.2 KB would be a quarter of all that leaves with a post.
    context ??= createSecureContext({ ecdhCurve: 'X25519:prime256v1:secp384r1' });
    const name = `${host}:${port}`;
    const session = sessions.get(name);
    if (session) keep(name, session);
    const socket = connectTls({
      socket: wire,
      host,
      secureContext: context,
      ALPNProtocols: [protocol],
      ...(isIP(host) ? {} : { servername: host }),
      ...(session && { session }),
    });
    return socket.on('session', (latest) => keep(name, latest)); // comes only after its name was checked
  };

  return async (url, signal) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const secure = url.protocol === 'https:';
    const port = Number(url.port) || (secure ? 443 : 80);
    const address = await unlessAborted(signal, checkedAddress(url.protocol, host, port));
    const open = (protocol: string) =>
      new Promise<OpenSocket>((settle, fail) => {
        signal.throwIfAborted();
        const wire = connectTcp({ host: address, port, noDelay: true });
        cutAt(signal, wire);
        const socket = secure ? secured(wire, host, port, protocol) : wire;
        wire.on('error', fail);
        if (secure) socket.on('error', fail);
        socket.once('close', () => fail(new Error('the connection was closed')));
        socket.once(secure ? 'secureConnect' : 'connect', () => settle({ socket, wire }));
      });
    try {
      return await open('http/1.1');
    } catch (error) {
      // HTTP/2 costs a quarter more for a single request: only where there is nothing else.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') throw error;
      return open('h2');
    }
  };
}

/** Cuts a connection when the signal comes: what waits in the buffers of this machine is not sent after all. */
export const cutAt = (signal: AbortSignal, wire: Socket): void =>
  signal.addEventListener('abort', () => (wire.connecting ? wire.destroy() : wire.resetAndDestroy()), { once: true });

const unlessAborted = <T>(signal: AbortSignal, promise: Promise<T>) =>
  new Promise<T>((settle, fail) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });
    promise.then(settle, fail);
  });
