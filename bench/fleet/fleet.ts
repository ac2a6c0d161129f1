import { seededRandom } from '../../simulator/random.ts';
import { virtualClock } from '../../simulator/scheduler.ts';
import { Loki } from './loki.ts';
import { type Site, startSite } from './site.ts';

export interface FleetPlan {
  readonly sites: number;
  readonly outageHours: number;
  /** One record of so many bytes comes at each site every so many seconds. */
  readonly everySeconds: number;
  readonly bytes: number;
  readonly seed: number;
  /** What each site may give Loki a second; what leasewatch does unless told, if left out. */
  readonly ingestBytesPerSecond?: number;
}

export interface FleetResult {
  readonly records: number;
  readonly delivered: number;
  /** Waiting at the end: what came in the moments before. */
  readonly pending: number;
  /** Lines that Loki refused for good. */
  readonly refused: number;
  /** Delivered more than once. */
  readonly again: number;
  /** Bytes that waited when the link came back. */
  readonly backlogBytes: number;
  /** From the first to the last site's first attempt after the link came back, and the most in any second. */
  readonly spreadSeconds: number;
  readonly mostInASecond: number;
  /** From the return of the link until no site had a backlog. */
  readonly drainSeconds: number;
  /** Requests that Loki told to come again (429), and their bytes beside those that it took. */
  readonly deferred: number;
  readonly deferredShare: number;
}

const hourMs = 3_600_000;
/** All is well for so long before. */
const calmMs = 60_000;
/** A site without a backlog has no more than what came since its last request. */
const fewRecords = 10;
const stepMs = 1000;
const longestDrainMs = 24 * hourMs;

/** Sites that lose Loki at once, and have it back at once, on virtual time. */
export async function runFleet(plan: FleetPlan): Promise<FleetResult> {
  const clock = virtualClock();
  const loki = new Loki();
  let linked = true;
  let back = Number.POSITIVE_INFINITY;
  const first = new Map<number, number>();
  const everyMs = plan.everySeconds * 1000;
  const starting = Array.from({ length: plan.sites }, (_, number) =>
    startSite({
      ...{ clock, loki, everyMs, bytes: plan.bytes, name: `site-${number}` },
      ingestBytesPerSecond: plan.ingestBytesPerSecond,
      random: seededRandom(plan.seed * 1_000_003 + number),
      linked: () => linked,
      onAttempt() {
        if (clock.now().mono >= back && !first.has(number)) first.set(number, clock.now().mono - back);
      },
    }),
  );
  const sites = await Promise.all(starting);
  await clock.advance(calmMs);
  linked = false;
  await clock.advance(plan.outageHours * hourMs);
  linked = true;
  back = clock.now().mono;
  const backlogBytes = pendingOf(sites) * plan.bytes;
  const before = loki.bytes;
  while (
    sites.some(({ backlog }) => backlog.pending > fewRecords) &&
    clock.now().mono < back + longestDrainMs
  )
    await clock.advance(stepMs);
  const drainSeconds = (clock.now().mono - back) / 1000;
  const ended = Promise.all(sites.map((site) => site.stop()));
  // Who waits for an answer needs time to go on.
  await clock.advance(10_000);
  await ended;
  const stats = (await Promise.all(sites.map(({ backlog }) => backlog.stats()))).flat();
  const delivered = total(stats, ({ delivered: count }) => count);
  const refused = [...loki.refused.values()].reduce((sum, count) => sum + count, 0);
  return {
    records: total(stats, ({ enqueued }) => enqueued),
    delivered,
    pending: total(stats, ({ pending }) => pending),
    refused,
    again: loki.lines - delivered,
    backlogBytes,
    ...spreadOf([...first.values()]),
    drainSeconds,
    deferred: loki.deferred,
    deferredShare: loki.deferredBytes / (loki.bytes - before),
  };
}

function pendingOf(sites: readonly Site[]): number {
  return total(sites, ({ backlog }) => backlog.pending);
}

function total<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((sum, each) => sum + of(each), 0);
}

function spreadOf(attempts: readonly number[]) {
  const perSecond = new Map<number, number>();
  for (const ms of attempts) {
    const second = Math.floor(ms / 1000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  return {
    spreadSeconds: (Math.max(...attempts) - Math.min(...attempts)) / 1000,
    mostInASecond: Math.max(...perSecond.values()),
  };
}
