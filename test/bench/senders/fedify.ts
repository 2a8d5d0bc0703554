/** Fedify as its manual advises for one process: everything as it comes, a queue in memory worked off a hundred at once. */
import { createPrivateKey } from 'node:crypto';
import { createFederation, InProcessMessageQueue, MemoryKvStore, ParallelMessageQueue } from '@fedify/fedify';
import { Create } from '@fedify/vocab';
import { atOnce, type MakeSender } from './sender.ts';

const sender =
  (queue: () => InProcessMessageQueue | ParallelMessageQueue): MakeSender =>
  async ({ activity, keyId, privateKeyPem }) => {
    const federation = createFederation<void>({
      kv: new MemoryKvStore(),
      queue: queue(),
      allowPrivateAddress: true, // the sinks are on loopback
      firstKnock: 'draft-cavage-http-signatures-12', // as all senders here sign
    });
    const context = federation.createContext(new URL(keyId), undefined);
    const pkcs8 = createPrivateKey(privateKeyPem).export({ type: 'pkcs8', format: 'der' });
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const privateKey = await crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), algorithm, true, ['sign']);
    const create = await Create.fromJsonLd(JSON.parse(JSON.stringify(activity)));
    return async (inboxes) => {
      const recipients = inboxes.map((inbox) => ({
        id: new URL('/users/someone', inbox),
        inboxId: new URL(inbox),
        endpoints: null,
      }));
      await context.sendActivity([{ keyId: new URL(keyId), privateKey }], recipients, create);
    };
  };

export const makeSender = sender(() => new ParallelMessageQueue(new InProcessMessageQueue(), atOnce));

/** The queue in memory alone: one message after the other. */
export const makeOneByOneSender = sender(() => new InProcessMessageQueue());
