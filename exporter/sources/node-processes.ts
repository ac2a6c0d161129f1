import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { containerIdOf, podUidOf } from './pod-cgroup.ts';

/** A process of a Pod, with nothing that needs more rights than to see it. */
export interface PodProcess {
  readonly pid: number;
  readonly root: string;
  /** The ID of its container; empty where it is in none. */
  readonly container: string;
}

/** The processes of every Pod on this machine, by what its cgroup is named after, oldest first as a rule. */
export function scanPods(procRoot: string): ReadonlyMap<string, readonly PodProcess[]> {
  const pods = new Map<string, PodProcess[]>();
  for (const { cgroup, ...process } of processesIn(procRoot)) {
    const uid = podUidOf(cgroup);
    if (uid === undefined) continue;
    const processes = pods.get(uid) ?? [];
    processes.push(process);
    pods.set(uid, processes);
  }
  return pods;
}

/** Every process that can be seen, by rising number, with its /proc/PID/cgroup. */
export function* processesIn(procRoot: string): Iterable<PodProcess & { readonly cgroup: string }> {
  const pids = readdirSync(procRoot)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
  for (const pid of pids) {
    const root = join(procRoot, String(pid));
    const cgroup = readOr(join(root, 'cgroup'), '');
    yield { pid, root, container: containerIdOf(cgroup) ?? '', cgroup };
  }
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

/** A process may end at any moment, and then its files are gone: that is no failure. */
export function readOr(path: string, absent: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return absent;
  }
}
