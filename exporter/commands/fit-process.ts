import type { Config } from '../config.ts';

/**
 * For a process that has little to do for as long as it runs. Each is worth it by measurement (bench/README.md, idle):
 * a nursery of 1 MB instead of 16, which garbage would fill before it is swept; the reader of HTTP, which is
 * WebAssembly, compiled once and plainly; and no second optimizing compiler, whose code alone is 5 MB.
 */
const small: readonly string[] = ['--max-semi-space-size=1', '--liftoff-only', '--no-opt'];

/**
 * For one that judges a whole cluster: hardly anything that an event makes outlives it, and a nursery that may grow to
 * 128 MB does. V8 notes of each place in the code whether what is made there lives long, and makes it among what is
 * old from then on; the records of the first list do, and those of all later events, made in the same place, do not:
 * they would pile up there until all of the heap is looked through.
 */
const large: readonly string[] = ['--max-semi-space-size=2', '--no-allocation-site-pretenuring'];

/** The C library: one pool of memory for all threads, and what is free at its end goes back to the system. */
const allocation = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' } as const;

/** The options of Node and the environment with which a process of this mode starts itself again. */
export function fitFor(mode: Config['mode']) {
  return { flags: mode === 'cluster' ? large : small, env: allocation };
}

/**
 * The process becomes itself again with options that fit what it has to do; V8 takes most of them at its start alone.
 * It stays the same process to whoever started it, but a channel of Node's to its parent is closed. Does nothing
 * where that was done already, or where it cannot be done. What a person told V8 counts more.
 */
export function becomeFit({ mode }: Config): void {
  const { execPath, execArgv, argv, env: given, platform } = process;
  const { flags, env } = fitFor(mode);
  if (platform !== 'linux' || flags.every((flag) => execArgv.includes(flag))) return;
  process.execve?.(execPath, [execPath, ...flags, ...execArgv, ...argv.slice(1)], { ...env, ...given });
}
