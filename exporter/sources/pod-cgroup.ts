/**
 * The UID of a Pod in a path of cgroups, as the drivers write it: after `pod`, with dashes (cgroupfs) or
 * underscores (systemd); static Pods have a hash without either. Not anchored: a process in a cgroup
 * namespace of its own sees `/../../…`.
 */
const podInPath =
  /[/-]pod([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}(?:_[0-9a-f]{4}){3}_[0-9a-f]{12}|[0-9a-f]{32})(?=$|[/.:])/;

/** CRI-O's monitors sit in the cgroup of the Pod, and in the network of the machine. */
const monitor = /(?:^|[/-])(?:crio-)?conmon-/;

/**
 * Which Pod a process is in, by its /proc/PID/cgroup: version 1 has a line a controller, version 2 has one,
 * `0::…`, and some machines have both. `undefined` for a process of the machine itself.
 */
export function podUidOf(cgroup: string): string | undefined {
  for (const line of cgroup.split('\n')) {
    const path = pathOf(line);
    const uid = podInPath.exec(path)?.[1];
    if (uid !== undefined && !monitor.test(path)) return uid.replaceAll('_', '-');
  }
  return undefined;
}

/** `hierarchy:controllers:path`; the path itself may have colons. */
function pathOf(line: string): string {
  const controllers = line.indexOf(':') + 1;
  return line.slice(line.indexOf(':', controllers) + 1);
}

/** As every runtime writes it: 64 hexadecimal digits, after `/`, `crio-`, `docker-` or `cri-containerd-` (or a colon). */
const containerInPath = /(?:^|[/:-])([0-9a-f]{64})(?=$|[/.:])/;

/** The ID of the container that a process is in, by its /proc/PID/cgroup; `undefined` outside of one. */
export function containerIdOf(cgroup: string): string | undefined {
  const paths = cgroup.split('\n').map(pathOf);
  return paths.map((path) => containerInPath.exec(path)?.[1]).find((id) => id !== undefined);
}

/** As `docker ps` and `crictl ps` shorten it. */
export function shortContainerId(id: string): string {
  return id.slice(0, 12);
}
