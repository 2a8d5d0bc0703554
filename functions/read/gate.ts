/** Who may read: everyone but those who are blocked; with authorised fetch, posts and lists only for who signs. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Policies, type Stranger, strangerOf } from '#shared/domain/policy';
import { webAddress } from '#shared/protocol/json';
import { readSignature } from '#shared/protocol/signatures/verify';
import type { Site } from '#shared/protocol/site';
import { forbidden, HttpProblem, unauthorized, unavailable } from '#shared/runtime/errors';
import { type HttpFunction, methodOf } from '#shared/runtime/http';
import type { Blocks } from '#shared/storage/blocks';
import type { KeyFinder } from '#shared/transport/key-finder';
import { wantsHtml } from './negotiation.ts';

interface Deps {
  readonly site: Pick<Site, 'origin'>;
  readonly policies: () => Promise<Policies>;
  readonly blocks: Pick<Blocks, 'of'>;
  /** With authorised fetch: who judges signatures. */
  readonly keys?: Pick<KeyFinder, 'judgeReader'> | undefined;
  readonly now: () => Date;
}

/** Refuses who is blocked by this member. */
export type AdmitTo = (event: APIGatewayProxyEventV2, memberId: string) => Promise<void>;

/** What stands before the documents. */
export interface Gate {
  /** For what everyone must be able to read: actors, their keys and their handles. */
  readonly open: (run: HttpFunction) => HttpFunction;
  /** For what members say, and to how many. `people`: who wants a page for people is sent there unsigned. */
  readonly guarded: (run: HttpFunction, options?: { readonly people?: boolean }) => HttpFunction;
  readonly admitTo: AdmitTo;
}

const refused = () => forbidden('Nothing is given to you: your server or account is blocked.');

export function gate({ site, policies, blocks, keys, now }: Deps): Gate {
  const verified = new WeakMap<APIGatewayProxyEventV2, Stranger>();

  /** A signature that names who is blocked is enough: nobody gains by naming them. */
  const refuseBlocked = async (strangers: readonly Stranger[]) => {
    if (strangers.length === 0) return;
    const decided = await policies();
    if (strangers.some(decided.blocks)) throw refused();
  };

  const open =
    (run: HttpFunction): HttpFunction =>
    async (event) => {
      await refuseBlocked(claimedIn(event));
      return keptApart(await run(event));
    };

  const authorised =
    (run: HttpFunction, judge: Pick<KeyFinder, 'judgeReader'>, people: boolean): HttpFunction =>
    async (event) => {
      if (people && wantsHtml(event)) return keptApart(await run(event));
      const id = await signerOf(judge, event);
      const reader = strangerOf(id);
      await refuseBlocked([reader]);
      verified.set(event, reader);
      const answer = await run(event);
      return { ...answer, headers: { ...answer.headers, 'cache-control': 'private, no-store' } };
    };

  const signerOf = async (judge: Pick<KeyFinder, 'judgeReader'>, event: APIGatewayProxyEventV2): Promise<string> => {
    const query = event.rawQueryString ? `?${event.rawQueryString}` : '';
    const signature = await readSignature(
      {
        method: methodOf(event),
        scheme: site.origin.protocol === 'http:' ? 'http' : 'https',
        target: event.rawPath + query,
        headers: { ...event.headers, host: site.origin.host },
        body: new Uint8Array(),
      },
      now(),
    );
    if ('reason' in signature) throw unauthorized(`This is only for requests that are signed. ${signature.reason}`);
    if (signature.keyId.host === site.origin.host) throw unauthorized('This key is ours, not yours.');
    const verdict = await judge.judgeReader(signature, event.requestContext.http.sourceIp);
    switch (verdict.kind) {
      case 'verified':
        return verdict.actor;
      case 'unverified':
        throw unauthorized(verdict.reason);
      case 'unreachable':
        throw unavailable(`The key could not be fetched: ${verdict.reason}.`, 600);
      case 'limited':
        throw new HttpProblem(429, 'Too many keys are asked for. Try again later.', {
          headers: { 'retry-after': String(verdict.afterSeconds) },
        });
    }
  };

  return {
    open,
    guarded: (run, { people = false } = {}) => {
      const guarded = keys ? authorised(run, keys, people) : run;
      return open(guarded);
    },
    admitTo: async (event, memberId) => {
      const reader = verified.get(event);
      const readers = reader ? [reader] : claimedIn(event);
      if (readers.length > 0 && readers.some((await blocks.of(memberId)).blocks)) throw refused();
    },
  };
}

const longestHeader = 4096;
const mostClaims = 3; // a request has one signature, or one of each scheme

/** Whose keys a request says that it is signed with. A key lies in its owner's document, or right below it. */
function claimedIn({ headers }: APIGatewayProxyEventV2): readonly Stranger[] {
  const text = [headers.signature, headers['signature-input'], headers.authorization]
    .map((header = '') => header.slice(0, longestHeader))
    .join('\n');
  const keyIds = [...new Set([...text.matchAll(/\bkeyid="([^"]+)"/gi)].map(([, keyId]) => keyId))].slice(0, mostClaims);
  return keyIds.flatMap((keyId) => {
    const url = webAddress(keyId);
    if (!url) return [];
    url.hash = '';
    return [...new Set([url.href, url.href.replace(/\/[^/]*$/, '')])].map((id) => ({ id, server: url.host }));
  });
}

/** Caches must never give to one who signs what they kept for another. */
const keptApart = (answer: APIGatewayProxyStructuredResultV2): APIGatewayProxyStructuredResultV2 => {
  const { vary } = answer.headers ?? {};
  return { ...answer, headers: { ...answer.headers, vary: vary ? `${vary}, Signature` : 'Signature' } };
};
