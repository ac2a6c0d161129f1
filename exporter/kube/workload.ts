import type { Workload } from '../model/observation.ts';
import type { PodSketch } from './parse-pod.ts';

/** More labels than these make a selector no narrower, only longer. */
const mostLabels = 10;

/** A selector for the Pods that may lead in the place of this one; none for a Pod without a controller. */
export function selectorOf({ owner, labels }: PodSketch): string | undefined {
  if (owner === undefined || labels.size === 0) return undefined;
  const terms = [...labels].map(([key, value]) => `${key}=${value}`);
  return terms.sort().slice(0, mostLabels).join(',');
}

/** Counts what such a selector found. `complete`: no Pod was left out. */
export function workloadAround(
  pod: PodSketch,
  found: readonly PodSketch[],
  complete: boolean,
): Workload | undefined {
  if (!complete) return undefined;
  const family = familyOf(pod);
  const others = found.filter((each) => familyOf(each) === family && !each.deleting);
  const revisions = new Set(others.flatMap(({ revision }) => revision ?? []));
  return { candidates: others.length, revisions: [...revisions].sort() };
}

/**
 * The name by which people know what made a Pod: of its Deployment rather than of the ReplicaSet of one
 * version, and of a static Pod its own without that of the machine. `undefined` for a Pod that nobody keeps.
 */
export function workloadNameOf(pod: PodSketch): string | undefined {
  const { name, owner } = pod;
  if (owner === undefined) return undefined;
  const machine = owner.startsWith('Node/') ? `-${owner.slice('Node/'.length)}` : undefined;
  if (machine !== undefined) return name.endsWith(machine) ? name.slice(0, -machine.length) : name;
  return familyOf(pod)?.replace(/^[^/]*\//, '');
}

/** The controller without what differs between versions (of a Deployment) or between machines (static Pods). */
function familyOf({ owner, revision }: PodSketch): string | undefined {
  if (owner?.startsWith('Node/')) return 'Node';
  if (owner?.startsWith('ReplicaSet/') && revision !== undefined && owner.endsWith(`-${revision}`)) {
    return owner.slice(0, -revision.length - 1);
  }
  return owner;
}
