import type { EndedContainer, PodRecord } from '../model/observation.ts';
import { isObject, itemsOf, member, textOf } from './json.ts';
import { timeOf } from './parse-lease.ts';

/** Labels in which controllers keep a hash of the template that a Pod was made from. */
const revisionLabels = ['pod-template-hash', 'controller-revision-hash'] as const;

/** Labels that differ between Pods of one workload: they are no part of a selector for all of them. */
const ownLabels: ReadonlySet<string> = new Set([
  ...revisionLabels,
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
]);

/** Reads a Pod. Absurd fields become `undefined`; only an object without a name is no Pod at all. */
export function parsePod(value: unknown): PodRecord | undefined {
  const sketch = parsePodMetadata(value);
  if (sketch === undefined) return undefined;
  const { labels, ...told } = sketch;
  const status = member(value, 'status');
  const containers = itemsOf(member(status, 'containerStatuses'));
  return {
    ...told,
    node: nonEmpty(member(value, 'spec', 'nodeName')),
    reason: nonEmpty(member(status, 'reason')),
    disruption: disruptionOf(status),
    restarts: containers.reduce<number>((sum, each) => sum + count(member(each, 'restartCount')), 0),
    ended: lastEnd(containers),
  };
}

/** What the metadata alone tells of a Pod. */
export interface PodSketch {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly owner: string | undefined;
  readonly revision: string | undefined;
  readonly deleting: boolean;
  /** Those that all Pods of its workload have, whatever the version. */
  readonly labels: ReadonlyMap<string, string>;
}

/** Reads a Pod, or a PartialObjectMetadata of one. */
export function parsePodMetadata(value: unknown): PodSketch | undefined {
  const metadata = member(value, 'metadata');
  const name = nonEmpty(member(metadata, 'name'));
  if (name === undefined) return undefined;
  const labels = member(metadata, 'labels');
  return {
    namespace: textOf(member(metadata, 'namespace')) ?? '',
    name,
    uid: textOf(member(metadata, 'uid')) ?? '',
    owner: controllerOf(metadata),
    revision: revisionLabels
      .map((label) => nonEmpty(member(labels, label)))
      .find((hash) => hash !== undefined),
    deleting: nonEmpty(member(metadata, 'deletionTimestamp')) !== undefined,
    labels: commonLabels(labels),
  };
}

/** Such as `ReplicaSet/till-7d9c6b5f4`. */
function controllerOf(metadata: unknown): string | undefined {
  const owners = itemsOf(member(metadata, 'ownerReferences'));
  const owner = owners.find((each) => member(each, 'controller') === true);
  const kind = nonEmpty(member(owner, 'kind'));
  const name = nonEmpty(member(owner, 'name'));
  return kind === undefined || name === undefined ? undefined : `${kind}/${name}`;
}

function commonLabels(labels: unknown): ReadonlyMap<string, string> {
  const common = new Map<string, string>();
  for (const [key, value] of isObject(labels) ? Object.entries(labels) : []) {
    if (typeof value === 'string' && !ownLabels.has(key)) common.set(key, value);
  }
  return common;
}

function disruptionOf(status: unknown): string | undefined {
  const target = itemsOf(member(status, 'conditions')).find(
    (condition) => member(condition, 'type') === 'DisruptionTarget' && member(condition, 'status') === 'True',
  );
  return target === undefined ? undefined : (nonEmpty(member(target, 'reason')) ?? 'unknown');
}

/** Of the containers that are ended and of those that were started again after an end. */
function lastEnd(containers: readonly unknown[]): EndedContainer | undefined {
  const ends = containers.flatMap((container) =>
    ['state', 'lastState'].flatMap((which) => endOf(member(container, which, 'terminated'))),
  );
  return ends.reduce<EndedContainer | undefined>(
    (last, end) => (last === undefined || (end.at ?? 0) > (last.at ?? 0) ? end : last),
    undefined,
  );
}

function endOf(terminated: unknown): readonly EndedContainer[] {
  if (!isObject(terminated)) return [];
  const exitCode = member(terminated, 'exitCode');
  return [
    {
      reason: textOf(member(terminated, 'reason'), 100) ?? '',
      exitCode: typeof exitCode === 'number' && Number.isSafeInteger(exitCode) ? exitCode : -1,
      at: timeOf(member(terminated, 'finishedAt')),
    },
  ];
}

function nonEmpty(value: unknown): string | undefined {
  const text = textOf(value, 253);
  return text === '' ? undefined : text;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
