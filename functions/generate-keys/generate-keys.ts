/** One message -> the instance's key pair, and a member's where one is named. Done before: nothing changes. */
import type { Instance } from '#shared/storage/instance';
import type { Jobs } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import { instanceOwner, type SigningKeys } from '#shared/storage/signing-keys';
import type { KeysMessage } from '#shared/transport/messages';

interface Deps {
  readonly instance: Instance;
  readonly members: Pick<Members, 'publishKey'>;
  readonly jobs: Pick<Jobs, 'close'>;
  readonly signingKeys: Pick<SigningKeys, 'ensure'>;
  readonly masterKey: string;
  readonly now: () => Date;
}

export const generateKeys =
  ({ instance, members, jobs, signingKeys, masterKey, now }: Deps) =>
  async ({ job, memberId }: KeysMessage): Promise<void> => {
    // First of all: a member who can be found is soon followed, and then actors are fetched with this key.
    if (!(await instance.publicKeyPem()))
      await instance.publishKey(await signingKeys.ensure(instanceOwner, masterKey, now()));
    if (memberId) await members.publishKey(memberId, await signingKeys.ensure(memberId, masterKey, now()));
    if (job) await jobs.close(job);
  };
