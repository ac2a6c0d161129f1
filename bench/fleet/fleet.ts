import { seededRandom } from '../../simulator/random.ts';
import { type VirtualClock, virtualClock } from '../../simulator/scheduler.ts';
import { CommonLink } from './common-link.ts';
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
  const fleet = await startFleet(plan);
  const { clock, link, loki, sites } = fleet;
  await clock.advance(calmMs);
  link.cut();
  await clock.advance(plan.outageHours * hourMs);
  link.mend(clock.now().mono);
  const backlogBytes = total(sites, ({ backlog }) => backlog.pending) * plan.bytes;
  const before = loki.bytes;
  const drainSeconds = await drain(fleet);
  await end(fleet);
  const { deferred, deferredBytes } = loki;
  const deferredShare = deferredBytes / (loki.bytes - before);
  const records = await recordsOf(fleet);
  return { ...records, ...spreadOf(link.firstAttempts), backlogBytes, drainSeconds, deferred, deferredShare };
}

interface Fleet {
  readonly clock: VirtualClock;
  readonly loki: Loki;
  readonly link: CommonLink;
  readonly sites: readonly Site[];
}

async function startFleet(plan: FleetPlan): Promise<Fleet> {
  const shared = { clock: virtualClock(), loki: new Loki(), link: new CommonLink() };
  const { bytes, everySeconds, ingestBytesPerSecond } = plan;
  const start = (number: number) =>
    startSite({
      ...shared,
      ...{ bytes, everyMs: everySeconds * 1000, ingestBytesPerSecond },
      name: `site-${number}`,
      random: seededRandom(plan.seed * 1_000_003 + number),
    });
  const sites = await Promise.all(Array.from({ length: plan.sites }, (_, number) => start(number)));
  return { ...shared, sites };
}

/** Seconds until no site has a backlog, of a day at most. */
async function drain({ clock, sites }: Fleet): Promise<number> {
  const started = clock.now().mono;
  const waits = () => sites.some(({ backlog }) => backlog.pending > fewRecords);
  while (waits() && clock.now().mono < started + longestDrainMs) await clock.advance(stepMs);
  return (clock.now().mono - started) / 1000;
}

async function end({ clock, sites }: Fleet): Promise<void> {
  const ended = Promise.all(sites.map((site) => site.stop()));
  // Who waits for an answer needs time to go on.
  await clock.advance(10_000);
  await ended;
}

async function recordsOf({ loki, sites }: Fleet) {
  const stats = (await Promise.all(sites.map(({ backlog }) => backlog.stats()))).flat();
  const delivered = total(stats, (of) => of.delivered);
  return {
    records: total(stats, ({ enqueued }) => enqueued),
    delivered,
    pending: total(stats, ({ pending }) => pending),
    refused: total([...loki.refused.values()], (count) => count),
    again: loki.lines - delivered,
  };
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
