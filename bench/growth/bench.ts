import { setTimeout as sleep } from 'node:timers/promises';
import { type Contestant, prepareContestants, type Running } from '../load/contestants.ts';
import { describeMachine } from '../load/machine.ts';
import { median, ratio, rounded, spread } from '../load/numbers.ts';
import { usageOf } from '../load/process-usage.ts';
import { scrape } from '../load/scrape.ts';
import { startLeaseServer } from '../load/server.ts';
import type { BenchResult } from '../main.ts';

const sizes = [1000, 10_000, 100_000] as const;
const [smallest, middle, largest] = sizes;
/** Of each size, at full speed; the sizes take turns. */
const [events, turns] = [400_000, 3];
const goals = { growth: 1.5, stateBytes: 600 } as const;

interface Turn {
  readonly leases: number;
  readonly cpuUs: number;
  /** Bytes in use when everything was listed, and when it was scraped as well. */
  readonly listed: number;
  readonly scraped: number;
}

/** What an event and a lease cost as the cluster grows: neither should know how many others there are. */
export async function bench(): Promise<BenchResult> {
  const contestants = await prepareContestants();
  const [leasewatch] = contestants.all;
  console.log(describeMachine(contestants.ksm));
  const found: Turn[] = [];
  try {
    if (leasewatch === undefined) throw new Error('bench: leasewatch is not there');
    for (let turn = 0; turn < turns; turn++)
      for (const leases of sizes) found.push(await measure(leasewatch, leases));
  } finally {
    contestants.close();
  }
  return report(found);
}

async function measure(leasewatch: Contestant, leases: number): Promise<Turn> {
  const server = await startLeaseServer({ leases });
  const running = await leasewatch.start(server.url);
  try {
    while (!(await running.ready())) await sleep(20);
    const listed = await inUse(running);
    await scrape(running.metrics);
    const scraped = await inUse(running);
    // What is compiled at first is no part of what an event costs.
    await server.burst(Math.ceil(100_000 / leases));
    const before = usageOf(running.pid).cpuMs;
    const sent = await server.burst(events / leases);
    const cpuUs = ((usageOf(running.pid).cpuMs - before) * 1000) / sent.events;
    return { leases, cpuUs, listed, scraped };
  } finally {
    await Promise.all([running.stop(), server.stop()]);
  }
}

async function inUse(running: Running): Promise<number> {
  const { heap, external } = await running.memory();
  return heap + external;
}

function report(found: readonly Turn[]): BenchResult {
  const of = (leases: number, read: (turn: Turn) => number) =>
    found.filter((turn) => turn.leases === leases).map(read);
  const cpu = (leases: number) => median(of(leases, ({ cpuUs }) => cpuUs));
  /** From the difference of two sizes: what the program itself takes is in both. */
  const each = (read: (turn: Turn) => number) =>
    (median(of(largest, read)) - median(of(middle, read))) / (largest - middle);
  for (const leases of sizes) {
    const cpus = of(leases, ({ cpuUs }) => cpuUs);
    console.log(
      `${String(leases).padStart(7)} leases  ${rounded(median(cpus))} µs CPU an event (${spread(cpus)})`,
    );
  }
  const numbers = {
    events,
    cpu_us_per_event_1000: rounded(cpu(smallest)),
    cpu_us_per_event_10000: rounded(cpu(middle)),
    cpu_us_per_event_100000: rounded(cpu(largest)),
    growth_ratio: ratio(cpu(largest), cpu(smallest)) ?? Number.NaN,
    state_bytes_per_lease: Math.round(each(({ listed }) => listed)),
    scraped_bytes_per_lease: Math.round(each(({ scraped }) => scraped)),
  };
  const missed = [
    ...(numbers.growth_ratio <= goals.growth
      ? []
      : [
          `an event costs ${numbers.growth_ratio} times as much at ${largest} leases as at ${smallest}; the goal is ${goals.growth}`,
        ]),
    ...(numbers.state_bytes_per_lease <= goals.stateBytes
      ? []
      : [`${numbers.state_bytes_per_lease} bytes of state a lease; the goal is ${goals.stateBytes}`]),
  ];
  return { numbers, missed };
}
