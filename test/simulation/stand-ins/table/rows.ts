import { compareText, type Item, sizeOf } from './values.ts';

/** Partition key and sort key. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** What a row was from a moment on; without an item it was not there. */
interface Version {
  readonly item: Item | undefined;
  readonly size: number;
  readonly since: number;
}

/** A row that a read has found, as one of its versions. */
export interface Found {
  readonly sk: string;
  readonly item: Item;
  readonly size: number;
}

/** Which version a reader sees, of those that were the newest at or after some moment; the newest is the last. */
export type Choose = (versions: number) => number;
export const newest: Choose = (versions) => versions - 1;

/** Which sort keys, and after which one. */
export interface Range {
  readonly includes: (sk: string) => boolean;
  readonly forward: boolean;
  readonly after?: string | undefined;
}

/** Rows by partition and sort key, with what they were until lately. */
export function rows({ now, keptMs }: { readonly now: () => number; readonly keptMs: () => number }) {
  const partitions = new Map<string, { sorted: string[]; readonly versions: Map<string, Version[]> }>();

  const seen = (versions: readonly Version[] | undefined, from: number, choose: Choose): Version | undefined => {
    if (!versions) return undefined;
    let oldest = versions.length - 1;
    while (oldest > 0 && versions[oldest]!.since > from) oldest--;
    const count = versions.length - oldest;
    const absentBefore = oldest === 0 && versions[0]!.since > from ? 1 : 0; // before its first version there was no row
    const chosen = choose(count + absentBefore) - absentBefore;
    return chosen < 0 ? undefined : versions[oldest + chosen];
  };

  return {
    /** The row as it is, or as one of the versions that were the newest after `from`. */
    get: ({ pk, sk }: Key, from = Number.POSITIVE_INFINITY, choose = newest): Item | undefined =>
      seen(partitions.get(pk)?.versions.get(sk), from, choose)?.item,

    /** Puts an item in its place; undefined takes the row away. */
    set: ({ pk, sk }: Key, item: Item | undefined): void => {
      const partition = partitions.get(pk) ?? { sorted: [], versions: new Map<string, Version[]>() };
      partitions.set(pk, partition);
      const before = partition.versions.get(sk);
      const since = now();
      const version = { item, size: item ? sizeOf(item) : 0, since };
      if (!before) {
        if (!item) return;
        partition.sorted.splice(position(partition.sorted, sk), 0, sk);
        partition.versions.set(sk, [version]);
        return;
      }
      const oldest = since - keptMs();
      let gone = 0;
      while (gone < before.length - 1 && before[gone + 1]!.since <= oldest) gone++;
      before.splice(0, gone);
      before.push(version);
      if (keptMs() === 0) before.splice(0, before.length - 1);
    },

    /** Rows of a partition, in order. */
    scan: function* (
      pk: string,
      { includes, forward, after }: Range,
      from = Number.POSITIVE_INFINITY,
      choose = newest,
    ): Generator<Found> {
      const partition = partitions.get(pk);
      if (!partition) return;
      const { sorted, versions } = partition;
      let index = forward ? 0 : sorted.length - 1;
      if (after !== undefined) {
        const place = position(sorted, after);
        index = forward ? (sorted[place] === after ? place + 1 : place) : place - 1;
      }
      for (; index >= 0 && index < sorted.length; index += forward ? 1 : -1) {
        const sk = sorted[index]!;
        if (!includes(sk)) continue;
        const version = seen(versions.get(sk), from, choose);
        if (version?.item) yield { sk, item: version.item, size: version.size };
      }
    },

    /** Every row that is there now. */
    all: function* (): Generator<Key & { readonly item: Item }> {
      for (const [pk, { sorted, versions }] of partitions) {
        for (const sk of sorted) {
          const item = versions.get(sk)!.at(-1)!.item;
          if (item) yield { pk, sk, item };
        }
      }
    },
  };
}

/** Rows as they are kept. */
export type Rows = ReturnType<typeof rows>;

/** Where a sort key is or would be. */
function position(sorted: readonly string[], sk: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareText(sorted[middle]!, sk) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
