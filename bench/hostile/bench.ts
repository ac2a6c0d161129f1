import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Judge, startJudge } from '../expiry/judge.ts';
import { latenessOf, missedBy } from '../expiry/lateness.ts';
import { type Herd, startHerd } from '../herd/herd.ts';
import { describeMachine } from '../load/machine.ts';
import { rounded } from '../load/numbers.ts';
import { scrape } from '../load/scrape.ts';
import type { BenchResult } from '../main.ts';

/** More series than leasewatch tells, and names that are longer than it tells them. */
const [nodes, elections, longNameEvery] = [10_000, 40_000, 100];
/** All leases are renewed in turn; one of them is written without end. */
const [perSecond, hammered] = [5000, 10_000];
const durationSeconds = 30;
const lastsMs = (lease: string) => (lease.startsWith('kube-node-lease/') ? 50_000 : durationSeconds * 1000);
const fadeEvery = 100;
const [scrapers, scrapeEveryMs] = [100, 5000];
const watchedMs = 60_000;
const mostLabelBytes = 253;

/** A cluster that was made to hurt: are those who fall silent in it still found in time, and is every scrape answered? */
export async function bench(): Promise<BenchResult> {
  console.log(describeMachine(undefined));
  const herd = await startHerd({ nodes, elections, durationSeconds, longNameEvery });
  const judge = await startJudge(herd.url);
  try {
    return await suffer(herd, judge);
  } finally {
    await judge.stop();
    await herd.stop();
  }
}

async function suffer(herd: Herd, judge: Judge): Promise<BenchResult> {
  while (!(await isReady(judge))) await sleep(100);
  await herd.order({ kind: 'renew-all' });
  await herd.order({ kind: 'pace', perSecond });
  await herd.order({ kind: 'hammer', perSecond: hammered });
  const slow = readSlowly(judge);
  await sleep(5000);
  await judge.begin();
  await herd.order({ kind: 'fade', every: fadeEvery });
  const answers = await scrapeTogether(judge);
  const { expiries, pauses } = await judge.end();
  slow.destroy();
  const lateness = latenessOf(expiries, await herd.order({ kind: 'last-renewals' }), lastsMs);
  const numbers = {
    ...{ leases: nodes + elections, renewals_per_s: perSecond, writes_of_one_per_s: hammered, ...lateness },
    ...{ scrapers, scrapes: answers.length, slowest_scrape_ms: Math.round(Math.max(...answers)) },
    ...lookInto((await scrape(judge.metricsUrl)).text()),
    longest_pause_ms: rounded(pauses.ownMs),
  };
  for (const [name, value] of Object.entries(numbers)) console.log(`${name.padEnd(24)} ${value}`);
  const missed = [
    ...missedBy(lateness),
    ...(numbers.suppressed > 0 ? [] : ['no series was suppressed']),
    ...(numbers.longest_label_bytes <= mostLabelBytes
      ? []
      : [`a label has ${numbers.longest_label_bytes} bytes`]),
  ];
  return { numbers, missed };
}

async function isReady({ metricsUrl }: Judge): Promise<boolean> {
  return (await fetch(metricsUrl.replace('/metrics', '/readyz'))).ok;
}

/** One who asks for everything as plain text, and takes no more of it than fits on the way. */
function readSlowly({ metricsUrl }: Judge) {
  const headers = { 'accept-encoding': 'identity' };
  return get(metricsUrl, { headers, agent: false }, (response) => response.pause()).on('error', () => {
    // It was cut off, as it may be.
  });
}

/** All at one moment, again and again; returns how long each had to wait (ms). */
async function scrapeTogether({ metricsUrl }: Judge): Promise<readonly number[]> {
  const answers: number[] = [];
  for (const end = performance.now() + watchedMs; performance.now() < end; ) {
    const together = Array.from({ length: scrapers }, () => scrape(metricsUrl));
    for (const { ms } of await Promise.all(together)) answers.push(ms);
    await sleep(scrapeEveryMs);
  }
  return answers;
}

function lookInto(text: string) {
  const suppressed = /^leasewatch_series_suppressed_total\{reason="series_limit"\} (\d+)$/m.exec(text)?.[1];
  const names = text.matchAll(/^leasewatch_lease_info\{namespace="[^"]*",lease="([^"]*)"/gm);
  const bytes = Array.from(names, ([, name = '']) => Buffer.byteLength(name));
  return {
    series: text.match(/^leasewatch_(?:lease|node_heartbeat)_.*\{/gm)?.length ?? 0,
    suppressed: Number(suppressed ?? 0),
    longest_label_bytes: bytes.reduce((most, each) => Math.max(most, each), 0),
  };
}
