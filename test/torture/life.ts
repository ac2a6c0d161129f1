import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Stats {
  readonly enqueued: number;
  readonly delivered: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly pending: number;
}

export interface Life {
  readonly acked: readonly number[];
  /** At its start, and of one that ended by itself also at its end. */
  readonly stats: readonly Stats[];
  /** From starting the process to an open outbox; undefined when it was killed before. */
  readonly startMs: number | undefined;
}

const script = fileURLToPath(new URL('./life-process.ts', import.meta.url));
const startupMs = 20_000;
const drainMs = 120_000;

/** Lets a process append from `first` on, and kills it so many milliseconds after it opened its outbox; below 0, before. */
export function killedLife(path: string, url: string, first: number, killMs: number): Promise<Life> {
  return live([path, url, String(first)], killMs);
}

/** Lets a process send all that waits. */
export function drainingLife(path: string, url: string): Promise<Life> {
  return live([path, url, 'drain'], undefined);
}

async function live(args: readonly string[], killMs: number | undefined): Promise<Life> {
  const began = performance.now();
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const acked: number[] = [];
  const stats: Stats[] = [];
  let startMs: number | undefined;
  let errors = '';
  const kill = () => child.kill('SIGKILL');
  let timer = setTimeout(kill, killMs === undefined ? drainMs : killMs < 0 ? -killMs : startupMs);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const news = parsed(line);
    if (news?.acked !== undefined) acked.push(news.acked);
    if (news?.stats === undefined) return;
    stats.push(news.stats);
    if (startMs !== undefined) return;
    startMs = performance.now() - began;
    if (killMs === undefined || killMs < 0) return;
    clearTimeout(timer);
    timer = setTimeout(kill, killMs);
  });
  await closed;
  clearTimeout(timer);
  const right = killMs === undefined ? child.exitCode === 0 : child.signalCode === 'SIGKILL';
  const opened = killMs === undefined || killMs < 0 || startMs !== undefined;
  if (!right || !opened) throw new Error(`torture: a life did not end as it should: ${errors}`);
  return { acked, stats, startMs };
}

/** Undefined for the half line that a kill leaves: what it told counts as not acknowledged. */
function parsed(line: string): { acked?: number; stats?: Stats } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
