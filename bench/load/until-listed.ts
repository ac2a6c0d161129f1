import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from './contestants.ts';
import { type Scrape, scrape } from './scrape.ts';

const patienceMs = 120_000;

/** Resolves when a program has served metrics of all leases: with the time of the last byte of that scrape. */
export async function untilListed(running: Running, leases: number): Promise<number> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const answer = (await running.ready()) ? await tryToScrape(running.metrics) : undefined;
    const at = performance.now();
    // To look into it is our own work, and takes longer than it took to send it.
    if (answer !== undefined && running.leasesIn(answer.text()) >= leases) return at;
    await sleep(10);
  }
  throw new Error(`bench: after ${patienceMs / 1000} s still not all leases in ${running.metrics}`);
}

async function tryToScrape(url: string): Promise<Scrape | undefined> {
  try {
    return await scrape(url);
  } catch {
    return undefined; // it does not serve yet
  }
}
