import type { NodeCommit } from './node-history.ts';

/** A time without any heartbeat of a machine that was there. Monotonic milliseconds of the server. */
export interface Silence {
  readonly node: string;
  /** The last heartbeat before it, and the one before that. */
  readonly last: NodeCommit;
  readonly before: NodeCommit | undefined;
  /** The next heartbeat, or its Node is deleted; infinite when neither came. */
  readonly to: number;
  /** The second heartbeat after it, when an outage is over; infinite when it did not come. */
  readonly over: number;
  readonly end: 'back' | 'rebooted' | 'deleted' | undefined;
  /** When its Node said that it goes on purpose; infinite when it did not. */
  readonly plannedAt: number;
}

/** All silences of one machine that lasted for at least `graceMs`, oldest first, as of the time `until`. */
export function silencesOf(
  node: string,
  commits: readonly NodeCommit[],
  graceMs: number,
  until: number,
): readonly Silence[] {
  const beats = beatsOf(commits);
  const gone = commits.filter((commit) => commit.of === 'node' && commit.gone);
  return beats.flatMap((last, index) => {
    const deleted = gone.find(({ at }) => at >= last.at)?.at ?? Number.POSITIVE_INFINITY;
    const next = beats[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const second = beats[index + 2]?.at ?? Number.POSITIVE_INFINITY;
    const to = Math.min(next, deleted);
    if (Math.min(to, until) - last.at < graceMs) return [];
    const isBack = second < Math.min(deleted, until);
    const end = isBack ? endOf(commits, last.at, second) : deleted < until ? 'deleted' : undefined;
    const over = isBack ? second : deleted;
    return [
      { node, last, before: beats[index - 1], to, over, end, plannedAt: plannedAt(commits, last, over) },
    ];
  });
}

/** As the node controller counts: a renewTime above all before it, or another heartbeat of the status. */
function beatsOf(commits: readonly NodeCommit[]): readonly NodeCommit[] {
  let renewed = '';
  let reported = '';
  return commits.filter(({ of, gone, beat }) => {
    if (gone) {
      if (of === 'lease') renewed = '';
      return false;
    }
    const isBeat = of === 'lease' ? beat > renewed : beat !== reported;
    if (of === 'lease' && isBeat) renewed = beat;
    if (of === 'node') reported = beat;
    return isBeat;
  });
}

function endOf(commits: readonly NodeCommit[], from: number, to: number): 'back' | 'rebooted' {
  const bootIdAt = (at: number) =>
    commits.findLast((commit) => commit.of === 'node' && commit.at <= at)?.bootId;
  return bootIdAt(from) === bootIdAt(to) ? 'back' : 'rebooted';
}

function plannedAt(commits: readonly NodeCommit[], last: NodeCommit, over: number): number {
  const isPlanned = (commit: NodeCommit) => commit.of === 'node' && commit.planned && !commit.gone;
  const before = commits.findLast(({ at, of }) => of === 'node' && at <= last.at);
  if (before !== undefined && isPlanned(before)) return before.at;
  const later = commits.find((commit) => commit.at > last.at && commit.at < over && isPlanned(commit));
  return later?.at ?? Number.POSITIVE_INFINITY;
}
