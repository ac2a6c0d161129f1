import type { Config } from '../config.ts';

/**
 * For a process that has little to do for as long as it runs. Each is worth it by measurement (bench/README.md, idle):
 * a nursery of 1 MB instead of 16, which garbage would fill before it is swept; the reader of HTTP, which is
 * WebAssembly, compiled once and plainly; and no second optimizing compiler, whose code alone is 5 MB.
 */
const flags: readonly string[] = ['--max-semi-space-size=1', '--liftoff-only', '--no-opt'];

/** The C library: one pool of memory for all threads, and what is free at its end goes back to the system. */
const allocation = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' } as const;

/**
 * Watching one Pod or one node, the process becomes itself again with options that keep it small; V8 takes most of
 * them at its start alone. It stays the same process to whoever started it. Does nothing where that was done
 * already, where it cannot be done, and in mode cluster, which has a lot to do. What a person told V8 counts more.
 */
export function becomeSmall({ mode }: Config): void {
  const { execPath, execArgv, argv, env, platform } = process;
  if (mode === 'cluster' || platform !== 'linux' || isSmall(execArgv)) return;
  process.execve?.(execPath, [execPath, ...flags, ...execArgv, ...argv.slice(1)], { ...allocation, ...env });
}

function isSmall(execArgv: readonly string[]): boolean {
  return flags.every((flag) => execArgv.includes(flag));
}
