import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SocketCounter, socketCounter } from '../../exporter/sources/socket-counter.ts';
import type { BenchResult } from '../main.ts';
import { gatherCrowd } from './crowd.ts';
import { type Idle, startIdle } from './idle.ts';
import { type Pauses, watchPauses } from './pauses.ts';

const connections = 100_000;
const rounds = 7;
/** On a machine with other work more censuses are taken, until so many of them met no disturbance. */
const mostRounds = 40;
const goals = { ratio: 1.5, memoryMb: 60, pauseMs: 5 } as const;

/**
 * A census of 100,000 connections, beside the `cat` of the same tables, in turns: what the kernel takes to
 * write them is the least that anybody can need.
 */
export async function bench(): Promise<BenchResult> {
  const crowd = await gatherCrowd(connections);
  const idle = startIdle();
  try {
    return await compare(crowd.ports, idle);
  } finally {
    await Promise.all([idle.stop(), crowd.stop()]);
  }
}

interface Run {
  readonly ms: number;
  readonly established: number;
}

/** Of the main thread during a census, and of a process that was idle meanwhile. */
interface Standstill {
  readonly own: Pauses;
  readonly idle: Pauses;
}

async function compare(ports: readonly number[], idle: Idle): Promise<BenchResult> {
  const idleMb = await settledMemory();
  const counter = socketCounter();
  // The thread starts, and what it knows of connections grows to its size.
  for (let warm = 0; warm < 2; warm++) await takeCensus(counter, ports);
  const cats: number[] = [];
  const censuses: Run[] = [];
  const pauses: Standstill[] = [];
  let memoryMb = 0;
  while (pauses.length < rounds || (pauses.filter(isQuiet).length < rounds && pauses.length < mostRounds)) {
    if (cats.length < rounds) cats.push(cat());
    await sleep(50);
    const idled = await idle.watch();
    const paused = watchPauses();
    const census = await takeCensus(counter, ports);
    pauses.push({ own: paused(), idle: await idled() });
    if (censuses.length < rounds) censuses.push(census);
    memoryMb = Math.max(memoryMb, process.memoryUsage.rss() / 2 ** 20 - idleMb);
  }
  await counter.close();
  return report(cats, censuses, memoryMb, pauses);
}

/**
 * A process that does nothing came to its turn, but for the waiting for a core. Else the machine itself stood
 * still, and nobody can tell for how long the census alone would have stopped the main thread.
 */
function isQuiet({ idle }: Standstill): boolean {
  return idle.ownMs <= goals.pauseMs / 2;
}

function report(
  cats: readonly number[],
  censuses: readonly Run[],
  memoryMb: number,
  pauses: readonly Standstill[],
): BenchResult {
  const [cat, census] = [median(cats), median(censuses.map(({ ms }) => ms))];
  const longest = (of: (pause: Standstill) => number) => Math.max(...pauses.map(of));
  const quiet = pauses.filter(isQuiet);
  const pauseMs = Math.max(0, ...quiet.map(({ own }) => own.ownMs));
  const counted = Math.min(...censuses.map(({ established }) => established));
  const numbers = {
    ...{ connections, counted, cat_ms: rounded(cat), census_ms: rounded(census) },
    census_vs_cat_ratio: rounded(census / cat),
    memory_mb: rounded(memoryMb),
    ...{ pause_rounds: pauses.length, quiet_rounds: quiet.length, longest_pause_ms: rounded(pauseMs) },
    longest_wall_pause_ms: rounded(longest(({ own }) => own.wallMs)),
    idle_longest_pause_ms: rounded(longest(({ idle }) => idle.ownMs)),
    idle_longest_wall_pause_ms: rounded(longest(({ idle }) => idle.wallMs)),
  };
  for (const [name, value] of Object.entries(numbers)) console.log(`${name.padEnd(28)} ${value}`);
  const missed = [
    ...(counted === connections ? [] : [`only ${counted} of ${connections} connections were counted`]),
    ...(census / cat <= goals.ratio ? [] : [`a census takes ${rounded(census / cat)} times the cat`]),
    ...(memoryMb <= goals.memoryMb ? [] : [`${rounded(memoryMb)} MB of memory`]),
    ...(quiet.length >= rounds ? [] : ['the machine is too busy: nothing is proven of the main thread']),
    ...(pauseMs <= goals.pauseMs ? [] : [`the main thread stood still for ${rounded(pauseMs)} ms`]),
  ];
  return { numbers, missed };
}

async function takeCensus(counter: SocketCounter, ports: readonly number[]): Promise<Run> {
  const started = performance.now();
  const place = { namespace: '', pod: '', processRoot: '/proc', ports, find: false } as const;
  const reply = await counter.count({ mono: started, what: { own: { ...place, origin: 'configured' } } });
  const ms = performance.now() - started;
  if (reply.kind !== 'census') throw new Error(`bench: no census: ${reply.why}`);
  return {
    ms,
    established: reply.places
      .flatMap(({ ports: told }) => told)
      .reduce((sum, port) => sum + port.established, 0),
  };
}

/** With the start of the program, in milliseconds: a few, in hundreds. */
function cat(): number {
  const started = performance.now();
  const { status } = spawnSync('cat', ['/proc/net/tcp', '/proc/net/tcp6'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`bench: cat ended with code ${status}`);
  return performance.now() - started;
}

/** Resident memory in MB, when what the start allocated has been given back. */
async function settledMemory(): Promise<number> {
  await sleep(200);
  return process.memoryUsage.rss() / 2 ** 20;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
