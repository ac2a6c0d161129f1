import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { between, seededRandom } from '../../simulator/random.ts';
import { flipByte, tearTail } from './damage.ts';
import { LedgerReceiver } from './ledger-receiver.ts';
import { drainingLife, killedLife, type Life, type Stats } from './life.ts';
import type { Options } from './options.ts';

/** Counts of records; `delivered` counts none twice. */
export interface Summary {
  readonly kills: number;
  readonly acked: number;
  readonly delivered: number;
  /** Acknowledged, but neither accepted, nor refused for good, nor damaged by the harness. */
  readonly lost: number;
  readonly refused: number;
  readonly damaged: number;
  readonly damaged_reported: number;
  readonly duplicates: number;
  readonly largest_duplicate_run: number;
  /** Came again with other bytes. */
  readonly changed: number;
  readonly start_p99_ms: number;
  /** Snapshots in which enqueued = delivered + dropped + pending did not hold. */
  readonly identity_broken: number;
}

const numbersOfALife = 1_000_000;
/** How much of the disk's trouble comes between two lives, as shares of all kills. */
const flips = 0.3;
const tears = 0.3;
const killsAtStart = 0.1;

/** Lets lives of leasewatch's delivery end by SIGKILL, one after another, and then asks what became of every record. */
export async function torture({ seed, kills }: Options): Promise<Summary> {
  const random = seededRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-torture-'));
  const path = join(folder, 'outbox.db');
  const receiver = new LedgerReceiver(seededRandom(seed + 1));
  const url = await receiver.start();
  const lives: Life[] = [];
  const damaged = new Set<number>();
  try {
    for (let life = 0; life < kills; life++) {
      const atStart = random() < killsAtStart;
      const killMs = atStart ? -between(random, 20, 300) : between(random, 0, 700);
      lives.push(await killedLife(path, url, life * numbersOfALife, killMs));
      harm(path, random, damaged);
    }
    receiver.behaves = true;
    lives.push(await drainingLife(path, url));
  } finally {
    await receiver.stop();
    rmSync(folder, { recursive: true });
  }
  return summarise(kills, lives, receiver, damaged);
}

function harm(path: string, random: () => number, damaged: Set<number>): void {
  if (random() < tears) tearTail(path, random);
  if (random() >= flips) return;
  const number = flipByte(path, random);
  if (number !== undefined) damaged.add(number);
}

function summarise(
  kills: number,
  lives: readonly Life[],
  receiver: LedgerReceiver,
  damaged: ReadonlySet<number>,
): Summary {
  const acked = lives.flatMap((life) => life.acked);
  const stats = lives.flatMap((life) => life.stats);
  const fate = (n: number) => receiver.accepted.has(n) || receiver.refused.has(n) || damaged.has(n);
  return {
    kills,
    acked: acked.length,
    delivered: receiver.accepted.size,
    lost: acked.filter((number) => !fate(number)).length,
    refused: receiver.refused.size,
    damaged: damaged.size,
    damaged_reported: stats.at(-1)?.dropped.damaged ?? 0,
    duplicates: receiver.duplicates,
    largest_duplicate_run: receiver.largestDuplicateRun,
    changed: receiver.changed,
    start_p99_ms: p99(lives.flatMap((life) => life.startMs ?? [])),
    identity_broken: stats.filter((each) => !adds(each)).length,
  };
}

function adds({ enqueued, delivered, dropped, pending }: Stats): boolean {
  return enqueued === Object.values(dropped).reduce((sum, count) => sum + count, delivered + pending);
}

function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0);
}

/** What a run must not show, in words. */
export function broken(summary: Summary): readonly string[] {
  const { lost, identity_broken, damaged, damaged_reported, changed, start_p99_ms } = summary;
  return [
    ...(lost === 0 ? [] : [`${lost} acknowledged records are lost`]),
    ...(identity_broken === 0 ? [] : [`the counters do not add up in ${identity_broken} snapshots`]),
    ...(damaged === damaged_reported ? [] : [`${damaged} records damaged, ${damaged_reported} reported`]),
    ...(changed === 0 ? [] : [`${changed} records came again with other bytes`]),
    ...(start_p99_ms <= 5_000 ? [] : [`starting takes ${start_p99_ms} ms`]),
  ];
}
