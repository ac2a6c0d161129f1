import type { LeaseRecord } from '../model/observation.ts';
import { member, textOf } from './json.ts';
import { parseMicroTime } from './microtime.ts';

/** Longest holder identity that is kept, in UTF-16 units: it is text that anybody may write. */
export const longestHolder = 4096;

/** Reads a Lease. Absurd fields become `undefined`; only an object without a name is no Lease at all. */
export function parseLease(value: unknown): LeaseRecord | undefined {
  const metadata = member(value, 'metadata');
  const name = textOf(member(metadata, 'name'));
  if (name === undefined || name === '') return undefined;
  const spec = member(value, 'spec');
  return {
    namespace: textOf(member(metadata, 'namespace')) ?? '',
    name,
    uid: textOf(member(metadata, 'uid')) ?? '',
    resourceVersion: textOf(member(metadata, 'resourceVersion')) ?? '',
    holder: textOf(member(spec, 'holderIdentity'), longestHolder),
    durationSeconds: positive(member(spec, 'leaseDurationSeconds')),
    acquireTime: timeOf(member(spec, 'acquireTime')),
    renewTime: timeOf(member(spec, 'renewTime')),
    transitions: count(member(spec, 'leaseTransitions')),
    strategy: textOf(member(spec, 'strategy')),
    identityLabel: textOf(member(metadata, 'labels', 'apiserver.kubernetes.io/identity')),
  };
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
