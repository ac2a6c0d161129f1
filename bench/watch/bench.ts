import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Contestant, type Contestants, prepareContestants, type Running } from '../load/contestants.ts';
import { describeMachine } from '../load/machine.ts';
import { median, ratio, rounded, spread } from '../load/numbers.ts';
import { usageOf } from '../load/process-usage.ts';
import { scrape } from '../load/scrape.ts';
import { type LeaseServer, startLeaseServer } from '../load/server.ts';
import { untilListed } from '../load/until-listed.ts';
import type { BenchResult } from '../main.ts';

const leases = 100_000;
/** Each contestant has its turn so many times. */
const turns = 3;
/** So often everybody renews in one turn at full speed. */
const rounds = { leasewatch: 5, ksm: 3, plain: 2 } as const;
const perSecond = 10_000;
const scrapeEveryMs = 15_000;
const steadyMs = 30_000;
const goals = { ksm: 3, plain: 8, steadyKsm: 1 / 3, steadyCore: 15, p99Ms: 10, longestMs: 25 } as const;

type Name = Contestant['name'];

/** A certificate for 127.0.0.1 that signs itself. */
function readIdentity() {
  const read = (name: string) =>
    readFileSync(join(import.meta.dirname, `../../exporter/kube/testdata/server.${name}.pem`), 'utf8');
  return { cert: read('cert'), key: read('key') };
}

/** What one turn showed. */
interface Turn {
  readonly eventsPerSecond: number;
  readonly cpuUs: number;
  readonly format: string;
}

interface Steady {
  readonly corePercent: number;
  readonly scrapeMs: readonly number[];
  readonly rssMb: number;
  readonly peakRssMb: number;
  readonly p99PauseMs: number | undefined;
  readonly longestPauseMs: number | undefined;
}

/**
 * The watch of 100,000 leases: at full speed over HTTP, and at a steady 10,000 events a second over TLS with a
 * scrape now and then, beside kube-state-metrics and a plain exporter in the same run.
 */
export async function bench(): Promise<BenchResult> {
  const contestants = await prepareContestants();
  console.log(describeMachine(contestants.ksm));
  try {
    const fast = await fullSpeed(contestants);
    const steady = await steadily(contestants);
    return report(fast, steady);
  } finally {
    contestants.close();
  }
}

async function fullSpeed({ all }: Contestants): Promise<ReadonlyMap<Name, readonly Turn[]>> {
  const server = await startLeaseServer({ leases });
  const found = new Map<Name, Turn[]>(all.map(({ name }) => [name, []]));
  try {
    for (let turn = 0; turn < turns; turn++)
      for (const contestant of all) found.get(contestant.name)?.push(await burst(contestant, server));
  } finally {
    await server.stop();
  }
  return found;
}

async function burst(contestant: Contestant, server: LeaseServer): Promise<Turn> {
  const running = await contestant.start(server.url);
  try {
    await untilListed(running, leases);
    // What is compiled and grown at first is no part of what an event costs.
    await server.burst(1);
    const before = usageOf(running.pid);
    const { events, ms, format } = await server.burst(rounds[contestant.name]);
    const cpuMs = usageOf(running.pid).cpuMs - before.cpuMs;
    return { eventsPerSecond: (events / ms) * 1000, cpuUs: (cpuMs * 1000) / events, format };
  } finally {
    await running.stop();
  }
}

async function steadily({ all }: Contestants): Promise<ReadonlyMap<Name, Steady>> {
  const identity = readIdentity();
  const server = await startLeaseServer({ leases, identity });
  const found = new Map<Name, Steady>();
  try {
    for (const contestant of all) found.set(contestant.name, await steady(contestant, server, identity.cert));
  } finally {
    await server.stop();
  }
  return found;
}

async function steady(contestant: Contestant, server: LeaseServer, ca: string): Promise<Steady> {
  const running = await contestant.start(server.url, ca);
  try {
    await untilListed(running, leases);
    await server.steady(perSecond, 10_000);
    await scrape(running.metrics);
    const before = usageOf(running.pid);
    const started = performance.now();
    const scrapeMs = await whileSending(server, running);
    const seconds = (performance.now() - started) / 1000;
    const after = usageOf(running.pid);
    const pauses = contestant.name === 'leasewatch' ? await pausesOf(server, running) : undefined;
    return {
      corePercent: (after.cpuMs - before.cpuMs) / seconds / 10,
      ...{ scrapeMs, rssMb: after.rssMb, peakRssMb: after.peakRssMb },
      p99PauseMs: pauses?.p99Ms,
      longestPauseMs: pauses?.ownMs,
    };
  } finally {
    await running.stop();
  }
}

/** Events for a while, and a scrape every 15 s; returns the milliseconds of the scrapes. */
async function whileSending(server: LeaseServer, running: Running): Promise<readonly number[]> {
  const sending = server.steady(perSecond, steadyMs);
  const times: number[] = [];
  for (let at = 0; at < steadyMs; at += scrapeEveryMs) {
    await sleep(scrapeEveryMs / 3);
    const { ms } = await scrape(running.metrics);
    times.push(ms);
    await sleep(Math.max(0, (scrapeEveryMs * 2) / 3 - ms));
  }
  await sending;
  return times;
}

/** In a time of its own: to look at the clock a thousand times a second takes time, too. */
async function pausesOf(server: LeaseServer, running: Running) {
  running.watchPauses();
  await whileSending(server, running);
  return running.pauses();
}

function report(fast: ReadonlyMap<Name, readonly Turn[]>, steady: ReadonlyMap<Name, Steady>): BenchResult {
  const rate = (name: Name) => medianOf(fast.get(name), ({ eventsPerSecond }) => eventsPerSecond);
  const cpu = (name: Name) => medianOf(fast.get(name), ({ cpuUs }) => cpuUs);
  const core = (name: Name) => steady.get(name)?.corePercent;
  const own = steady.get('leasewatch');
  printFast(fast);
  printSteady(steady);
  const numbers = {
    leases,
    events_per_s: whole(rate('leasewatch')),
    ksm_events_per_s: whole(rate('ksm')),
    plain_events_per_s: whole(rate('plain')),
    vs_ksm_ratio: ratio(rate('leasewatch'), rate('ksm')),
    vs_plain_ratio: ratio(rate('leasewatch'), rate('plain')),
    cpu_us_per_event: two(cpu('leasewatch')),
    vs_ksm_cpu_ratio: ratio(cpu('ksm'), cpu('leasewatch')),
    vs_plain_cpu_ratio: ratio(cpu('plain'), cpu('leasewatch')),
    steady_events_per_s: perSecond,
    steady_core_percent: two(core('leasewatch')),
    steady_ksm_core_percent: two(core('ksm')),
    steady_plain_core_percent: two(core('plain')),
    steady_cpu_vs_ksm_ratio: ratio(core('leasewatch'), core('ksm')),
    steady_cpu_vs_plain_ratio: ratio(core('leasewatch'), core('plain')),
    p99_pause_ms: two(own?.p99PauseMs),
    longest_pause_ms: two(own?.longestPauseMs),
    rss_mb: whole(own?.rssMb),
    ksm_rss_mb: whole(steady.get('ksm')?.rssMb),
    plain_rss_mb: whole(steady.get('plain')?.rssMb),
    peak_rss_mb: whole(own?.peakRssMb),
  };
  return { numbers, missed: missedBy(numbers) };
}

type Numbers = Readonly<Record<string, number | null>>;

function missedBy(numbers: Numbers): readonly string[] {
  const checks: readonly (readonly [string, 'at least' | 'at most', number])[] = [
    ['vs_ksm_ratio', 'at least', goals.ksm],
    ['vs_plain_ratio', 'at least', goals.plain],
    ['steady_cpu_vs_ksm_ratio', 'at most', goals.steadyKsm],
    ['steady_core_percent', 'at most', goals.steadyCore],
    ['p99_pause_ms', 'at most', goals.p99Ms],
    ['longest_pause_ms', 'at most', goals.longestMs],
  ];
  return checks.flatMap(([name, how, goal]) => {
    const value = numbers[name] ?? undefined;
    const met = value === undefined || (how === 'at least' ? value >= goal : value <= goal);
    return met ? [] : [`${name} is ${value}, the goal is ${how} ${rounded(goal)}`];
  });
}

function printFast(fast: ReadonlyMap<Name, readonly Turn[]>): void {
  console.log(`\nfull speed, HTTP, ${leases} leases, ${turns} turns: median and spread`);
  for (const [name, found] of fast) {
    const rates = found.map(({ eventsPerSecond }) => eventsPerSecond / 1000);
    const cpus = found.map(({ cpuUs }) => cpuUs);
    const told = `${rounded(median(rates), 1)} k events/s (${spread(rates)}), ${rounded(median(cpus))} µs CPU an event (${spread(cpus)})`;
    console.log(`${name.padEnd(12)} ${found[0]?.format.padEnd(9)} ${told}`);
  }
}

function printSteady(steady: ReadonlyMap<Name, Steady>): void {
  console.log(
    `\n${perSecond} events/s over TLS for ${steadyMs / 1000} s, a gzip scrape every ${scrapeEveryMs / 1000} s`,
  );
  for (const [name, { corePercent, scrapeMs, rssMb, peakRssMb }] of steady) {
    const memory = `${Math.round(rssMb)} MB, peak ${Math.round(peakRssMb)}`;
    console.log(
      `${name.padEnd(12)} ${rounded(corePercent, 1)} % of a core, scrape ${rounded(median(scrapeMs), 0)} ms, ${memory}`,
    );
  }
}

function medianOf<T>(found: readonly T[] | undefined, of: (one: T) => number): number | undefined {
  return found === undefined ? undefined : median(found.map(of));
}

function whole(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}

function two(value: number | undefined): number | null {
  return value === undefined ? null : rounded(value);
}
