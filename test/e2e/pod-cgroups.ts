/** Cgroups as kubelets make them, for processes of a test. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { until } from './child-program.ts';

/** Where machines have them. Some have both versions; where one is not there, the other has to do. */
const roots = {
  1: ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'],
  2: ['/sys/fs/cgroup/unified', '/sys/fs/cgroup', '/sys/fs/cgroup/pids'],
} as const;

/** How kubelets and runtimes name the cgroup of a container, by driver. `pod` is a UID or the hash of a static Pod. */
export const cgroupOf = {
  cgroupfs: (pod: string, container: string) => `kubepods/burstable/pod${pod}/${container}`,
  guaranteed: (pod: string, container: string) => `kubepods/pod${pod}/crio-${container}`,
  systemd: (pod: string, container: string) =>
    `kubepods.slice/kubepods-besteffort.slice/${slice('besteffort-', pod)}/cri-containerd-${container}.scope`,
  systemdDocker: (pod: string, container: string) =>
    `kubepods.slice/${slice('', pod)}/docker-${container}.scope`,
} as const;

function slice(quality: string, pod: string): string {
  return `kubepods-${quality}pod${pod.replaceAll('-', '_')}.slice`;
}

/** Moves a process into a cgroup; false after saying why the test was skipped. */
export function putIntoCgroup(t: TestContext, version: 1 | 2, pid: number, path: string): boolean {
  for (const root of roots[version]) {
    const cgroup = join(root, path);
    try {
      mkdirSync(cgroup, { recursive: true });
      writeFileSync(join(cgroup, 'cgroup.procs'), String(pid));
    } catch {
      continue;
    }
    // The process was started before, and so it has been ended by then.
    t.after(() => until('the cgroup is empty', () => isRemoved(cgroup, root)));
    return true;
  }
  t.skip('skipped: cgroups need root and a writable /sys/fs/cgroup');
  return false;
}

/** With the folders above it that are empty then: other tests may have theirs beside it. */
function isRemoved(cgroup: string, root: string): boolean {
  try {
    rmdirSync(cgroup);
  } catch {
    if (existsSync(cgroup)) return false;
  }
  try {
    for (let above = dirname(cgroup); above !== root; above = dirname(above)) rmdirSync(above);
  } catch {
    // Not empty.
  }
  return true;
}
