import type { NodeRecord } from '../model/observation.ts';
import { itemsOf, member, textOf } from './json.ts';
import { timeOf } from './parse-lease.ts';

/**
 * Taints that say that this Node is going away on purpose. A cordon (`unschedulable`) is not among them:
 * a cordoned Node may live on for weeks, and its silence is news.
 */
const leaving: ReadonlySet<string> = new Set([
  'node.kubernetes.io/out-of-service',
  'node.cloudprovider.kubernetes.io/shutdown',
  'ToBeDeletedByClusterAutoscaler',
  'karpenter.sh/disrupted',
  'karpenter.sh/disruption',
]);

/** Reads a Node. Absurd fields become `undefined`; only an object without a name is no Node at all. */
export function parseNode(value: unknown): NodeRecord | undefined {
  const metadata = member(value, 'metadata');
  const name = textOf(member(metadata, 'name'));
  if (name === undefined || name === '') return undefined;
  const conditions = itemsOf(member(value, 'status', 'conditions'));
  const ready = conditions.find((condition) => member(condition, 'type') === 'Ready');
  return {
    name,
    uid: textOf(member(metadata, 'uid')) ?? '',
    resourceVersion: textOf(member(metadata, 'resourceVersion')) ?? '',
    bootId: textOf(member(value, 'status', 'nodeInfo', 'bootID')),
    ready: textOf(member(ready, 'status')),
    readyHeartbeat: timeOf(member(ready, 'lastHeartbeatTime')),
    readyTransition: timeOf(member(ready, 'lastTransitionTime')),
    terminating: isTerminating(value),
    cordoned: member(value, 'spec', 'unschedulable') === true,
  };
}

function isTerminating(node: unknown): boolean {
  if (textOf(member(node, 'metadata', 'deletionTimestamp')) !== undefined) return true;
  return itemsOf(member(node, 'spec', 'taints')).some((taint) =>
    leaving.has(textOf(member(taint, 'key')) ?? ''),
  );
}
