/**
 * One contestant: `contestant-process.ts NAME URL FOLDER RATE SECONDS` records RATE numbered records a second,
 * and then sends what it still has. It tells what that cost when recording is over, and when all is sent.
 */
import { contestants, start } from './contestants.ts';

/** `closed` comes when the contestant itself says that it has nothing left to send. */
export interface Told {
  readonly kind: 'recorded' | 'closed';
  readonly recorded: number;
  /** Processor time of the main thread since the start of recording. */
  readonly mainThreadMicros: number;
  readonly peakMb: number;
}

const tickMs = 10;

const [name = '', url = '', folder = '', rate = '', seconds = ''] = process.argv.slice(2);
const contestant = contestants.find((known) => known === name);
if (contestant === undefined) throw new Error(`bench: no contestant ${name}`);
const recording = await start[contestant](url, folder);
const before = process.threadCpuUsage();
const total = Number(rate) * Number(seconds);
let recorded = 0;
let peakMb = 0;

const started = performance.now();
const ticks = setInterval(() => {
  const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * Number(rate)));
  while (recorded < due) recording.record(recorded++);
  peakMb = Math.max(peakMb, process.memoryUsage.rss() / 2 ** 20);
  if (recorded === total) void finish();
}, tickMs);

let finishing = false;
async function finish(): Promise<void> {
  if (finishing) return;
  finishing = true;
  tell('recorded');
  if (recording.close === undefined) return;
  await recording.close();
  clearInterval(ticks);
  tell('closed');
}

function tell(kind: Told['kind']): void {
  const { user, system } = process.threadCpuUsage(before);
  const told: Told = { kind, recorded, mainThreadMicros: user + system, peakMb };
  process.send?.(told);
}

process.on('disconnect', () => process.exit());
