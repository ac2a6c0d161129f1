import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { startHerd } from '../herd/herd.ts';
import { rounded } from '../load/numbers.ts';
import type { BenchResult } from '../main.ts';
import { type Judge, startJudge } from './judge.ts';
import { latenessOf, missedBy } from './lateness.ts';

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
    const lateness = latenessOf(expiries, await herd.order({ kind: 'last-renewals' }), lastsMs);
    const numbers = {
      ...{ leases, renewals_per_s: perSecond, ...lateness },
      longest_pause_ms: rounded(pauses.ownMs),
    };
    for (const [name, value] of Object.entries(numbers)) console.log(`${name.padEnd(24)} ${value}`);
    return { numbers, missed: missedBy(lateness) };
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
