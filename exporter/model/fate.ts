import type { Fate } from './event.ts';
import type { PodRecord } from './holder-observation.ts';

/** What is known of a predecessor when its round is told. */
export interface FateEvidence {
  /** Its Pod while it led. */
  readonly before: PodRecord | undefined;
  /** Its Pod as it was read in the round; `undefined`: no read told anything. */
  readonly after: PodRecord | 'absent' | undefined;
  /** The last renewTime that it wrote (µs). Its clock is that of its node, and so of its containers' ends. */
  readonly renewTime: number | undefined;
  readonly node: NodeEvidence;
  /** Versions of the workload's template that are seen beside the predecessor's own, the successor's too. */
  readonly revisions: readonly string[];
}

export interface NodeEvidence {
  /** An outage of its node took it, or the Node is gone. */
  readonly lost: boolean;
  /** On its way out: cordoned, drained, shut down or deleted on purpose. */
  readonly leaving: boolean;
  /** Heard for so long after the holder's last word that the two silences are not one. */
  readonly heardSince: boolean;
}

/**
 * What became of a predecessor. Nothing is concluded from a read that failed, and `running` is said only
 * when its node was heard later: the status of a Pod is no fresher than its kubelet.
 */
export function fateOf(evidence: FateEvidence): Fate {
  const { before, after, node } = evidence;
  if (node.lost) return 'node_lost';
  if (after === undefined) return 'unknown';
  if (after === 'absent') return before === undefined ? 'unknown' : removed(evidence, before);
  // A StatefulSet gives the name to the next Pod: ours is gone.
  if (before !== undefined && before.uid !== after.uid) return removed(evidence, before);
  const disrupted = disruptionOf(after, node);
  if (disrupted !== undefined) return disrupted;
  if (after.deleting) return removed(evidence, after);
  if (endedSince(after, evidence.renewTime)) {
    return after.ended?.reason === 'OOMKilled' ? 'oom_killed' : 'container_restarted';
  }
  return node.heardSince ? 'running' : 'unknown';
}

/** Deleted or about to be. */
function removed({ node, revisions }: FateEvidence, pod: PodRecord): Fate {
  if (node.leaving) return 'drained';
  const others = revisions.filter((revision) => revision !== pod.revision);
  return pod.revision !== undefined && others.length > 0 ? 'rolled' : 'deleted';
}

/** The reasons of the condition DisruptionTarget, and of `status.reason` where older kubelets say it there. */
function disruptionOf(pod: PodRecord, node: NodeEvidence): Fate | undefined {
  // A graceful shutdown of the machine: it ends its Pods itself.
  if (pod.reason === 'Terminated' || pod.reason === 'NodeShutdown') return 'drained';
  switch (pod.disruption) {
    case 'DeletionByTaintManager':
    case 'DeletionByPodGC':
      return 'node_lost';
    case 'EvictionByEvictionAPI':
      // A drain evicts by the API, and so do others that want no more than to move a Pod.
      return node.leaving ? 'drained' : 'evicted';
    case undefined:
      return pod.reason === 'Evicted' ? 'evicted' : undefined;
    default:
      return 'evicted';
  }
}

/** A container ended at or after the last word of the holder. Ends are told in whole seconds, cut off. */
function endedSince({ ended }: PodRecord, renewTime: number | undefined): boolean {
  if (ended?.at === undefined || renewTime === undefined) return false;
  return ended.at + 1_000_000 > renewTime;
}
