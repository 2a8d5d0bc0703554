import { generate } from 'selfsigned';
import { domain } from './names.ts';

/** PEM of an authority, and of a certificate by it for every host of the bench. */
export interface Certificate {
  readonly authority: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes both, with elliptic keys as most servers have them. */
export async function makeCertificate(): Promise<Certificate> {
  const common = { keyType: 'ec', algorithm: 'sha256' } as const;
  const authority = await generate([{ name: 'commonName', value: 'Authority of the bench' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: domain }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: `*.${domain}` }] },
    ],
  });
  return { authority: authority.cert, cert: server.cert, key: server.private };
}
