/** Asks again and again until there is an answer, and then gives it; says what was awaited when time is up. */
export const eventually = async <T>(
  awaited: string,
  ask: () => Promise<T | undefined | false>,
  milliseconds = 45_000,
): Promise<T> => {
  const giveUpAt = Date.now() + milliseconds;
  while (true) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > giveUpAt) throw new Error(`Not within ${milliseconds / 1000} s: ${awaited}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
