import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import type { Tables } from './table.ts';
import { write } from './transact.ts';

const name = 'instance';

/** The public half of the deployment's own actor. */
export const instance = ({ Instance }: Tables) => ({
  publicKeyPem: async (): Promise<string | undefined> => {
    const { Item } = await Instance.build(GetItemCommand).key({ name }).send();
    return Item?.publicKeyPem;
  },
  publishKey: async (publicKeyPem: string): Promise<void> => {
    await write(Instance.build(PutItemCommand).item({ name, publicKeyPem }));
  },
});

/** The instance as storage offers it. */
export type Instance = ReturnType<typeof instance>;
