/** Recorded deliveries as they would have come to a member of ours: the same bodies with other ids, signed afresh by a test key. */
import type { MessageOddities } from './message-signature.ts';
import { type RecordedServer, type Recording, recorded, recordedActor } from './recordings.ts';
import { pemOf, sendSigned, usualKeys } from './remote-person.ts';
import type { Json, RemoteServer } from './remote-server.ts';
import type { StackMember } from './stack-member.ts';

/** By what the receivers of the recordings are known there. */
const receivers: Readonly<Record<string, { readonly actor: string; readonly post: RegExp }>> = {
  'gts.test': { actor: 'https://gts.test/users/gigi', post: /^https:\/\/gts\.test\/users\/gigi\/statuses\/\w+$/ },
  'hollo.test': { actor: 'https://hollo.test/@hana', post: /^https:\/\/hollo\.test\/@hana\/[\w-]+$/ },
  'snac.test': { actor: 'https://snac.test/anna', post: /^https:\/\/snac\.test\/anna\/p\/[\d.]+$/ },
  'wp.test': { actor: 'https://wp.test/?author=1', post: /^https:\/\/wp\.test\/\?p=\d+$/ },
};

/** Replaces every text of a document. */
function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((part) => mapped(part, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, mapped(part, change)]));
}

/** Someone on a loopback server who does what was recorded, as their software does it. */
export function replayed(
  server: RecordedServer,
  name: string,
  home: RemoteServer,
  { member, post }: { readonly member: StackMember; readonly post: { readonly id: string } },
) {
  const recording = recorded(server, name);
  const document = recordedActor(server);
  const senderOrigin = new URL(String(document.id)).origin;
  const receiver = receivers[recording.to]!;
  const translated = (text: string) => {
    if (text === receiver.actor) return member.actorId;
    if (receiver.post.test(text)) return post.id;
    return text.replaceAll(senderOrigin, home.origin);
  };
  const ofSender = (value: unknown) => mapped(value, (text) => text.replaceAll(senderOrigin, home.origin)) as Json;

  const described = ofSender(document);
  const listed = described.publicKey as Json;
  const publicKey = { ...listed, publicKeyPem: pemOf(usualKeys!.publicKey) };
  const id = String(described.id);
  const { pathname, search } = new URL(id);
  home.serve(pathname + search, { body: { ...described, publicKey } });
  const activity = mapped(JSON.parse(recording.body), translated) as Json;
  const to = /^\/(shared-)?inbox$/.test(recording.target) ? '/inbox' : member.inbox;
  return {
    id,
    inboxPath: new URL(String(described.inbox)).pathname,
    /** What is sent. */
    activity,
    /** Sends what was recorded, or another activity, in the same way. */
    send: async (sent: object = activity) =>
      (await sendSigned(to, JSON.stringify(sent), { keyId: String(listed.id), ...schemeOf(recording) })).status,
  };
}

/** Someone who does what was recorded. */
export type Replayed = ReturnType<typeof replayed>;

/** The scheme, the list of what is signed and the media type of the recording. */
function schemeOf({ headers }: Recording): {
  readonly message?: MessageOddities;
  readonly covered?: string;
  readonly headers?: Record<string, string>;
} {
  const of = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  const type = { 'content-type': of('content-type')! };
  const input = of('signature-input');
  if (!input) return { covered: /headers="([^"]*)"/.exec(of('signature')!)![1]!, headers: type };
  const components = [...input.matchAll(/"(@?[a-z-]+)"(?=[ )])/g)].map(([, name]) => name!);
  return { message: { components, headers: { ...type, date: new Date().toUTCString() } } };
}
