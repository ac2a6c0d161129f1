import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Descriptors } from '../model/observation.ts';
import { podUidOf } from './pod-cgroup.ts';

/** A process of a Pod, with nothing that needs more rights than to see it. */
export interface PodProcess {
  readonly pid: number;
  readonly root: string;
}

/** The processes of every Pod on this machine, by what its cgroup is named after, oldest first as a rule. */
export function scanPods(procRoot: string): ReadonlyMap<string, readonly PodProcess[]> {
  const pods = new Map<string, PodProcess[]>();
  const pids = readdirSync(procRoot)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
  for (const pid of pids) {
    const root = join(procRoot, String(pid));
    const uid = podUidOf(readOr(join(root, 'cgroup'), ''));
    if (uid === undefined) continue;
    const processes = pods.get(uid) ?? [];
    processes.push({ pid, root });
    pods.set(uid, processes);
  }
  return pods;
}

/**
 * Names the network namespace of a process: procfs has one inode for `net/tcp` in each of them. To read the
 * link `ns/net` would need a capability. `undefined` when the process is gone.
 */
export function namespaceOf(processRoot: string): number | undefined {
  try {
    return statSync(join(processRoot, 'net/tcp')).ino;
  } catch {
    return undefined;
  }
}

/**
 * The process with the least room for further descriptors; `undefined` where the kernel does not say (before
 * 6.2 the size of `fd` is 0) or no limit is set.
 */
export function tightestDescriptors(processes: readonly PodProcess[]): Descriptors | undefined {
  return processes.reduce<Descriptors | undefined>((tightest, { root }) => {
    const each = descriptorsOf(root);
    if (each === undefined) return tightest;
    return tightest === undefined || each.open / each.most > tightest.open / tightest.most ? each : tightest;
  }, undefined);
}

function descriptorsOf(root: string): Descriptors | undefined {
  const open = sizeOf(join(root, 'fd'));
  const most = parseLimit(readOr(join(root, 'limits'), ''));
  return open > 0 && most !== undefined ? { open, most } : undefined;
}

/** The soft limit on open files in /proc/PID/limits. */
export function parseLimit(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+)\s/m.exec(limits)?.[1];
  return soft === undefined || Number(soft) === 0 ? undefined : Number(soft);
}

/** A process may end at any moment, and then its files are gone: that is no failure. */
function readOr(path: string, absent: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return absent;
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
