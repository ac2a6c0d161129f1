import type { BenchResult } from '../main.ts';
import { type Contestant, contestants } from './contestants.ts';
import { type OutagePlan, type OutageResult, throughOutage } from './outage.ts';
import { canPin, measureRates } from './rates.ts';
import type { Rates } from './rates-process.ts';
import { type Scrapes, scrapeWhileHanging } from './scrapes.ts';

const records = 200_000;
const rounds = 3;
const outage: OutagePlan = { rate: 2000, seconds: 12, downFrom: 3, downUntil: 8 };
const goals = {
  enqueueMicros: 20,
  inPerSecond: 50_000,
  outPerSecond: 20_000,
  scrapeP99Ms: 100,
  /** While more than 150 MB of bodies come to the backlog. */
  grownMemoryMb: 5,
} as const;

/**
 * The outbox at full speed, its scrapes while a receiver hangs, and what comes through an outage of the receiver
 * beside the two that it stands in for: winston-loki's own batcher and the SDK's BatchSpanProcessor.
 */
export async function bench(): Promise<BenchResult> {
  const pinned = canPin();
  if (!pinned) console.log('taskset is not there: the rates below are not those of one core');
  const rates: Rates[] = [];
  for (let round = 0; round < rounds; round++) rates.push(await measureRates(records));
  const scrapes = await scrapeWhileHanging(records);
  const outages = await Promise.all(contestants.map((contestant) => throughOutage(contestant, outage)));
  const speed = { ...best(rates), ...scrapes };
  tellSpeed(speed);
  tellOutages(outages);
  return { numbers: numbersOf(speed, outages), missed: missedBy(speed, outages) };
}

type Speed = Rates & Scrapes;

/** The best of the rounds: whatever else runs on this machine can only slow it down. */
function best(rates: readonly Rates[]): Rates {
  const least = (of: (rates: Rates) => number) => Math.min(...rates.map(of));
  const most = (of: (rates: Rates) => number) => Math.max(...rates.map(of));
  return {
    enqueueMicros: least((of) => of.enqueueMicros),
    inPerSecond: most((of) => of.inPerSecond),
    outPerSecond: most((of) => of.outPerSecond),
    grownRecords: most((of) => of.grownRecords),
    grownBodiesMb: most((of) => of.grownBodiesMb),
    grownMemoryMb: least((of) => of.grownMemoryMb),
  };
}

function tellSpeed(speed: Speed): void {
  const pending = speed.pending.toLocaleString('en');
  const grown = `${speed.grownRecords.toLocaleString('en')} records, ${Math.round(speed.grownBodiesMb)} MB`;
  tellTable(
    ['', 'measured', 'goal'],
    [
      ['enqueue, µs of the main thread a record', speed.enqueueMicros, `at most ${goals.enqueueMicros}`],
      ['into the outbox, records/s on one core', speed.inPerSecond, `at least ${goals.inPerSecond}`],
      ['out of it, records/s on one core', speed.outPerSecond, `at least ${goals.outPerSecond}`],
      [`scrape, ${pending} pending, receivers hang: p99 in ms`, speed.p99Ms, `below ${goals.scrapeP99Ms}`],
      [`memory for ${grown} more, in MB`, speed.grownMemoryMb, `at most ${goals.grownMemoryMb}`],
    ],
  );
}

function tellOutages(outages: readonly OutageResult[]): void {
  const { rate, seconds, downFrom, downUntil } = outage;
  console.log(
    `\n${rate} records/s for ${seconds} s; the receiver refuses connections from second ${downFrom} to ${downUntil}\n`,
  );
  tellTable(
    ['', ...contestants],
    [
      ['recorded', ...outages.map(({ recorded }) => recorded)],
      ['delivered', ...outages.map(({ delivered }) => delivered)],
      ['lost', ...outages.map(({ lost }) => lost)],
      ['twice', ...outages.map(({ again }) => again)],
      ['last record, s after the return', ...outages.map((told) => told.drainedAfterSeconds)],
      ['µs of the main thread a record', ...outages.map((told) => told.mainThreadMicros)],
      ['peak memory, MB', ...outages.map(({ peakMb }) => Math.round(peakMb))],
    ],
  );
}

/** A table in Markdown. */
function tellTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? rounded(cell) : cell)).join(' | ')} |`;
  console.log([line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'));
}

function numbersOf(speed: Speed, outages: readonly OutageResult[]): Record<string, number> {
  const numbers: Record<string, number> = {
    enqueue_us: rounded(speed.enqueueMicros),
    in_per_second: Math.round(speed.inPerSecond),
    out_per_second: Math.round(speed.outPerSecond),
    scrape_pending: speed.pending,
    scrape_median_ms: rounded(speed.medianMs),
    scrape_p99_ms: rounded(speed.p99Ms),
    backlog_records: speed.grownRecords,
    backlog_bodies_mb: rounded(speed.grownBodiesMb),
    backlog_memory_mb: rounded(speed.grownMemoryMb),
  };
  outages.forEach((told, index) => {
    const name = (contestants[index] ?? '').replaceAll('-', '_');
    numbers[`${name}_recorded`] = told.recorded;
    numbers[`${name}_delivered`] = told.delivered;
    numbers[`${name}_lost`] = told.lost;
    numbers[`${name}_again`] = told.again;
    numbers[`${name}_drained_after_s`] = rounded(told.drainedAfterSeconds);
    numbers[`${name}_main_thread_us`] = rounded(told.mainThreadMicros);
    numbers[`${name}_peak_mb`] = Math.round(told.peakMb);
  });
  return numbers;
}

/** The others lose what they lose; leasewatch must not. */
const ours: readonly Contestant[] = ['leasewatch-lines', 'leasewatch-spans'];

function missedBy(speed: Speed, outages: readonly OutageResult[]): string[] {
  const lost = contestants.flatMap((contestant, index) => {
    const count = outages[index]?.lost ?? 0;
    return ours.includes(contestant) && count > 0 ? [`${contestant} lost ${count} records`] : [];
  });
  return [
    ...(speed.enqueueMicros <= goals.enqueueMicros ? [] : ['an append costs too much of the main thread']),
    ...(speed.inPerSecond >= goals.inPerSecond ? [] : ['the way into the outbox is too slow']),
    ...(speed.outPerSecond >= goals.outPerSecond ? [] : ['the way out of the outbox is too slow']),
    ...(speed.p99Ms < goals.scrapeP99Ms ? [] : ['a scrape takes too long while a receiver hangs']),
    ...(speed.grownMemoryMb <= goals.grownMemoryMb ? [] : ['memory grows with the backlog']),
    ...lost,
  ];
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
