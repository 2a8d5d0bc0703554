import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { activityJson, type Document } from '#shared/protocol/vocabulary';
import { json } from '#shared/runtime/http';

/** Does this reader want a page for people? Only who names HTML and no kind of JSON does: servers always get the document. */
export function wantsHtml(event: APIGatewayProxyEventV2): boolean {
  const accept = (event.headers.accept ?? '').toLowerCase();
  return /text\/html|application\/xhtml\+xml/.test(accept) && !/json/.test(accept);
}

/** Sends a person on to a page. Caches must keep it apart from the document. */
export const seePage = (location: string): APIGatewayProxyStructuredResultV2 => ({
  statusCode: 303,
  headers: { location, vary: 'Accept', 'cache-control': 'no-store' },
  body: '',
});

/** An ActivityPub document. */
export const document = (body: Document, { maxAge = 60, status = 200 } = {}): APIGatewayProxyStructuredResultV2 =>
  json(body, { contentType: activityJson, maxAge, status, headers: { vary: 'Accept' } });
