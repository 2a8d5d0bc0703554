/** What the gateway sends back. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

// The gateway writes these itself.
const ownFields = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding', 'upgrade']);

/** An answer of the gateway itself. */
export function gatewayAnswer(status: number, message: string, headers: Record<string, string> = {}): Answer {
  const body = Buffer.from(JSON.stringify({ message }));
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

/** Turns what a function returned into an answer; undefined when the gateway could not read it. */
export function toAnswer(result: unknown): Answer | undefined {
  if (!isRecord(result) || result.statusCode === undefined) {
    const body = typeof result === 'string' ? result : JSON.stringify(result);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
  }
  const { statusCode, headers = {}, cookies, body = '', isBase64Encoded } = result;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (!isRecord(headers ?? {}) || (typeof body !== 'string' && body !== null)) return undefined;
  const given = Object.entries(headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), value === null ? null : String(value)] as const,
  );
  return {
    status,
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      ...Object.fromEntries(given.filter(([name, value]) => value !== null && !ownFields.has(name))),
      ...(Array.isArray(cookies) ? { 'set-cookie': cookies.map(String) } : {}),
    },
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
