import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { type GenerateResult, generate } from 'selfsigned';
import { keep, recall, remember } from '../data/remember.ts';

/** What the gateway shows to those who come by https. */
export interface Certificate {
  key: string;
  cert: string;
  /** The authority that signed it. */
  authority: string;
  /** A file with that authority, and with what NODE_EXTRA_CA_CERTS names: for the same variable of child processes. */
  caFile: string;
}

interface Pair {
  key: string;
  cert: string;
}

const decade = 10 * 365 * 24 * 60 * 60 * 1000;

/** A certificate for these hosts and for localhost, by an authority that stays the same on this data directory. */
export async function certificateFor(dataDir: string, hosts: string[]): Promise<Certificate> {
  const authority = await remember(join(dataDir, 'authority.json'), createAuthority);
  const bare = hosts.map((host) => host.replace(/^\[|\]$/g, ''));
  const names = [...new Set(['localhost', '127.0.0.1', '::1', ...bare])];
  const file = join(dataDir, 'certificate.json');
  const kept = await recall<Pair & { names: string[]; signedBy: string }>(file);
  const fits = kept?.signedBy === authority.cert && kept.names.join() === names.join();
  const pair = fits ? kept : await createCertificate(names, authority);
  await keep(file, { ...pair, names, signedBy: authority.cert });

  const caFile = join(dataDir, 'ca.pem');
  const extra = process.env.NODE_EXTRA_CA_CERTS;
  const others = extra && extra !== caFile ? await readFile(extra, 'utf8').catch(() => '') : '';
  await writeFile(caFile, `${authority.cert.trim()}\n${others}`);
  return { key: pair.key, cert: pair.cert, authority: authority.cert, caFile };
}

async function createAuthority(): Promise<Pair> {
  // Two authorities of one name in one bundle would be taken for each other.
  const name = `fediverse-sharing on this machine ${randomBytes(4).toString('hex')}`;
  return toPair(
    await generate([{ name: 'commonName', value: name }], {
      keyType: 'ec',
      algorithm: 'sha256',
      notAfterDate: new Date(Date.now() + decade),
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ],
    }),
  );
}

async function createCertificate(names: string[], ca: Pair): Promise<Pair> {
  const altNames = names.map((name) =>
    isIP(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
  );
  return toPair(
    await generate([{ name: 'commonName', value: names[0]! }], {
      keyType: 'ec',
      algorithm: 'sha256',
      notAfterDate: new Date(Date.now() + decade),
      ca,
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'keyUsage', digitalSignature: true },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames },
      ],
    }),
  );
}

const toPair = ({ private: key, cert }: GenerateResult): Pair => ({ key, cert });
