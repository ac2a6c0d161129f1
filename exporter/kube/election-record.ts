import type { LeaseSpec } from './lease-client.ts';
import { formatMicroTime, parseMicroTime } from './microtime.ts';

/** What the candidates of an election agree on. Times are Unix microseconds; 0 stands for none. */
export interface ElectionRecord {
  readonly holder: string;
  readonly durationSeconds: number;
  readonly acquireTime: number;
  readonly renewTime: number;
  readonly transitions: number;
  /** Of a coordinated election; empty in every other. */
  readonly strategy: string;
  /** For whom the holder of a coordinated election shall step down. */
  readonly preferredHolder: string;
}

/** Before anything was read. */
export const nobody: ElectionRecord = {
  holder: '',
  durationSeconds: 0,
  acquireTime: 0,
  renewTime: 0,
  transitions: 0,
  strategy: '',
  preferredHolder: '',
};

/** What a holder writes to give the lease up; `now` is Unix microseconds. */
export function blanked(held: ElectionRecord, now: number): ElectionRecord {
  return {
    holder: '',
    durationSeconds: 1,
    acquireTime: now,
    renewTime: now,
    transitions: held.transitions,
    strategy: '',
    preferredHolder: '',
  };
}

export function recordOf(spec: LeaseSpec): ElectionRecord {
  return {
    holder: spec.holderIdentity ?? '',
    durationSeconds: spec.leaseDurationSeconds ?? 0,
    acquireTime: parseMicroTime(spec.acquireTime ?? '') ?? 0,
    renewTime: parseMicroTime(spec.renewTime ?? '') ?? 0,
    transitions: spec.leaseTransitions ?? 0,
    strategy: spec.strategy ?? '',
    preferredHolder: spec.preferredHolder ?? '',
  };
}

export function specOf(record: ElectionRecord): LeaseSpec {
  return {
    holderIdentity: record.holder,
    leaseDurationSeconds: record.durationSeconds,
    // Nobody acquires a lease of a coordinated election: the controller names its holder.
    ...(record.acquireTime === 0 ? {} : { acquireTime: formatMicroTime(record.acquireTime) }),
    renewTime: formatMicroTime(record.renewTime),
    leaseTransitions: record.transitions,
    ...(record.strategy === '' ? {} : { strategy: record.strategy }),
    ...(record.preferredHolder === '' ? {} : { preferredHolder: record.preferredHolder }),
  };
}

/**
 * Whether two records read from the server are the same to a candidate. client-go compares them as JSON
 * with times of whole seconds, so that two renewals within one second count as none.
 */
export function sameRecord(a: ElectionRecord, b: ElectionRecord): boolean {
  return fingerprint(a) === fingerprint(b);
}

function fingerprint(record: ElectionRecord): string {
  const seconds = (micros: number) => Math.floor(micros / 1e6);
  const { holder, durationSeconds, transitions, strategy, preferredHolder } = record;
  return JSON.stringify([
    holder,
    durationSeconds,
    transitions,
    strategy,
    preferredHolder,
    seconds(record.acquireTime),
    seconds(record.renewTime),
  ]);
}
