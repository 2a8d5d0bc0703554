/** Lambda `generate-keys`: makes key pairs, off every request path. The only function that may wrap keys. */
import { readEnv, text } from '#shared/runtime/env';
import { queueHandler } from '#shared/runtime/queue';
import { instance } from '#shared/storage/instance';
import { jobs } from '#shared/storage/jobs';
import { members } from '#shared/storage/members';
import { signingKeys } from '#shared/storage/signing-keys';
import { tables } from '#shared/storage/table';
import { KeysMessage } from '#shared/transport/messages';
import { generateKeys } from './generate-keys.ts';

const env = readEnv({ TABLE_NAME: text, DATA_KEY_ID: text });
const all = tables(env.TABLE_NAME);

export const handler = queueHandler(
  KeysMessage,
  generateKeys({
    instance: instance(all),
    members: members(all),
    jobs: jobs(all),
    signingKeys: signingKeys(all),
    masterKey: env.DATA_KEY_ID,
    now: () => new Date(),
  }),
);
