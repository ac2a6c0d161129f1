/**
 * The outbox at full speed: `rates-process.ts URL FOLDER RECORDS pinned` writes so many records into it while
 * nobody sends, then three times as many to see what memory the backlog takes, and sends the first part. `pinned`
 * says that it has one core; without it, the time that others take from it counts.
 */
import { systemClock } from '../../exporter/clock.ts';
import { lokiReceiver } from '../../exporter/delivery/loki.ts';
import { openOutbox } from '../../exporter/delivery/open-outbox.ts';
import type { Outbox } from '../../exporter/delivery/outbox.ts';
import { alwaysPermitted } from '../../exporter/delivery/permission.ts';
import { runSender } from '../../exporter/delivery/sender.ts';
import { watchCore } from './core-time.ts';
import { logRecord } from './record.ts';

export interface Rates {
  /** Main-thread processor time of an append, from the call to its acknowledgement. */
  readonly enqueueMicros: number;
  readonly inPerSecond: number;
  readonly outPerSecond: number;
  /** Records and bytes of bodies that the backlog grew by, and resident memory with it. */
  readonly grownRecords: number;
  readonly grownBodiesMb: number;
  readonly grownMemoryMb: number;
}

/** Appended in one turn of the event loop; so many of these may wait for the disk. */
const group = 2000;
const groupsAhead = 4;

async function measure(url: string, folder: string, records: number): Promise<Rates> {
  const opened = await openOutbox({ path: `${folder}/outbox.db`, maxBytes: 2 ** 31, onError: console.error });
  if (opened.kind === 'refused') throw new Error(opened.why);
  const { outbox } = opened;
  const into = await fill(outbox, 0, records);
  const before = residentMb();
  const bytes = (await bodies(outbox)) / 2 ** 20;
  await fill(outbox, records, 4 * records);
  const after = residentMb();
  const grownBodiesMb = (await bodies(outbox)) / 2 ** 20 - bytes;
  const outPerSecond = await empty(outbox, url, records);
  await outbox.close();
  const { enqueueMicros, perSecond: inPerSecond } = into;
  return {
    ...{ enqueueMicros, inPerSecond, outPerSecond },
    ...{ grownRecords: 3 * records, grownBodiesMb, grownMemoryMb: after - before },
  };
}

async function fill(outbox: Outbox, first: number, end: number) {
  const seconds = watchCore(pinned);
  let micros = 0;
  let ahead: Promise<unknown>[] = [];
  for (let number = first; number < end; number += group) {
    const records = Array.from({ length: Math.min(group, end - number) }, (_, i) => logRecord(number + i));
    const before = process.threadCpuUsage();
    ahead.push(Promise.all(records.map((record) => outbox.append(record))));
    if (ahead.length > groupsAhead) await ahead.shift();
    else await new Promise((resolve) => setImmediate(resolve));
    micros += spent(before);
  }
  const before = process.threadCpuUsage();
  await Promise.all(ahead);
  ahead = [];
  micros += spent(before);
  return { perSecond: (end - first) / seconds(), enqueueMicros: micros / (end - first) };
}

function spent(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}

/** Sends until `records` of them were accepted; records a second. */
async function empty(outbox: Outbox, url: string, records: number): Promise<number> {
  const clock = systemClock();
  const receiver = lokiReceiver({ url, headers: {} }, { clock });
  const stop = new AbortController();
  let accepted = 0;
  const spentSeconds = watchCore(pinned);
  let seconds = 0;
  const { post } = receiver;
  const how = { clock, random: Math.random, maxBytes: 1_000_000, permission: alwaysPermitted };
  const onOutcome: NonNullable<Parameters<typeof runSender>[0]['onOutcome']> = (outcome, batch) => {
    if (outcome.kind !== 'accepted') throw new Error(`bench: ${outcome.why}`);
    accepted += batch.bodies.length;
    if (accepted < records || stop.signal.aborted) return;
    seconds = spentSeconds();
    stop.abort();
  };
  await runSender({ outbox, route: 'logs', post, ...how, onOutcome }, stop.signal);
  await receiver.close();
  return accepted / seconds;
}

async function bodies(outbox: Outbox): Promise<number> {
  return (await outbox.stats()).reduce((sum, { bytes }) => sum + bytes, 0);
}

function residentMb(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 2 ** 20;
}

const [url = '', folder = '', records = '', how] = process.argv.slice(2);
const pinned = how === 'pinned';
process.send?.(await measure(url, folder, Number(records)));
process.disconnect?.();
