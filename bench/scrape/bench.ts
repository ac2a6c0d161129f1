import { setTimeout as sleep } from 'node:timers/promises';
import { type Contestant, prepareContestants, type Running } from '../load/contestants.ts';
import { describeMachine } from '../load/machine.ts';
import { median, ratio, rounded, spread } from '../load/numbers.ts';
import { usageOf } from '../load/process-usage.ts';
import { type Packing, type Scrape, scrape } from '../load/scrape.ts';
import { type LeaseServer, startLeaseServer } from '../load/server.ts';
import { untilListed } from '../load/until-listed.ts';
import type { BenchResult } from '../main.ts';

const leases = 100_000;
const rounds = 7;
const goals = { wholeVsKsm: 1, seriesVsKsm: 1 / 8, seriesVsPlain: 1 / 30, plainTextVsKsm: 1 } as const;
const memoryMb = 300;

type Name = Contestant['name'];

/** One who serves, with a server that it alone watches. */
interface Entrant {
  readonly name: Name;
  readonly server: LeaseServer;
  readonly running: Running;
}

interface Measured {
  readonly ms: number;
  readonly cpuMs: number;
  readonly series: number;
  readonly bytes: number;
}

type Found = ReadonlyMap<Name, Readonly<Record<Packing, Measured[]>>>;

/**
 * A scrape of 100,000 leases to its last byte, in turns with kube-state-metrics and a plain exporter. Before each
 * scrape every lease has been renewed, as it has been where Prometheus comes every 15 s.
 */
export async function bench(): Promise<BenchResult> {
  const contestants = await prepareContestants({ ksmPacks: true });
  console.log(describeMachine(contestants.ksm));
  const entrants: Entrant[] = [];
  try {
    for (const contestant of contestants.all) entrants.push(await enter(contestant));
    const found: Found = new Map(entrants.map(({ name }) => [name, { gzip: [], identity: [] }]));
    for (let round = 0; round < rounds; round++)
      for (const entrant of entrants) await takeTurn(entrant, found);
    return report(found, entrants, await pausesOf(entrants));
  } finally {
    for (const { server, running } of entrants) await Promise.all([running.stop(), server.stop()]);
    contestants.close();
  }
}

async function enter(contestant: Contestant): Promise<Entrant> {
  const server = await startLeaseServer({ leases });
  const running = await contestant.start(server.url);
  await untilListed(running, leases);
  return { name: contestant.name, server, running };
}

async function takeTurn(entrant: Entrant, found: Found): Promise<void> {
  const { name, server, running } = entrant;
  for (const packing of ['gzip', 'identity'] as const) {
    // The plain exporter does not pack at all.
    if (name === 'plain' && packing === 'gzip') continue;
    await server.burst(1);
    await untilIdle(running);
    found.get(name)?.[packing].push(await measure(running, packing));
  }
}

/** All that was read has been worked off. */
async function untilIdle({ pid }: Running): Promise<void> {
  for (let before = -1, now = usageOf(pid).cpuMs; now - before > 20; now = usageOf(pid).cpuMs) {
    before = now;
    await sleep(300);
  }
}

async function measure({ pid, metrics }: Running, packing: Packing): Promise<Measured> {
  const before = usageOf(pid).cpuMs;
  const answer = await scrape(metrics, packing);
  const cpuMs = usageOf(pid).cpuMs - before;
  return { ms: answer.ms, cpuMs, bytes: answer.bytes, series: seriesIn(answer) };
}

function seriesIn(answer: Scrape): number {
  return answer.text().match(/^[^#\n]/gm)?.length ?? 0;
}

/** Of leasewatch, in a scrape of its own: to look at the clock a thousand times a second takes time, too. */
async function pausesOf(entrants: readonly Entrant[]) {
  const own = entrants.find(({ name }) => name === 'leasewatch');
  if (own === undefined) throw new Error('bench: leasewatch is not there');
  await own.server.burst(1);
  await untilIdle(own.running);
  own.running.watchPauses();
  await scrape(own.running.metrics);
  return own.running.pauses();
}

function report(
  found: Found,
  entrants: readonly Entrant[],
  pauses: { readonly ownMs: number; readonly p99Ms: number },
): BenchResult {
  print(found);
  const all = (name: Name, packing: Packing) => found.get(name)?.[packing] ?? [];
  const ms = (name: Name, packing: Packing) => middle(all(name, packing), (one) => one.ms);
  const cpu = (name: Name, packing: Packing) => middle(all(name, packing), (one) => one.cpuMs);
  const each = (name: Name, packing: Packing) =>
    middle(all(name, packing), (one) => (one.ms * 1000) / one.series);
  const series = (name: Name) => middle(all(name, 'identity'), (one) => one.series) ?? null;
  const rss = (name: Name) => {
    const entrant = entrants.find((one) => one.name === name);
    return entrant === undefined ? null : Math.round(usageOf(entrant.running.pid).rssMb);
  };
  const numbers = {
    leases,
    ...{ series: series('leasewatch'), ksm_series: series('ksm'), plain_series: series('plain') },
    ...{ gzip_ms: whole(ms('leasewatch', 'gzip')), ksm_gzip_ms: whole(ms('ksm', 'gzip')) },
    ...{ identity_ms: whole(ms('leasewatch', 'identity')), ksm_identity_ms: whole(ms('ksm', 'identity')) },
    plain_ms: whole(ms('plain', 'identity')),
    ...{ gzip_cpu_ms: whole(cpu('leasewatch', 'gzip')), ksm_gzip_cpu_ms: whole(cpu('ksm', 'gzip')) },
    gzip_vs_ksm_whole_ratio: ratio(ms('leasewatch', 'gzip'), ms('ksm', 'gzip')),
    vs_ksm_ratio: fine(each('leasewatch', 'gzip'), each('ksm', 'gzip')),
    vs_plain_ratio: fine(each('leasewatch', 'gzip'), each('plain', 'identity')),
    identity_vs_ksm_ratio: fine(each('leasewatch', 'identity'), each('ksm', 'identity')),
    ...{ p99_pause_ms: rounded(pauses.p99Ms), longest_pause_ms: rounded(pauses.ownMs) },
    ...{ rss_mb: rss('leasewatch'), ksm_rss_mb: rss('ksm'), plain_rss_mb: rss('plain') },
  };
  const over = (name: keyof typeof numbers, goal: number): string[] => {
    const value = numbers[name];
    return value === null || value <= goal
      ? []
      : [`${name} is ${value}, the goal is at most ${rounded(goal, 3)}`];
  };
  const missed = [
    ...over('gzip_vs_ksm_whole_ratio', goals.wholeVsKsm),
    ...over('vs_ksm_ratio', goals.seriesVsKsm),
    ...over('vs_plain_ratio', goals.seriesVsPlain),
    ...over('identity_vs_ksm_ratio', goals.plainTextVsKsm),
    ...over('rss_mb', memoryMb),
  ];
  return { numbers, missed };
}

function print(found: Found): void {
  console.log(
    `\na scrape of ${leases} leases, all renewed since the last one: median of ${rounds} and spread`,
  );
  for (const [name, packings] of found) {
    for (const [packing, all] of Object.entries(packings)) {
      if (all.length === 0) continue;
      const ms = all.map((one) => one.ms);
      const time = `${rounded(median(ms), 0)} ms (${spread(ms)}), CPU ${median(all.map((one) => one.cpuMs))} ms`;
      const size = `${all[0]?.series} series, ${rounded((all[0]?.bytes ?? 0) / 1e6, 1)} MB`;
      console.log(`${name.padEnd(12)} ${packing.padEnd(9)} ${time}, ${size}`);
    }
  }
}

function middle(all: readonly Measured[], of: (one: Measured) => number): number | undefined {
  return all.length === 0 ? undefined : median(all.map(of));
}

function whole(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}

/** As `ratio`, with the digits that a thirtieth needs. */
function fine(a: number | undefined, b: number | undefined): number | null {
  return a === undefined || b === undefined ? null : rounded(a / b, 4);
}
