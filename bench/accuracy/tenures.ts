import type { Commit, Spec } from './history.ts';
import { controllerWriter } from './team.ts';

/** How a holder's time ended, and when nobody was entitled any more by the server's own clock. */
export interface TenureEnd {
  readonly how: 'expired' | 'released' | 'deleted' | 'taken';
  readonly at: number;
  /** The write that ended it; an expiry needs none. */
  readonly by: Commit | undefined;
  /** The write that came after an expiry. */
  readonly after?: Commit;
  /** When the holder was asked to step down, if it was; perhaps only after its end. */
  askedAt: number | undefined;
}

/**
 * One holder's unbroken time on a lease: writes of the same holder, none later than the duration of the
 * record before it. This is all that an observer beside the server, who misses nothing, can say. Whom the
 * controller of a coordinated election names does not lead yet: it does with its own first write.
 */
export interface Tenure {
  readonly holder: string;
  readonly uid: string;
  /** Writes that changed the record, the acquisition first. */
  readonly writes: readonly [Commit, ...Commit[]];
  /** The last revision of the object: a label may have changed after the last renewal. */
  readonly lastRevision: number;
  /** The holder wrote again after its own expiry, and nobody had written in between. */
  readonly isReturn: boolean;
  /** When it took the lease: a return after its time was up takes it from nobody. */
  readonly takenAt: number;
  /** How long the lease had been absent when this began, in ms; 0 when it was there. */
  readonly absentMs: number;
  readonly end: TenureEnd | undefined;
}

interface Draft {
  readonly tenure: { -readonly [K in keyof Tenure]: Tenure[K] };
  readonly writes: [Commit, ...Commit[]];
  last: Commit;
  askedAt: number | undefined;
}

/** The tenures of one lease, oldest first, as of the time `until`. */
export function tenuresOf(commits: readonly Commit[], until: number): readonly Tenure[] {
  const tenures: Tenure[] = [];
  let current: Draft | undefined;
  let previous: Commit | undefined;
  let returning: Commit | undefined;
  let deletedAt: number | undefined;
  /** How long the lease had been absent when the controller made it again. */
  let namedAfterMs = 0;
  /** Who is named now has not written yet, and an edit does not make it lead. */
  let isAwaited = false;

  const end = (how: TenureEnd['how'], at: number, by: Commit | undefined, after?: Commit): void => {
    const next = after === undefined ? {} : { after };
    if (current !== undefined) current.tenure.end = { how, at, by, ...next, askedAt: current.askedAt };
    current = undefined;
  };
  for (const commit of commits) {
    if (current !== undefined && commit.at >= expiryOf(current.last)) {
      returning = current.last;
      end('expired', expiryOf(current.last), undefined, commit);
    }
    const { spec } = commit;
    if (spec !== undefined && isSameRecord(previous, commit)) {
      const asked = current ?? tenures.at(-1)?.end;
      if (asked !== undefined && spec.preferredHolder !== '') asked.askedAt ??= commit.at;
      if (current !== undefined) current.tenure.lastRevision = commit.revision;
    } else if (spec === undefined) {
      end('deleted', commit.at, commit);
      isAwaited = false;
      deletedAt = commit.at;
    } else if (spec.holder === '') {
      end('released', commit.at, commit);
      isAwaited = false;
    } else if (isNaming(previous, commit) || (isAwaited && commit.writer !== spec.holder)) {
      end('taken', commit.at, commit);
      isAwaited = true;
      if (previous?.spec === undefined && deletedAt !== undefined) namedAfterMs = commit.at - deletedAt;
    } else if (current !== undefined && isSameHolder(current.last, commit)) {
      current.writes.push(commit);
      current.last = commit;
      current.tenure.lastRevision = commit.revision;
    } else {
      end('taken', commit.at, commit);
      const isReturn = returning !== undefined && returning === previous && isSameHolder(returning, commit);
      const absentMs =
        previous?.spec === undefined && deletedAt !== undefined ? commit.at - deletedAt : namedAfterMs;
      namedAfterMs = 0;
      isAwaited = false;
      const takenAt = (isReturn ? tenures.at(-1)?.takenAt : undefined) ?? commit.at;
      current = begin(commit, spec, { isReturn, takenAt, absentMs });
      tenures.push(current.tenure);
    }
    // Whoever steals a lease from a holder that was asked to step down finds itself asked as well.
    if (current !== undefined && (spec?.preferredHolder ?? '') !== '') current.askedAt ??= commit.at;
    if (!isSameRecord(previous, commit)) previous = commit;
  }
  if (current !== undefined && until >= expiryOf(current.last)) {
    end('expired', expiryOf(current.last), undefined);
  }
  return tenures;
}

function begin(
  commit: Commit,
  { holder }: Spec,
  how: Pick<Tenure, 'isReturn' | 'takenAt' | 'absentMs'>,
): Draft {
  const writes: [Commit, ...Commit[]] = [commit];
  const { uid, revision } = commit;
  const tenure = { holder, uid, writes, lastRevision: revision, ...how, end: undefined };
  return { tenure, writes, last: commit, askedAt: undefined };
}

/** Whether the controller of a coordinated election names another holder. */
export function isNaming(before: Commit | undefined, commit: Commit): boolean {
  const isNew =
    before?.spec === undefined || before.spec.holder !== commit.spec?.holder || before.uid !== commit.uid;
  return commit.writer === controllerWriter && isNew && (commit.spec?.holder ?? '') !== '';
}

/** When the time of a record is up; a record without a duration never expires. */
function expiryOf({ at, spec }: Commit): number {
  return at + (spec?.durationSeconds ?? Number.POSITIVE_INFINITY) * 1000;
}

/** A write that leaves the record as it was is no sign of life: somebody edited a label. */
function isSameRecord(before: Commit | undefined, commit: Commit): boolean {
  return before?.uid === commit.uid && before.spec?.text === commit.spec?.text;
}

function isSameHolder(before: Commit, commit: Commit): boolean {
  return before.uid === commit.uid && before.spec?.holder === commit.spec?.holder;
}

/** For how long (ms) there has been no lease, at `until`. */
export function absentFor(commits: readonly Commit[], until: number): number {
  const last = commits.at(-1);
  return last === undefined || last.spec !== undefined ? 0 : until - last.at;
}

export function firstWrite({ writes }: Tenure): Commit {
  return writes[0];
}

export function lastWrite({ writes }: Tenure): Commit {
  return writes.at(-1) ?? writes[0];
}

/** From the date of a write, by the clock of whoever wrote it, to its commit by that of the server (ms). */
export function wayOf({ at, spec }: Commit): number {
  return at - Date.parse(spec?.renewTime ?? '');
}
