import { createHash } from 'node:crypto';

/** A short, even, lasting hash of an address, as part of a key. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

/** Over how many partitions the followers of one member are spread. */
export const followerShards = 16;

/** Over how many partitions the servers are spread that workers must know of. */
export const serverShards = 4;

/** Over how many partitions the decisions about servers and accounts are spread. */
export const policyShards = 4;

/** Over how many partitions the parked activities of one server are spread. */
export const parkedShards = 8;

/** Which of `shards` partitions a text belongs to, for ever. */
export const shardOf = (text: string, shards: number): number =>
  createHash('sha256').update(text).digest().readUInt32BE(0) % shards;

/** Epoch seconds, as DynamoDB's time to live wants them. */
export const epochSeconds = (now: Date, plusSeconds = 0): number => Math.floor(now.getTime() / 1000) + plusSeconds;

/** DynamoDB deletes expired rows up to days late: until then they count as absent. */
export const isLive = (row: { readonly expiresAt?: number | undefined }, now: Date): boolean =>
  row.expiresAt === undefined || row.expiresAt > now.getTime() / 1000;

/** A handle is the same in any case of its letters. */
export const handleKey = (username: string): string => username.toLowerCase();
