import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { activity, keyId } from './activity.ts';
import { bundle } from './bundle.ts';
import { makeCertificate } from './certificate.ts';
import { startChild } from './child.ts';
import type { Ground } from './race.ts';
import type { Sinks } from './sinks.ts';

/** Starts the sinks, and makes what the senders need. Files go to the directory. */
export async function startGround(directory: string): Promise<Ground> {
  const certificate = await makeCertificate();
  const authorityFile = join(directory, 'authority.pem');
  await writeFile(authorityFile, certificate.authority);
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const sinks = startChild<Sinks>(bundle('sinks.ts', directory));
  const port = await sinks.ask('start', { ...certificate, publicKeyPem: publicKey });
  return { sinks, port, order: { activity, keyId, privateKeyPem: privateKey }, authorityFile, directory };
}
