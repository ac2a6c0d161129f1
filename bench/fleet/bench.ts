import type { BenchResult } from '../main.ts';
import { type FleetPlan, type FleetResult, runFleet } from './fleet.ts';

const plan: FleetPlan = { sites: 1000, outageHours: 8, everySeconds: 20, bytes: 512, seed: 1 };
/** Together a little less than the 4 MB that Loki takes in a second. */
const sharedBytesPerSecond = 4000;
const leastSpreadSeconds = 60;

/**
 * A thousand sites behind one Loki with its own limits, cut off for a night and back at one moment: as leasewatch
 * is unless told, and with `loki.ingestBytesPerSecond` set so that the sites share what Loki takes.
 */
export async function bench(): Promise<BenchResult> {
  const unless = await runFleet(plan);
  const shared = await runFleet({ ...plan, ingestBytesPerSecond: sharedBytesPerSecond });
  tell(unless, shared);
  return {
    numbers: { ...numbersOf('fleet', unless), ...numbersOf('fleet_shared', shared) },
    missed: [...missedBy('unless told', unless), ...missedBy('sharing', shared)],
  };
}

type Row = readonly [what: string, value: (result: FleetResult) => string];

const rows: readonly Row[] = [
  [
    'waiting when Loki is back',
    ({ backlogBytes }) => `${Math.round(backlogBytes / 1e6).toLocaleString('en')} MB`,
  ],
  ['first attempts, from the first site to the last', ({ spreadSeconds }) => `${spreadSeconds.toFixed(1)} s`],
  ['first attempts, most in one second', ({ mostInASecond }) => `${mostInASecond}`],
  ['until no site has a backlog', ({ drainSeconds }) => `${(drainSeconds / 60).toFixed(1)} min`],
  ['requests told to come later (429)', ({ deferred }) => deferred.toLocaleString('en')],
  ['their bytes, to one that was taken', ({ deferredShare }) => deferredShare.toFixed(2)],
  ['lines refused', ({ refused }) => `${refused}`],
  ['records lost', (result) => `${lostOf(result)}`],
  ['records twice', ({ again }) => `${again}`],
];

function tell(unless: FleetResult, shared: FleetResult): void {
  const { sites, outageHours, everySeconds, bytes } = plan;
  console.log(
    `${sites} sites, each with a record of ${bytes} bytes every ${everySeconds} s, ${outageHours} h without Loki\n`,
  );
  console.log(`| | unless told | \`ingestBytesPerSecond: ${sharedBytesPerSecond}\` |\n| --- | --- | --- |`);
  for (const [what, value] of rows) console.log(`| ${what} | ${value(unless)} | ${value(shared)} |`);
}

function lostOf({ records, delivered, pending }: FleetResult): number {
  return records - delivered - pending;
}

function numbersOf(prefix: string, result: FleetResult): Record<string, number> {
  const numbers = {
    sites: plan.sites,
    outage_h: plan.outageHours,
    records: result.records,
    delivered: result.delivered,
    pending: result.pending,
    lost: lostOf(result),
    again: result.again,
    refused_lines: result.refused,
    backlog_mb: Math.round(result.backlogBytes / 1e6),
    first_attempt_spread_s: rounded(result.spreadSeconds),
    first_attempts_most_in_a_second: result.mostInASecond,
    drain_s: result.drainSeconds,
    deferred_requests: result.deferred,
    deferred_share: rounded(result.deferredShare),
  };
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [`${prefix}_${name}`, value]));
}

function missedBy(how: string, result: FleetResult): string[] {
  const { spreadSeconds, refused, again } = result;
  return [
    ...(spreadSeconds >= leastSpreadSeconds ? [] : [`${how}: all first attempts within ${spreadSeconds} s`]),
    ...(refused === 0 ? [] : [`${how}: ${refused} lines refused`]),
    ...(lostOf(result) === 0 ? [] : [`${how}: ${lostOf(result)} records lost`]),
    ...(again === 0 ? [] : [`${how}: ${again} records twice`]),
  ];
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
