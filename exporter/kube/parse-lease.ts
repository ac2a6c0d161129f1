import type { LeaseRecord } from '../model/observation.ts';
import { itemsOf, member, textOf } from './json.ts';
import { parseMicroTime } from './microtime.ts';

/** Longest holder identity that is kept, in UTF-16 units: it is text that anybody may write. */
export const longestHolder = 4096;
/** The API server takes no longer value of a label. */
export const longestLabel = 63;

/** The API server allows 128 characters. */
export const longestWriter = 128;

export const nodeLeases = 'kube-node-lease';

export const identityLabelKey = 'apiserver.kubernetes.io/identity';

/**
 * Reads a Lease, and of its labels those that are wanted. Absurd fields become `undefined`; only an object
 * without a name is no Lease at all.
 */
export function parseLease(value: unknown, labelKeys: readonly string[] = []): LeaseRecord | undefined {
  const metadata = member(value, 'metadata');
  const name = textOf(member(metadata, 'name'));
  if (name === undefined || name === '') return undefined;
  const spec = member(value, 'spec');
  const namespace = textOf(member(metadata, 'namespace')) ?? '';
  return {
    namespace,
    name,
    uid: textOf(member(metadata, 'uid')) ?? '',
    resourceVersion: textOf(member(metadata, 'resourceVersion')) ?? '',
    holder: textOf(member(spec, 'holderIdentity'), longestHolder),
    durationSeconds: positive(member(spec, 'leaseDurationSeconds')),
    acquireTime: timeOf(member(spec, 'acquireTime')),
    renewTime: timeOf(member(spec, 'renewTime')),
    transitions: count(member(spec, 'leaseTransitions')),
    strategy: textOf(member(spec, 'strategy')),
    preferredHolder: textOf(member(spec, 'preferredHolder'), longestHolder),
    identityLabel: textOf(member(metadata, 'labels', identityLabelKey)),
    writer: hasOneWriter(namespace) ? undefined : writerOf(itemsOf(member(metadata, 'managedFields'))),
    ...labelsOf(member(metadata, 'labels'), labelKeys),
  };
}

/** A kubelet keeps its own lease: who wrote it is no question, and the answer would be looked for 100,000 times in 10 s. */
export function hasOneWriter(namespace: string): boolean {
  return namespace === nodeLeases;
}

/** Who changed the holder last, as the API server keeps it; with several owners, the last of them. */
function writerOf(managedFields: readonly unknown[]): string | undefined {
  const owner = managedFields.findLast(
    (entry) => member(entry, 'fieldsV1', 'f:spec', 'f:holderIdentity') !== undefined,
  );
  return textOf(member(owner, 'manager'), longestWriter);
}

function labelsOf(labels: unknown, wanted: readonly string[]): Pick<LeaseRecord, 'labels'> {
  const found = wanted.flatMap((key) => {
    const value = textOf(member(labels, key), longestLabel);
    return value === undefined ? [] : [[key, value] as const];
  });
  // No key where there is nothing: most leases have none of them, and there may be 100,000.
  return found.length === 0 ? {} : { labels: Object.fromEntries(found) };
}

/** A Kubernetes Time or MicroTime as Unix microseconds. */
export function timeOf(value: unknown): number | undefined {
  return typeof value === 'string' ? parseMicroTime(value) : undefined;
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
