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
      { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
    ],
  });
  return { key, cert };
}

/** A certificate for this host that is trusted while the tests of a file run. */
export function trustedFor(host: string): () => Certificate {
  const usual = getCACertificates('default');
  let certificate: Certificate;
  beforeAll(async () => {
    certificate = await certificateFor(host);
    setDefaultCACertificates([...usual, certificate.cert]);
  });
  afterAll(() => setDefaultCACertificates(usual));
  return () => certificate;
}
