import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { startHerd } from '../herd/herd.ts';
import type { BenchResult } from '../main.ts';
import { type Judge, startJudge } from './judge.ts';
import type { Expiry } from './judge-process.ts';

const [nodes, elections] = [95_000, 5000];
const leases = nodes + elections;
const perSecond = 5000;
/** Each of the leases is renewed every 20 s, and lasts twice as long; a node is lost 50 s after its last heartbeat. */
const durationSeconds = 40;
const lastsMs = (lease: string) => (lease.startsWith('kube-node-lease/') ? 50_000 : durationSeconds * 1000);
/** One of so many falls silent by itself. */
const fadeEvery = 100;
const fallAtOnce = 10_000;
const scrapeEveryMs = 5000;
const goals = { p99Ms: 20, mostMs: 50 } as const;

/**
 * 100,000 leases, 5,000 renewals a second: a thousand of them stop one by one, and ten thousand at one moment. How
 * long after the evidence is there is a lease called expired, and is none ever called so too early?
 */
export async function bench(): Promise<BenchResult> {
  const herd = await startHerd({ nodes, elections, durationSeconds });
  const judge = await startJudge(herd.url);
  const scraping = new AbortController();
  try {
    await untilTold(judge, leases);
    await herd.order({ kind: 'renew-all' });
    await herd.order({ kind: 'pace', perSecond });
    await sleep(3000);
    await judge.begin();
    const scrapes = scrapeOn(judge, scraping.signal);
    await herd.order({ kind: 'fade', every: fadeEvery });
    await herd.order({ kind: 'fall', count: fallAtOnce });
    await sleep(60_000);
    scraping.abort();
    await scrapes;
    const { expiries, pauses } = await judge.end();
    return report(expiries, renewalsIn(await herd.order({ kind: 'last-renewals' })), pauses.ownMs);
  } finally {
    scraping.abort();
    await judge.stop();
    await herd.stop();
  }
}

async function untilTold(judge: Judge, count: number): Promise<void> {
  for (;;) {
    const text = await scrape(judge);
    const told = text.match(/^leasewatch_(lease_info|node_heartbeat_state)\{/gm)?.length ?? 0;
    if (told === count) return;
    await sleep(500);
  }
}

async function scrapeOn(judge: Judge, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await scrape(judge, 'gzip');
    await sleep(scrapeEveryMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

async function scrape({ metricsUrl }: Judge, encoding = 'identity'): Promise<string> {
  // A connection of its own: one that was kept alive may just be closed by the other side.
  const { body } = await request(metricsUrl, { headers: { 'accept-encoding': encoding }, reset: true });
  return body.text();
}

function renewalsIn(told: unknown): ReadonlyMap<string, number> {
  return new Map(Object.entries(told ?? {}).map(([lease, at]) => [lease, Number(at)]));
}

function report(
  expiries: readonly Expiry[],
  renewals: ReadonlyMap<string, number>,
  pauseMs: number,
): BenchResult {
  const whole = expiries
    .map(({ lease, at }) => at - (renewals.get(lease) ?? Number.POSITIVE_INFINITY) - lastsMs(lease))
    .sort((a, b) => a - b);
  const early = whole.filter((ms) => ms < 0);
  const expired = new Set(expiries.map(({ lease }) => lease)).size;
  const late = expiries.map(({ afterEvidence }) => afterEvidence).sort((a, b) => a - b);
  const numbers = {
    ...{ leases, renewals_per_s: perSecond, silent: renewals.size, expired, early: early.length },
    ...{ late_p50_ms: share(late, 0.5), late_p99_ms: share(late, 0.99), late_longest_ms: share(late, 1) },
    ...{ after_end_p50_ms: share(whole, 0.5), after_end_p99_ms: share(whole, 0.99) },
    ...{ after_end_longest_ms: share(whole, 1), longest_pause_ms: rounded(pauseMs) },
  };
  for (const [name, value] of Object.entries(numbers)) console.log(`${name.padEnd(24)} ${value}`);
  const missed = [
    ...(early.length === 0 ? [] : [`${early.length} were called expired too early`]),
    ...(expired === renewals.size ? [] : [`${expired} of ${renewals.size} silent leases were found`]),
    ...(numbers.late_p99_ms <= goals.p99Ms ? [] : [`p99 is ${numbers.late_p99_ms} ms after the evidence`]),
    ...(numbers.late_longest_ms <= goals.mostMs ? [] : [`one came ${numbers.late_longest_ms} ms late`]),
  ];
  return { numbers, missed };
}

function share(sorted: readonly number[], part: number): number {
  return rounded(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
