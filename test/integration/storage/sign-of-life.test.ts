import { expect, test } from 'vitest';
import { failed, type Server } from '../../../shared/domain/server.ts';
import { serverDirectory, servers } from '../../../shared/storage/servers.ts';
import { signOfLife } from '../../../shared/storage/sign-of-life.ts';
import { countWrites, describeStorage } from '../../support/emulated-tables.ts';
import { noon, unique } from '../../support/storage-samples.ts';

describeStorage('a sign of life', (table) => {
  const aHost = () => `${unique('s')}.example`;
  const hears = (hosts: readonly string[], at = noon(60)) => {
    const all = servers(table().tables);
    const now = () => at;
    return signOfLife({ servers: all, directory: serverDirectory(all, now), now })(new Set(hosts));
  };
  const found = (host: string) => servers(table().reliable).find(host);
  /** A server that failed so often. */
  const failing = async (host: string, times: number) => {
    const fails = (server: Server) => failed(server, noon(), [3600]);
    for (let count = 0; count < times; count++) await servers(table().reliable).change(host, fails);
    return host;
  };

  test('of a server that is out has it looked at now, once in five minutes', async () => {
    const host = await failing(aHost(), 5);
    expect((await found(host)).breaker?.probeAt).toBe(noon(3600).toISOString());
    await hears([host, aHost()]);
    const hurried = await found(host);
    expect(hurried.breaker).toMatchObject({ state: 'open', probeAt: noon(60).toISOString() });
    await hears([host], noon(90));
    expect(await found(host)).toEqual(hurried);
  });

  test('of servers that are well, or only stumble, costs nothing', async () => {
    const stumbling = await failing(aHost(), 2);
    const before = await found(stumbling);
    const writes = await countWrites(table().client, () => hears([aHost(), stumbling]));
    expect(writes).toBe(0);
    expect(await found(stumbling)).toEqual(before);
  });
});
