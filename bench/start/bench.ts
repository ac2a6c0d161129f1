import { setTimeout as sleep } from 'node:timers/promises';
import { type Contestant, prepareContestants } from '../load/contestants.ts';
import { describeMachine } from '../load/machine.ts';
import { median, ratio, rounded, spread } from '../load/numbers.ts';
import { usageOf } from '../load/process-usage.ts';
import { type LeaseServer, startLeaseServer } from '../load/server.ts';
import { untilListed } from '../load/until-listed.ts';
import type { BenchResult } from '../main.ts';

const leases = 100_000;
const turns = 5;
const goals = { ksmShare: 1 / 2, pauseMs: 25, peakMb: 320 } as const;

type Name = Contestant['name'];

interface Turn {
  /** From the start of the process to the last byte of the first scrape that has everything. */
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakRssMb: number;
  readonly longestPauseMs: number | undefined;
}

/** From nothing to the first complete scrape of 100,000 leases, beside others in the same run. */
export async function bench(): Promise<BenchResult> {
  const contestants = await prepareContestants();
  console.log(describeMachine(contestants.ksm));
  const server = await startLeaseServer({ leases });
  const found = new Map<Name, Turn[]>(contestants.all.map(({ name }) => [name, []]));
  try {
    // The pages of each are encoded when they are asked for first: that is no part of anybody's start.
    for (const contestant of contestants.all) await start(contestant, server);
    for (let turn = 0; turn < turns; turn++)
      for (const contestant of contestants.all)
        found.get(contestant.name)?.push(await start(contestant, server));
  } finally {
    await server.stop();
    contestants.close();
  }
  return report(found);
}

async function start(contestant: Contestant, server: LeaseServer): Promise<Turn> {
  const started = performance.now();
  const running = await contestant.start(server.url);
  try {
    const own = contestant.name === 'leasewatch';
    if (own) running.watchPauses();
    const ms = (await untilListed(running, leases)) - started;
    const { cpuMs, peakRssMb } = usageOf(running.pid);
    await sleep(100);
    const longestPauseMs = own ? (await running.pauses()).ownMs : undefined;
    return { ms, cpuMs, peakRssMb, longestPauseMs };
  } finally {
    await running.stop();
  }
}

function report(found: ReadonlyMap<Name, readonly Turn[]>): BenchResult {
  console.log(
    `\nfrom the start to the first complete scrape, ${leases} leases, ${turns} turns: median and spread`,
  );
  for (const [name, all] of found) {
    const [ms, cpu, peak] = [
      all.map((one) => one.ms),
      all.map((one) => one.cpuMs),
      all.map((one) => one.peakRssMb),
    ];
    const told = `${rounded(median(ms), 0)} ms (${spread(ms)}), CPU ${rounded(median(cpu), 0)} ms`;
    console.log(`${name.padEnd(12)} ${told}, peak ${rounded(median(peak), 0)} MB`);
  }
  const of = (name: Name, read: (turn: Turn) => number | undefined): number | undefined => {
    const values = (found.get(name) ?? []).flatMap((turn) => read(turn) ?? []);
    return values.length === 0 ? undefined : median(values);
  };
  const time = (name: Name) => of(name, ({ ms }) => ms);
  const peak = (name: Name) => of(name, ({ peakRssMb }) => peakRssMb);
  const whole = (value: number | undefined) => (value === undefined ? null : Math.round(value));
  const numbers = {
    leases,
    start_ms: whole(time('leasewatch')),
    ksm_start_ms: whole(time('ksm')),
    plain_start_ms: whole(time('plain')),
    start_vs_ksm_ratio: ratio(time('leasewatch'), time('ksm')),
    start_vs_plain_ratio: ratio(time('leasewatch'), time('plain')),
    start_cpu_ms: whole(of('leasewatch', ({ cpuMs }) => cpuMs)),
    ksm_start_cpu_ms: whole(of('ksm', ({ cpuMs }) => cpuMs)),
    longest_pause_ms: whole(of('leasewatch', ({ longestPauseMs }) => longestPauseMs)),
    peak_rss_mb: whole(peak('leasewatch')),
    ksm_peak_rss_mb: whole(peak('ksm')),
    plain_peak_rss_mb: whole(peak('plain')),
  };
  const over = (name: keyof typeof numbers, goal: number): string[] => {
    const value = numbers[name];
    return value === null || value <= goal ? [] : [`${name} is ${value}, the goal is at most ${goal}`];
  };
  const missed = [
    ...over('start_vs_ksm_ratio', goals.ksmShare),
    ...over('longest_pause_ms', goals.pauseMs),
    ...over('peak_rss_mb', goals.peakMb),
  ];
  return { numbers, missed };
}
