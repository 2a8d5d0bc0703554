/** A member of the test stack who shares, and what the table and the public pages say of them. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { inject } from 'vitest';
import { type Tables, tables } from '../../shared/storage/table.ts';
import { platform, someone } from './api.ts';
import { databaseClient } from './emulated-tables.ts';
import { eventually } from './peer/eventually.ts';
import { aProfile } from './platform-client.ts';
import type { Json } from './remote-server.ts';
import { unique } from './storage-samples.ts';

let client: DynamoDBClient | undefined;

/** The stack's own table. */
export function stackTables(): Tables {
  client ??= databaseClient();
  return tables(inject('stack').tableName, client);
}

/** What is public at an address. */
export async function look(address: string): Promise<{ readonly status: number; readonly body: Json }> {
  const response = await fetch(address, { headers: { accept: 'application/activity+json' } });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : {} };
}

/** Stores a profile and turns sharing on. */
export async function aStackMember() {
  const { memberId, username } = someone();
  const api = platform();
  await api.putMember(memberId, aProfile(username));
  await api.turnOn(memberId);
  const sharing = await eventually('the keys are made', async () => {
    const now = await api.sharing(memberId);
    return now.ready && now;
  });
  const actorId = sharing.actorId!;
  const shown = (postId: string) => api.post(memberId, postId);
  return {
    memberId,
    username,
    actorId,
    actorKey: actorId.split('/').at(-1)!,
    inbox: `${new URL(actorId).pathname}/inbox`,
    publicKeyPem: async () => ((await look(actorId)).body.publicKey as Json).publicKeyPem as string,
    followers: async () => (await api.sharing(memberId)).followers,
    shown,
    /** Shares a post, and tells its public address once it has left. */
    share: async (more: object = {}) => {
      const postId = unique('post-');
      await api.share(memberId, { postId, text: 'Hello, world', delaySeconds: 0, ...more });
      const { url } = await eventually('the post is shared', async () => {
        const post = await shown(postId);
        return post.state === 'shared' && post;
      });
      return { postId, id: url! };
    },
  };
}

/** A member as tests use one. */
export type StackMember = Awaited<ReturnType<typeof aStackMember>>;
