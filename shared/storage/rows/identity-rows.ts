import { Entity } from 'dynamodb-toolbox/entity';
import { item } from 'dynamodb-toolbox/schema/item';
import { number } from 'dynamodb-toolbox/schema/number';
import { set } from 'dynamodb-toolbox/schema/set';
import { string } from 'dynamodb-toolbox/schema/string';
import { expiresAt, type SharingTable } from './table.ts';

/** Rows about people on other servers, and about keys: theirs and ours. */
export const identityRows = (table: SharingTable) => {
  /** REMOTE#actor / ACTOR — name, pages and inboxes of someone elsewhere; refreshed, or gone after 30 days. */
  const RemoteActor = new Entity({
    name: 'RemoteActor',
    table,
    timestamps: false,
    schema: item({
      id: string().key(),
      handle: string(),
      name: string(),
      url: string(),
      server: string(),
      inbox: string(),
      sharedInbox: string().optional(),
      fetchedAt: string(),
      expiresAt,
    }),
    computeKey: ({ id }) => ({ pk: `REMOTE#${id}`, sk: 'ACTOR' }),
  });

  /** REMOTE#host / actor — that someone of this server was met, and by which keys: a server's people are found by it. */
  const Person = new Entity({
    name: 'Person',
    table,
    timestamps: false,
    schema: item({ host: string().key(), actor: string().key(), keys: set(string()).optional(), expiresAt }),
    computeKey: ({ host, actor }) => ({ pk: `REMOTE#${host}`, sk: actor }),
  });

  /** ERASURE#id / ERASURE — that people of a server were forgotten; it names none of them. */
  const Erasure = new Entity({
    name: 'Erasure',
    table,
    timestamps: false,
    schema: item({
      id: string().key(),
      kind: string().enum('actor', 'server'),
      server: string(),
      state: string().enum('underWay', 'done'),
      people: number(),
      at: string(),
      doneAt: string().optional(),
      expiresAt,
    }),
    computeKey: ({ id }) => ({ pk: `ERASURE#${id}`, sk: 'ERASURE' }),
  });

  /** KEY#keyId / KEY — a remote actor's public key. */
  const RemoteKey = new Entity({
    name: 'RemoteKey',
    table,
    timestamps: false,
    schema: item({
      keyId: string().key(),
      actor: string(),
      pem: string(),
      fetchedAt: string(),
      expiresAt,
    }),
    computeKey: ({ keyId }) => ({ pk: `KEY#${keyId}`, sk: 'KEY' }),
  });

  /** PRIVATEKEY#owner / KEY — a private key under its data key; the owner is the additional authenticated data. */
  const PrivateKey = new Entity({
    name: 'PrivateKey',
    table,
    timestamps: false,
    schema: item({ owner: string().key(), dataKey: string(), sealed: string() }),
    computeKey: ({ owner }) => ({ pk: `PRIVATEKEY#${owner}`, sk: 'KEY' }),
  });

  /** DATAKEY#name / KEY — a data key as KMS wrapped it. */
  const DataKey = new Entity({
    name: 'DataKey',
    table,
    timestamps: false,
    schema: item({ name: string().key(), wrapped: string() }),
    computeKey: ({ name }) => ({ pk: `DATAKEY#${name}`, sk: 'KEY' }),
  });

  /** INSTANCE / ACTOR — the public key of the deployment's own actor. */
  const Instance = new Entity({
    name: 'Instance',
    table,
    timestamps: false,
    schema: item({ name: string().key(), publicKeyPem: string() }),
    computeKey: () => ({ pk: 'INSTANCE', sk: 'ACTOR' }),
  });

  return { RemoteActor, Person, Erasure, RemoteKey, PrivateKey, DataKey, Instance };
};
