/** What became of asking a server, in words. */
import type { ServerReceipt } from '../receipt.ts';
import type { Wording } from './wording.ts';

const dateOf = (time: string) => time.slice(0, 10);

function stateOf({ receipt: texts }: Wording, receipt: ServerReceipt): string {
  const { state, asked, accepted, unreachableSince, answeredAt } = receipt;
  switch (state) {
    case 'asking':
      return texts.asking;
    case 'parked':
      return texts.parked({ since: dateOf(unreachableSince ?? answeredAt ?? '') });
    case 'givenUp':
      return texts.givenUp;
    case 'done':
      return texts.done({ accepted: String(accepted), asked: String(asked) });
  }
}

/** One server of a receipt: asked to remove, and no more than that until a look has found nothing. */
export function sayServer(wording: Wording, receipt: ServerReceipt): string {
  const { receipt: texts } = wording;
  const refused = receipt.refused.reduce((sum, { count }) => sum + count, 0);
  const { look } = receipt;
  return [
    stateOf(wording, receipt),
    ...(refused > 0 ? [texts.refused({ count: String(refused) })] : []),
    ...(look ? [texts[look.outcome]({ date: dateOf(look.at), found: String(look.found) })] : []),
  ].join(' ');
}
