import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { remember } from '../data/remember.ts';
import type { Emulator } from './emulators.ts';

interface KmsRequest {
  KeyId?: string;
  KeySpec?: 'AES_256' | 'AES_128';
  NumberOfBytes?: number;
  EncryptionContext?: Record<string, string>;
  CiphertextBlob?: string;
}

/** Refused as KMS refuses: the SDK throws an error of this name. */
class KmsError extends Error {}

const ivLength = 12;
const tagLength = 16;
const keyHashLength = 32;

/** KMS on this machine: GenerateDataKey and Decrypt, bound to their encryption context, for the given keys. */
export async function startKms(dataDir: string, keyArns: () => readonly string[]): Promise<Emulator> {
  const file = join(dataDir, 'kms.json');
  const { secret } = await remember(file, async () => ({ secret: randomBytes(32).toString('base64') }));
  const keyFor = (arn: string) => Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64'), '', arn, 32));
  const find = (id: string) => {
    const arn = keyArns().find((known) => known === id || known.endsWith(`/${id}`));
    if (!arn) throw new KmsError('NotFoundException', { cause: `Key '${id}' does not exist` });
    return arn;
  };

  const encrypt = (arn: string, plaintext: Buffer, context: KmsRequest['EncryptionContext']): Buffer => {
    const iv = randomBytes(ivLength);
    const cipher = createCipheriv('aes-256-gcm', keyFor(arn), iv).setAAD(canonical(context));
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([hashOf(arn), iv, cipher.getAuthTag(), sealed]);
  };
  const decrypt = (blob: Buffer, context: KmsRequest['EncryptionContext'], expected?: string) => {
    const [hash, iv, tag, sealed] = split(blob, keyHashLength, ivLength, tagLength);
    const arn = keyArns().find((known) => hashOf(known).equals(hash));
    if (!arn || tag.length < tagLength) throw new KmsError('InvalidCiphertextException');
    if (expected && find(expected) !== arn) throw new KmsError('IncorrectKeyException');
    const decipher = createDecipheriv('aes-256-gcm', keyFor(arn), iv).setAAD(canonical(context)).setAuthTag(tag);
    try {
      return { arn, plaintext: Buffer.concat([decipher.update(sealed), decipher.final()]) };
    } catch {
      throw new KmsError('InvalidCiphertextException');
    }
  };
  const operations: Record<string, (request: KmsRequest) => object> = {
    'TrentService.GenerateDataKey': ({ KeyId = '', KeySpec, NumberOfBytes, EncryptionContext }) => {
      const arn = find(KeyId);
      const plaintext = randomBytes(NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32));
      const sealed = encrypt(arn, plaintext, EncryptionContext);
      return { KeyId: arn, Plaintext: plaintext.toString('base64'), CiphertextBlob: sealed.toString('base64') };
    },
    'TrentService.Decrypt': ({ KeyId, CiphertextBlob = '', EncryptionContext }) => {
      const { arn, plaintext } = decrypt(Buffer.from(CiphertextBlob, 'base64'), EncryptionContext, KeyId);
      return { KeyId: arn, Plaintext: plaintext.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },
  };

  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    try {
      const operation = operations[String(request.headers['x-amz-target'])];
      if (!operation) throw new KmsError('UnknownOperationException');
      response.end(JSON.stringify(operation(JSON.parse((await buffer(request)).toString()))));
    } catch (error) {
      const known = error instanceof KmsError;
      response.statusCode = known ? 400 : 500;
      const type = known ? error.message : 'KMSInternalException';
      response.end(JSON.stringify({ __type: type, message: known ? error.cause : String(error) }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Three parts of these lengths, and the rest. */
function split(blob: Buffer, first: number, second: number, third: number): [Buffer, Buffer, Buffer, Buffer] {
  const [a, b, c] = [first, first + second, first + second + third];
  return [blob.subarray(0, a), blob.subarray(a, b), blob.subarray(b, c), blob.subarray(c)];
}

const hashOf = (arn: string) => createHash('sha256').update(arn).digest();

function canonical(context: Record<string, string> = {}): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
}
