/** Milliseconds on a clock that all processes of the machine share and that never jumps. */
export const sharedNow = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;
