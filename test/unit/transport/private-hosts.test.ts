import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { addressPolicy, mayDeliver } from '#shared/transport/private-hosts';

const nobody = addressPolicy([]);
const target = (url: string) => {
  const { protocol, hostname, port } = new URL(url);
  return { protocol, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) };
};
/** Would a request to this address be made, if its host had this network address? */
const reaches = (policy: typeof nobody, url: string, address: string) =>
  policy.mayAsk(new URL(url)) && policy.mayConnect(target(url), address);

afterEach(() => vi.unstubAllEnvs());

describe('118: an inbox', () => {
  test.each(['https://far.example/inbox', 'https://8.8.8.8/inbox', 'https://[2606:4700::6810:84e5]/inbox'])(
    'at %s may be delivered to',
    (inbox) => expect(mayDeliver(nobody)(inbox)).toBe(true),
  );

  test.each([
    'http://far.example/inbox',
    'https://far.example:8443/inbox',
    'https://ann@far.example/inbox',
    'https://127.0.0.1/inbox',
    'https://10.0.0.1/inbox',
    'https://0x7f000001/inbox',
    'https://①②⑦.0.0.1/inbox',
    'https://[::1]/inbox',
    'https://[::ffff:127.0.0.1]/inbox',
    'https://[64:ff9b::7f00:1]/inbox',
    'ftp://far.example/inbox',
    'inbox',
  ])('at %s may not', (inbox) => expect(mayDeliver(nobody)(inbox)).toBe(false));

  test('on the list may, also at a private address', () => {
    expect(mayDeliver(addressPolicy(['127.0.0.0/8']))('http://127.0.0.2:9999/inbox')).toBe(true);
    expect(mayDeliver(addressPolicy(['127.0.0.0/8']))('http://10.0.0.1/inbox')).toBe(false);
  });
});

describe('which network addresses are public', () => {
  const mayReach = (address: string) =>
    nobody.mayConnect({ protocol: 'https:', host: 'remote.example', port: 443 }, address);

  test.each(['93.184.215.14', '1.1.1.1', '8.8.8.8', '172.15.255.255', '172.32.0.1', '192.167.255.255', '11.0.0.1'])(
    '%s is',
    (address) => expect(mayReach(address)).toBe(true),
  );
  test.each(['2606:4700::6810:84e5', '2a00:1450:4001:81b::200e', '2001:4860:4860::8888', '2620:fe::fe'])(
    '%s is',
    (address) => expect(mayReach(address)).toBe(true),
  );

  test.each([
    ['51: private', '10.0.0.1'],
    ['private', '10.255.255.255'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.0.1'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['this network', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['link-local: where clouds keep credentials', '169.254.169.254'],
    ['link-local', '169.254.0.1'],
    ['carrier', '100.64.0.1'],
    ['carrier', '100.127.255.255'],
    ['protocol assignments', '192.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['6to4 relay', '192.88.99.1'],
    ['benchmarking', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['unique local', 'fc00::1'],
    ['unique local: where clouds keep credentials', 'fd00:ec2::254'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['discard', '100::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['52: IPv4 in IPv6', '::ffff:127.0.0.1'],
    ['52: IPv4 in IPv6, in hex', '::ffff:7f00:1'],
    ['52: a public IPv4 in IPv6', '::ffff:8.8.8.8'],
    ['52: IPv4 in IPv6 of old', '::127.0.0.1'],
    ['52: IPv4 in IPv6 of old, in hex', '::7f00:1'],
    ['52: NAT64', '64:ff9b::7f00:1'],
    ['52: NAT64 with a local prefix', '64:ff9b:1::7f00:1'],
    ['translated', '::ffff:0:127.0.0.1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['ORCHID', '2001:20::1'],
    ['beyond what is handed out', '4000::1'],
    ['beyond what is handed out', 'a000::1'],
    ['a name', 'localhost'],
    ['nothing', ''],
  ])('bad input %s: %s is not', (_, address) => expect(mayReach(address)).toBe(false));

  test('[T2] no IPv4 address of a private block is, in any of its clothes', () => {
    const blocks = [
      [10, 0, 0, 0, 8],
      [127, 0, 0, 0, 8],
      [169, 254, 0, 0, 16],
      [172, 16, 0, 0, 12],
      [192, 168, 0, 0, 16],
      [100, 64, 0, 0, 10],
      [0, 0, 0, 0, 8],
    ] as const;
    const inBlock = fc.tuple(fc.constantFrom(...blocks), fc.nat(0xffffffff)).map(([[a, b, c, d, bits], rest]) => {
      const base = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
      const number = (base | (rest & (0xffffffff >>> bits))) >>> 0;
      return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255);
    });
    const hex = ([a, b, c, d]: readonly number[]) =>
      `${((a! << 8) | b!).toString(16)}:${((c! << 8) | d!).toString(16)}`;
    fc.assert(
      fc.property(inBlock, (bytes) => {
        const dotted = bytes.join('.');
        const clothes = [dotted, `::ffff:${dotted}`, `::${dotted}`, `64:ff9b::${hex(bytes)}`, `2002:${hex(bytes)}::1`];
        for (const address of clothes) expect([address, mayReach(address)]).toEqual([address, false]);
      }),
    );
  });
});

describe('by default', () => {
  test('[T1] only https on port 443 is asked', () => {
    expect(nobody.mayAsk(new URL('https://remote.example/x'))).toBe(true);
    expect(nobody.mayAsk(new URL('https://remote.example:443/x'))).toBe(true);
    for (const url of [
      'http://remote.example/',
      'http://remote.example:443/',
      'https://remote.example:8443/',
      'https://remote.example:80/',
      'ftp://remote.example/',
      'file:///etc/passwd',
      'data:text/plain,x',
      'https://bob@remote.example/',
      'https://bob:secret@remote.example/',
    ])
      expect([url, nobody.mayAsk(new URL(url))]).toEqual([url, false]);
  });

  test('http or another port is not connected to either, whatever the address', () => {
    for (const url of ['http://remote.example/', 'https://remote.example:8443/', 'http://remote.example:443/'])
      expect(nobody.mayConnect(target(url), '8.8.8.8')).toBe(false);
  });

  test.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f000001/', // bad input 52, and its neighbours
    'https://0177.0.0.1/',
    'https://2130706433/',
    'https://①②⑦.0.0.1/',
    'https://127。0。0。1/',
    'https://127.0.0.1./',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[0:0:0:0:0:0:0:1]/',
  ])('%s reaches nothing', (url) => {
    const address = new URL(url).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
    expect(reaches(nobody, url, address)).toBe(false);
  });
});

describe('private hosts', () => {
  const url = 'http://peer.test:8080/x';

  test('a host may be private, http and on any port', () => {
    const policy = addressPolicy(['Peer.Test']);
    expect(reaches(policy, url, '127.0.0.1')).toBe(true);
    expect(reaches(policy, 'https://PEER.test./x', '10.0.0.1')).toBe(true);
    expect(reaches(policy, 'http://other.test:8080/x', '127.0.0.1')).toBe(false);
    expect(reaches(policy, 'http://sub.peer.test/x', '127.0.0.1')).toBe(false);
    expect(reaches(policy, 'http://peer.test.evil.test/x', '127.0.0.1')).toBe(false);
  });

  test('a host with a port, on that port alone', () => {
    const policy = addressPolicy(['peer.test:8080']);
    expect(reaches(policy, url, '127.0.0.1')).toBe(true);
    expect(reaches(policy, 'http://peer.test:8081/x', '127.0.0.1')).toBe(false);
    expect(reaches(policy, 'http://peer.test/x', '127.0.0.1')).toBe(false);
    expect(reaches(policy, 'https://peer.test/x', '127.0.0.1')).toBe(false);
  });

  test('the usual port counts where none is written', () => {
    expect(reaches(addressPolicy(['peer.test:80']), 'http://peer.test/', '127.0.0.1')).toBe(true);
    expect(reaches(addressPolicy(['peer.test:443']), 'https://peer.test/', '127.0.0.1')).toBe(true);
  });

  test('an address of a network, by number or by name', () => {
    const policy = addressPolicy(['127.0.0.0/8', 'fd00::/8']);
    expect(reaches(policy, 'http://127.0.0.1:9000/', '127.0.0.1')).toBe(true);
    expect(reaches(policy, 'http://[fd00::1]:9000/', 'fd00::1')).toBe(true);
    expect(reaches(policy, 'http://any.test:9000/', '127.5.5.5')).toBe(true);
    expect(reaches(policy, 'http://any.test:9000/', '10.0.0.1')).toBe(false);
    expect(reaches(policy, 'http://10.0.0.1:9000/', '10.0.0.1')).toBe(false);
    expect(reaches(policy, 'http://any.test:9000/', '8.8.8.8')).toBe(false); // public, but not by https
    expect(reaches(policy, 'http://any.test:9000/', '::ffff:127.0.0.1')).toBe(false);
  });

  test.each([['[::1]'], ['::1'], ['[::1]:8080'], ['::1/128']])('an IPv6 address as %s', (entry) => {
    expect(reaches(addressPolicy([entry]), 'http://[::1]:8080/', '::1')).toBe(true);
    expect(reaches(addressPolicy([entry]), 'http://[::2]:8080/', '::2')).toBe(false);
  });

  test('names and passwords in an address are refused all the same', () =>
    expect(addressPolicy(['peer.test']).mayAsk(new URL('http://bob@peer.test/'))).toBe(false));

  test('other schemes are refused all the same', () =>
    expect(addressPolicy(['peer.test']).mayAsk(new URL('ftp://peer.test/'))).toBe(false));

  test('everyone else stays as by default', () => {
    const policy = addressPolicy(['peer.test', '10.0.0.0/8']);
    expect(reaches(policy, 'https://remote.example/', '8.8.8.8')).toBe(true);
    expect(reaches(policy, 'https://remote.example/', '127.0.0.1')).toBe(false);
    expect(reaches(policy, 'https://remote.example/', '169.254.169.254')).toBe(false);
  });

  test('a network that is none is an error at the start', () => expect(() => addressPolicy(['10.0.0.0/99'])).toThrow());

  test('[T1] in Lambda the list is not honoured, whatever it says', () => {
    vi.stubEnv('AWS_LAMBDA_RUNTIME_API', '127.0.0.1:9001');
    const policy = addressPolicy(['peer.test', 'peer.test:8080', '0.0.0.0/0', '::/0', '10.0.0.0/99']);
    expect(policy.mayAsk(new URL(url))).toBe(false);
    expect(policy.mayConnect(target(url), '127.0.0.1')).toBe(false);
    expect(reaches(policy, 'https://peer.test/', '127.0.0.1')).toBe(false);
    expect(reaches(policy, 'https://peer.test/', '::1')).toBe(false);
    expect(reaches(policy, 'https://peer.test/', '8.8.8.8')).toBe(true);
  });
});
