import type { Sent } from './model.ts';
import { signatureOf } from './received.ts';

const sent: Sent[] = [];
let watching = false;

/** Writes down every POST that leaves this process, with the answer: each knock is one. */
export const watchSending = (): void => {
  if (watching) return;
  watching = true;
  const send = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.method !== 'POST') return send(request);
    const type = typeIn(await request.clone().text());
    const response = await send(request);
    const number = sent.length + 1;
    const signature = signatureOf(request.headers);
    sent.push({ number, inbox: request.url, type, signature, status: response.status });
    return response;
  };
};

/** What was sent after this number. */
export const sentAfter = (number: number): Sent[] => sent.filter((one) => one.number > number);

const typeIn = (body: string): string | undefined => {
  try {
    return (JSON.parse(body) as { type?: string }).type;
  } catch {
    return undefined;
  }
};
