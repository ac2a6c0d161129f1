import type { LeaseObject } from '../../exporter/kube/lease-client.ts';
import { parseMicroTime } from '../../exporter/kube/microtime.ts';
import type { LeaseCandidate } from './lease-candidate.ts';

/** How the controller of coordinated elections judges leases and candidates: by the wall clock, unlike any elector. */

export const oldestEmulation = 'OldestEmulationVersion';
/** A candidate that was pinged has so long to answer (ms), and an answer counts for so long. */
export const electionMs = 5000;
/** A candidate that has not renewed for so long does not count any more (ms). */
export const candidateValidMs = 30 * 60_000;

/** `now` is Unix microseconds, here as below. */
export function isLeaseUp({ spec }: LeaseObject, now: number): boolean {
  const renewed = parseMicroTime(spec.renewTime ?? '');
  if (renewed === undefined || spec.leaseDurationSeconds === undefined) return true;
  return renewed + spec.leaseDurationSeconds * 1e6 < now;
}

export function renewedAt({ spec }: LeaseCandidate): number | undefined {
  return parseMicroTime(spec.renewTime ?? '');
}

export function pingedAt({ spec }: LeaseCandidate): number | undefined {
  return parseMicroTime(spec.pingTime ?? '');
}

export function isCandidateUp(candidate: LeaseCandidate, now: number, validMs = candidateValidMs): boolean {
  const renewed = renewedAt(candidate);
  return renewed === undefined || renewed + validMs * 1000 < now;
}

/** Whether a candidate was heard within the time of an election. */
export function hasAnswered(candidate: LeaseCandidate, now: number): boolean {
  return (renewedAt(candidate) ?? 0) + electionMs * 1000 > now;
}

export function isUnanswered(candidate: LeaseCandidate): boolean {
  return (renewedAt(candidate) ?? 0) < (pingedAt(candidate) ?? 0);
}

/** Still has time to answer its ping. */
export function isAwaited(candidate: LeaseCandidate, now: number): boolean {
  return isUnanswered(candidate) && (pingedAt(candidate) ?? 0) + electionMs * 1000 > now;
}

/** Neither heard lately nor asked, or asked and answered before. Who did not answer is not asked again. */
export function isToBePinged(candidate: LeaseCandidate, now: number): boolean {
  const pinged = pingedAt(candidate);
  if (pinged === undefined) return true;
  return pinged + electionMs * 1000 < now && !isUnanswered(candidate);
}

/** Of the candidates the one that emulates the oldest version, then with the oldest binary, then the oldest. */
export function bestOf(candidates: readonly LeaseCandidate[]): LeaseCandidate | undefined {
  return candidates
    .filter(({ spec }) => isVersion(spec.emulationVersion) && isVersion(spec.binaryVersion))
    .toSorted(compare)[0];
}

/** That of the newest binary; none when two of the newest disagree. */
export function strategyOf(candidates: readonly LeaseCandidate[]): string | undefined {
  const newest = candidates.toSorted((a, b) => compareVersions(b.spec.binaryVersion, a.spec.binaryVersion));
  const [first] = newest;
  const isSame = ({ spec }: LeaseCandidate) =>
    compareVersions(spec.binaryVersion, first?.spec.binaryVersion ?? '') !== 0 ||
    spec.strategy === first?.spec.strategy;
  return newest.every(isSame) ? first?.spec.strategy : undefined;
}

function compare(a: LeaseCandidate, b: LeaseCandidate): number {
  return (
    compareVersions(a.spec.emulationVersion, b.spec.emulationVersion) ||
    compareVersions(a.spec.binaryVersion, b.spec.binaryVersion) ||
    Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? '')
  );
}

const versionForm = /^\d+\.\d+\.\d+$/;

function isVersion(text: string): boolean {
  return versionForm.test(text);
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (const [index, number] of left.entries()) {
    const difference = number - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What is no version counts as the oldest of all. */
function numbersOf(text: string): readonly number[] {
  return isVersion(text) ? text.split('.').map(Number) : [0, 0, 0];
}
