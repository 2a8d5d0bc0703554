/**
 * The least that can be done with Node: one cached key, a string put together by hand, undici with as many connections
 * for each host as ours, one shared TLS context
 * that offers no key exchange beside X25519 (by default Node adds ML-KEM: a third more work, and 1.2 KB more to send).
 */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { Agent, request } from 'undici';
import { inLanes, type MakeSender } from './sender.ts';

export const makeSender: MakeSender = async ({ activity, keyId, privateKeyPem }) => {
  const key = createPrivateKey(privateKeyPem);
  const dispatcher = new Agent({
    connections: 4,
    connect: { secureContext: createSecureContext({ ecdhCurve: 'X25519' }) } as object,
  });
  const body = Buffer.from(JSON.stringify(activity));
  const digest = `SHA-256=${createHash('sha256').update(body).digest('base64')}`;
  const headers = { digest, 'content-type': 'application/activity+json', 'user-agent': 'floor/1.0' };
  return (inboxes) =>
    inLanes(inboxes, async (inbox) => {
      const { host, pathname } = new URL(inbox);
      const date = new Date().toUTCString();
      const toSign = `(request-target): post ${pathname}\nhost: ${host}\ndate: ${date}\ndigest: ${digest}`;
      const signature = sign('sha256', Buffer.from(toSign), key).toString('base64');
      const { body: answer } = await request(inbox, {
        method: 'POST',
        dispatcher,
        headers: {
          ...headers,
          host,
          date,
          signature: `keyId="${keyId}",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="${signature}"`,
        },
        body,
      }).catch(() => ({ body: undefined }));
      await answer?.dump();
    });
};
