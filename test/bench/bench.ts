/** `npm run bench`: what sending costs, in processor time and in dollars. Prints tables and writes docs/benchmarks.md. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { billOf, billSections, billTargets } from './bill.ts';
import { type Cloud, startCloud } from './cloud.ts';
import { measureDeliveries } from './deliveries.ts';
import { fanOutSection, fanOutTargets, measureFanOut } from './fan-out.ts';
import { startGround } from './ground.ts';
import { likeSection, likeTargets, measureLikes } from './likes.ts';
import type { Ground } from './race.ts';
import { measureRemovals } from './removals.ts';
import { asMarkdown, asText, type Section, type Target, targetSection } from './report.ts';
import {
  compareAmongDead,
  compareSending,
  deadHostSection,
  oneByOneAmongDead,
  perCpuSecond,
  ratioTo,
  sendingSections,
  sendingTargets,
} from './sending.ts';
import { readTemplate, settingsOf } from './template.ts';

const usage = `npm run bench [-- OPTIONS]

Compares our sending with others', counts what a post costs, prints tables and writes docs/benchmarks.md.
All traffic stays on loopback. Takes five minutes. Ends with an error if a target is missed.

  --json FILE   write the figures there as well
  --million     only fan-out, with up to a million followers: a quarter of an hour, and no document
  --help        show this`;

const { values } = parseArgs({
  options: { json: { type: 'string' }, million: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help) {
  console.log(usage);
  process.exit();
}

const started = Date.now();
const log = (line: string) =>
  console.error(`${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s  ${line}`);

type Settings = Readonly<Record<'fanOut' | 'deliver' | 'ask' | 'count', ReturnType<typeof settingsOf>>>;

/** What the run has found so far. */
const sections: Section[] = [];
const targets: Target[] = [];
const figures: Record<string, unknown> = {};

async function sending(ground: Ground): Promise<void> {
  const found = await compareSending(ground, log);
  sections.push(...sendingSections(found));
  targets.push(...sendingTargets(found));
  Object.assign(figures, {
    newTls: perCpuSecond(found.newTls),
    keepAlive: perCpuSecond(found.keepAlive),
    oursByFloor: ratioTo(found.newTls, 'floor'),
    oursByFedify: ratioTo(found.newTls, 'fedify'),
    oursByPlainHttpSignature: ratioTo(found.newTls, 'plainHttpSignature'),
    memory: found.memory,
  });
}

async function fanOut(ground: Ground, cloud: Cloud, settings: Settings, followings: readonly number[]) {
  const found = await measureFanOut(ground, cloud, settings.fanOut, followings, log);
  sections.push(fanOutSection(found.runs));
  targets.push(...fanOutTargets(found.runs, found.memory));
  figures.fanOut = found.runs;
  return found.runs.at(-1)!;
}

async function likes(ground: Ground, cloud: Cloud, settings: Settings): Promise<void> {
  log('a burst of likes');
  const found = await measureLikes(ground, cloud, settings.count);
  sections.push(likeSection(found));
  targets.push(...likeTargets(found));
  Object.assign(figures, { writeUnitsPerLike: found.writeUnitsPerLike, likes: found });
}

/** Everything on the emulators; and meanwhile what mostly waits. */
async function engine(ground: Ground): Promise<void> {
  if (!values.million) log('2 % dead hosts');
  const sideBySide = values.million ? {} : await compareAmongDead(ground);
  const assembly = await readTemplate();
  const settings = {
    fanOut: settingsOf(assembly, 'fan-out'),
    deliver: settingsOf(assembly, 'deliver'),
    ask: settingsOf(assembly, 'ask'),
    count: settingsOf(assembly, 'count'),
  };
  const cloud = await startCloud(ground.directory, assembly);
  try {
    const oneByOne = values.million ? undefined : oneByOneAmongDead(ground);
    oneByOne?.catch(() => undefined); // looked at below
    const last = await fanOut(ground, cloud, settings, values.million ? [10_000, 1_000_000] : [10_000, 100_000]);
    if (values.million) return;
    await likes(ground, cloud, settings);
    log('waiting for Fedify to have worked through its queue one by one');
    const deadHosts = { ...sideBySide, fedifyOneByOne: await oneByOne! };
    log('deliveries to servers that take their time');
    const deliveries = await measureDeliveries(ground, cloud, settings.deliver.memoryMb);
    log('a slice of a removal');
    const removals = await measureRemovals(ground, cloud, settings.ask.memoryMb);
    const parts = { fanOut: last, deliveries, removals, settings };
    const bill = billOf(parts);
    sections.push(deadHostSection(deadHosts), ...billSections(bill, parts));
    targets.push(...billTargets(bill, parts));
    Object.assign(figures, { ...bill, deliveries, removals, deadHosts });
  } finally {
    await cloud.stop();
  }
}

const directory = await mkdtemp(join(tmpdir(), 'fediverse-sharing-bench-'));
const ground = await startGround(directory);
try {
  if (!values.million) await sending(ground);
  await engine(ground);
} finally {
  await ground.sinks.stop();
  await rm(directory, { recursive: true, force: true });
}

sections.unshift(targetSection(targets));
const [{ model } = { model: 'unknown' }] = cpus();
const seconds = Math.round((Date.now() - started) / 1000);
const where = `Measured on ${new Date(started).toISOString().slice(0, 10)} in ${seconds} s with Node ${process.versions.node} on ${cpus().length} cores (${model.trim()}), everything on one machine.`;
console.log(`\n${where}\n\n${sections.map(asText).join('\n')}`);
if (values.json) await writeFile(values.json, `${JSON.stringify({ targets, ...figures }, null, 2)}\n`);
if (!values.million) {
  const document = ['# Benchmarks', `Written by \`npm run bench\`. ${where}`, ...sections.map(asMarkdown)];
  await writeFile(new URL('../../docs/benchmarks.md', import.meta.url), `${document.join('\n\n').trimEnd()}\n`);
}
if (targets.some(({ reached }) => !reached)) process.exitCode = 1;
