/** Bytes. */
export interface Memory {
  readonly resident: number;
  readonly heap: number;
}

/** Watches this process; tells the most that it held at any moment. */
export function watchMemory(): () => Memory {
  let peak: Memory = { resident: 0, heap: 0 };
  const look = () => {
    const { rss, heapUsed } = process.memoryUsage();
    peak = { resident: Math.max(peak.resident, rss), heap: Math.max(peak.heap, heapUsed) };
    return peak;
  };
  setInterval(look, 100).unref();
  return look;
}
