/** How long servers take to answer: half of them 150 ms at most, one in ten over 400 ms, one in a hundred over a second. */
const median = 150; // milliseconds
const sigma = 0.85; // of the logarithm

/** The n-th host's time to answer in milliseconds; the same for the same n, spread as above over any run of hosts. */
export const latencyOf = (n: number): number => latencyAt((((n * 0.618033988749895) % 1) + 1 / 2048) / (1 + 1 / 1024));

/** The time that a share of the hosts, between 0 and 1, stays under: a log-normal spread. */
export const latencyAt = (share: number): number => median * Math.exp(sigma * normalAt(share));

/** The quantile of the normal distribution (Abramowitz and Stegun 26.2.23, good to three digits). */
function normalAt(share: number): number {
  const tail = Math.min(share, 1 - share);
  const t = Math.sqrt(-2 * Math.log(tail));
  const above =
    t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
  return share < 0.5 ? -above : above;
}
