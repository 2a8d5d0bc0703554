/** http-signature as its manual shows it, with its own signer and the key as PEM, and undici as it comes. */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { request } from 'undici';
import { inLanes, type MakeSender } from './sender.ts';

interface SignableRequest {
  readonly method: string;
  readonly path: string;
  getHeader(name: string): string | undefined;
  setHeader(name: string, value: string): void;
}
const { signRequest } = createRequire(import.meta.url)('http-signature') as {
  signRequest(
    request: SignableRequest,
    options: { keyId: string; key: string; headers: readonly string[]; authorizationHeaderName: string },
  ): void;
};

export const makeSender: MakeSender = async ({ activity, keyId, privateKeyPem }) => {
  const body = JSON.stringify(activity);
  return (inboxes) =>
    inLanes(inboxes, async (inbox) => {
      const { host, pathname } = new URL(inbox);
      const headers: Record<string, string> = {
        host,
        date: new Date().toUTCString(),
        digest: `SHA-256=${createHash('sha256').update(body).digest('base64')}`,
        'content-type': 'application/activity+json',
        'user-agent': 'plain/1.0',
      };
      signRequest(
        {
          method: 'POST',
          path: pathname,
          getHeader: (name) => headers[name.toLowerCase()],
          setHeader: (name, value) => {
            headers[name.toLowerCase()] = value;
          },
        },
        {
          keyId,
          key: privateKeyPem,
          headers: ['(request-target)', 'host', 'date', 'digest'],
          authorizationHeaderName: 'Signature',
        },
      );
      const { body: answer } = await request(inbox, { method: 'POST', headers, body }).catch(() => ({
        body: undefined,
      }));
      await answer?.dump();
    });
};
