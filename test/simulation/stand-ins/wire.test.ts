import { expect, test } from 'vitest';
import { chanceOf } from './chance.ts';
import { virtualClock } from './clock.ts';
import { calm, newLife, type Weather, wire } from './wire.ts';

const throttled = () => Object.assign(new Error('too many'), { name: 'ThrottlingException' });

/** A wire in some weather, what is done at its far end, and how a request ends for its caller. */
function aWire(seed: number, weather: Partial<Weather>) {
  const clock = virtualClock(chanceOf(seed), { start: 0 });
  const line = wire({
    clock,
    chance: chanceOf(seed),
    weather: () => ({ ...calm, ...weather }),
    throttled,
    attempts: 3,
  });
  const done: number[] = [];
  const life = newLife();
  const ask = async (): Promise<string> => {
    let end = 'never';
    line
      .request(() => done.push(clock.now()), life)
      .then(
        (answer) => {
          end = `answer ${answer}`;
        },
        ({ name }: Error) => {
          end = name;
        },
      );
    await clock.run();
    return end;
  };
  return { clock, line, done, life, ask };
}
const seeds = [...Array(40).keys()];

test('on a calm day a request is done once, and answered after both ways', async () => {
  const { ask, done, clock } = aWire(1, { way: [10, 10] });
  expect(await ask()).toBe('answer 1');
  expect(done).toEqual([10]);
  expect(clock.now()).toBe(20);
});

test('a lost request is never done, a lost answer is done at every try, and both end with a timeout', async () => {
  const request = aWire(1, { requestLost: 1 });
  expect(await request.ask()).toBe('TimeoutError');
  expect(request.done).toEqual([]);
  const answer = aWire(1, { answerLost: 1 });
  expect(await answer.ask()).toBe('TimeoutError');
  expect(answer.done).toHaveLength(3);
});

test('what is done late is done after its caller has given it up', async () => {
  const { line, clock } = aWire(1, { doneLate: 1 });
  const story: string[] = [];
  const caught = line.request(() => story.push('done')).catch(() => story.push('given up'));
  await clock.run();
  await caught;
  expect(story.filter((what) => what === 'done')).toHaveLength(3);
  expect(story.at(-1)).toBe('done');
});

test('throttling is never done, and ends with an error when patience does', async () => {
  const { ask, done } = aWire(1, { throttled: 1 });
  expect(await ask()).toBe('ThrottlingException');
  expect(done).toEqual([]);
  const ends = await Promise.all(seeds.map((seed) => aWire(seed, { throttled: 0.3 }).ask()));
  expect(ends.filter((end) => end === 'answer 1').length).toBeGreaterThan(30);
});

test('what the service refuses is not tried again', async () => {
  const { line, clock } = aWire(1, {});
  let tries = 0;
  const refused = line.request(() => {
    tries++;
    throw new RangeError('no');
  });
  const checked = expect(refused).rejects.toThrow('no');
  await clock.run();
  await checked;
  expect(tries).toBe(1);
});

test('a process that is killed never hears again, whether its request was done or not', async () => {
  const ends = new Map<number, number>();
  for (const seed of seeds) {
    const { ask, done, life } = aWire(seed, { killed: 1 });
    expect(await ask()).toBe('never');
    expect(life.ended).toBe(true);
    ends.set(done.length, (ends.get(done.length) ?? 0) + 1);
    expect(await ask()).toBe('never');
    expect(done.length).toBeLessThanOrEqual(1);
  }
  expect([...ends.keys()].sort()).toEqual([0, 1]);
});

test('when a process ends, what it has under way may still be done, but nobody hears of it', async () => {
  const counts = new Set<number>();
  for (const seed of seeds) {
    const { line, clock, life, done } = aWire(seed, { way: [10, 100] });
    for (let index = 0; index < 4; index++)
      void line.request(() => done.push(index), life).then(() => expect.unreachable());
    clock.after(5, life.end);
    await clock.run();
    counts.add(done.length);
  }
  expect(counts.size).toBeGreaterThan(2);
});

test('an answer that is on its way when its process ends never arrives', async () => {
  const { line, clock, life, done } = aWire(1, { way: [10, 10] });
  void line.request(() => done.push(clock.now()), life).then(() => expect.unreachable());
  clock.after(15, life.end);
  await clock.run();
  expect(done).toEqual([10]);
});

test('a process that asks while it should be frozen is noticed', async () => {
  const { ask, life } = aWire(1, {});
  let ends = 0;
  life.onEnd(() => ends++);
  await ask();
  expect(life.strays).toBe(0);
  life.works(false);
  await ask();
  expect(life.strays).toBe(1);
  life.end();
  life.end();
  expect(ends).toBe(1);
});
