import { isIP } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, beforeAll } from 'vitest';

/** A certificate that vouches for itself, and its key. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Makes one for a host. */
export async function certificateFor(host: string): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [isIP(host) ? { type: 7, ip: host } : { type: 2, value: host }] },
    ],
  });
  return { key, cert };
}

/** Certificates for these hosts that are trusted while the tests of a file run. */
export function trustedFor(...hosts: readonly string[]): (host: string) => Certificate {
  const usual = getCACertificates('default');
  const certificates = new Map<string, Certificate>();
  beforeAll(async () => {
    for (const host of hosts) certificates.set(host, await certificateFor(host));
    setDefaultCACertificates([...usual, ...[...certificates.values()].map(({ cert }) => cert)]);
  });
  afterAll(() => setDefaultCACertificates(usual));
  return (host) => certificates.get(host)!;
}
