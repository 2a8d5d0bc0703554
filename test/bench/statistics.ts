/** A middle value and how far the runs lie apart. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The middle of some numbers: the mean of the two middle ones when their count is even. */
export function medianOf(values: readonly number[]): number {
  if (values.length === 0) throw new Error('there is no median of nothing');
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value that a share of the numbers, between 0 and 1, does not exceed. */
export const quantileOf = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)]!;

/** Median, least and most. */
export const spreadOf = (values: readonly number[]): Spread => ({
  median: medianOf(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

/** Ratios taken pair by pair: what disturbs the machine for a while disturbs both of a pair. */
export const ratiosOf = (ones: readonly number[], others: readonly number[]): Spread =>
  spreadOf(ones.map((one, index) => one / others[index]!));
