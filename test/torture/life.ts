import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { RouteStats } from '../../exporter/delivery/outbox.ts';

/** Of all routes, in one moment. */
export type Snapshot = readonly RouteStats[];

export interface Life {
  readonly acked: readonly number[];
  /** From its start on, again and again. */
  readonly snapshots: readonly Snapshot[];
  /** How long it took to open the outbox; undefined when it was killed before. */
  readonly startMs: number | undefined;
}

/** Where a life takes place. */
export interface Place {
  /** The program that lives. */
  readonly script: string;
  /** Of its outbox. */
  readonly path: string;
  /** Of its receivers. */
  readonly url: string;
}

/** How a life goes. */
export interface Fate extends Place {
  /** The number of its first record. */
  readonly first: number;
  /** By how much its wall clock jumps. */
  readonly jumpMs: number;
  /** It is killed so long after it began, if that is set, or after it opened its outbox. */
  readonly killAfter: { readonly what: 'start' | 'opening'; readonly ms: number };
  /** Called when it has opened its outbox. */
  readonly opened: () => void;
}

const startupMs = 60_000;
const drainMs = 120_000;

/** Lets a process append and send until it is killed. */
export function killedLife(fate: Fate): Promise<Life> {
  const { script, path, url, first, jumpMs } = fate;
  return live([script, path, url, String(first), String(jumpMs)], fate);
}

/** Lets a process send all that waits. */
export function drainingLife({ script, path, url }: Place): Promise<Life> {
  return live([script, path, url, 'drain'], undefined);
}

async function live(args: readonly string[], fate: Fate | undefined): Promise<Life> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const acked: number[] = [];
  const snapshots: Snapshot[] = [];
  let startMs: number | undefined;
  let errors = '';
  const kill = () => child.kill('SIGKILL');
  const fromStart = fate?.killAfter.what === 'start' ? fate.killAfter.ms : startupMs;
  let timer = setTimeout(kill, fate === undefined ? drainMs : fromStart);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const news = parsed(line);
    if (news?.acked !== undefined) acked.push(news.acked);
    if (news?.stats !== undefined) snapshots.push(news.stats);
    if (news?.openedMs === undefined) return;
    startMs = news.openedMs;
    fate?.opened();
    if (fate?.killAfter.what !== 'opening') return;
    clearTimeout(timer);
    timer = setTimeout(kill, fate.killAfter.ms);
  });
  await closed;
  clearTimeout(timer);
  const right = fate === undefined ? child.exitCode === 0 : child.signalCode === 'SIGKILL';
  const opened = fate?.killAfter.what === 'start' || startMs !== undefined;
  if (!right || !opened) {
    const last = JSON.stringify(snapshots.at(-1));
    throw new Error(`torture: a life did not end as it should: ${errors}, ${last}`);
  }
  return { acked, snapshots, startMs };
}

/** Undefined for the half line that a kill leaves: what it told counts as not acknowledged. */
function parsed(line: string): { acked?: number; stats?: Snapshot; openedMs?: number } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
