/**
 * Names of Pods tell the workload that made them: `WORKLOAD-HASH-RANDOM` of a Deployment, `WORKLOAD-RANDOM`
 * of a DaemonSet or a bare ReplicaSet, `WORKLOAD-NUMBER` of a StatefulSet. Kubernetes makes its hashes and
 * its random parts of letters and digits that spell no words.
 */
const safe = '[bcdfghjklmnpqrstvwxz2456789]';
const generated = new RegExp(String.raw`^(.+?)-(?:${safe}{6,10}-${safe}{5}|${safe}{5}|\d{1,4})$`);

/** A Pod's hostname is its name, cut off here: what may have been cut tells nothing. */
const longestHostname = 63;

/** The workload that a Pod of this name would belong to; `undefined` when no controller makes such names. */
export function workloadOf(podName: string): string | undefined {
  if (podName.length >= longestHostname - 1) return undefined;
  return generated.exec(podName)?.[1];
}
