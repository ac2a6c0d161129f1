import type { Commit, History } from './history.ts';
import type { Life } from './life.ts';
import { wayOf } from './tenures.ts';

/** What the dates in all records tell of when what reached a judge was written. */
export interface Dates {
  /** The latest moment of which a life could know at `at` that whatever reached it later was written after it; −Infinity if none. */
  notBefore(life: Life, at: number): number;
}

/** So many writes of one holder that were dated as they were made tell its clock. */
const enough = 5;
const promptMs = 200;

interface Dated {
  readonly lease: string;
  readonly commit: Commit;
  /** By how much the date is too early (ms). */
  readonly earlyMs: number;
}

interface Bound {
  readonly at: number;
  readonly notBefore: number;
}

export function datesOf(history: History, lives: readonly Life[]): Dates {
  const dated = datedWrites(history);
  const byRevision = new Map(dated.map((each) => [each.commit.revision, each]));
  const bounds = new Map(lives.map((life) => [life, boundsOf(life, byRevision)]));
  return {
    notBefore: (life, at) => {
      const known = bounds.get(life) ?? [];
      return known[countUpTo(known, at, (bound) => bound.at) - 1]?.notBefore ?? Number.NEGATIVE_INFINITY;
    },
  };
}

/** What holders wrote of themselves. The quickest of all writes of one tells how its clock goes. */
function datedWrites(history: History): readonly Dated[] {
  const own = [...history].flatMap(([lease, commits]) =>
    commits.filter(isOwn).map((commit) => ({ lease, commit, way: wayOf(commit) })),
  );
  const shortest = new Map<string, number>();
  for (const { commit, way } of own)
    shortest.set(commit.writer, Math.min(way, shortest.get(commit.writer) ?? way));
  return own.map(({ lease, commit, way }) => ({
    ...{ lease, commit, earlyMs: way - (shortest.get(commit.writer) ?? way) },
  }));
}

function isOwn({ writer, spec }: Commit): boolean {
  return (
    spec !== undefined && (spec.holder === writer || spec.holder === '') && !writer.startsWith('kubectl')
  );
}

/** A watch tells writes in their order: whoever is known to have written at some moment vouches for all that comes after. */
function boundsOf({ testimony }: Life, byRevision: ReadonlyMap<number, Dated>): readonly Bound[] {
  const rows = new Map<string, { readonly writer: string; prompt: number }>();
  const bounds: Bound[] = [];
  let notBefore = Number.NEGATIVE_INFINITY;
  for (const { how, at, revision } of testimony.deliveries) {
    const dated = how === 'watch' ? byRevision.get(revision) : undefined;
    if (dated === undefined) continue;
    const { lease, commit } = dated;
    const before = rows.get(lease);
    const row = before?.writer === commit.writer ? before : { writer: commit.writer, prompt: 0 };
    rows.set(lease, row);
    if (dated.earlyMs < promptMs) row.prompt += 1;
    if (row.prompt < enough) continue;
    notBefore = Math.max(notBefore, commit.at - dated.earlyMs);
    bounds.push({ at, notBefore });
  }
  return bounds;
}

/** How many of a sorted list are not beyond `limit`. */
function countUpTo<T>(sorted: readonly T[], limit: number, keyOf: (one: T) => number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = sorted[middle];
    if (one !== undefined && keyOf(one) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
