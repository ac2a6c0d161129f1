import type { Chronicle } from './arena.ts';
import { compareLease, type LeaseReport } from './compare.ts';
import type { Life, OutageVerdict } from './life.ts';
import { graceMs } from './process.ts';
import { wasBlind } from './sightings.ts';
import { type Silence, silencesOf } from './silences.ts';
import type { Fault } from './stale.ts';
import { isTroubled, isUnder } from './trouble.ts';

export interface NodeReport {
  /** Of the lease of its kubelet, to tell the story. */
  readonly report: LeaseReport;
  readonly found: number;
  readonly missed: readonly Fault[];
  readonly spurious: readonly Fault[];
  readonly wrongEnd: readonly Fault[];
}

/** Longest time that a verdict may take: the read, the latency of the watch and its lag in good weather. */
const verdictMs = 1500;

/** The outages of one machine, as they were and as they were told. */
export function compareNode(chronicle: Chronicle, node: string): NodeReport {
  const commits = (chronicle.nodes.get(node) ?? []).filter(({ at }) => at <= chronicle.endedAt);
  const silences = silencesOf(node, commits, graceMs, chronicle.endedAt);
  const told = chronicle.lives.flatMap((life) =>
    life.outages
      .filter((each) => each.node === node && each.step === 'opened')
      .map((verdict) => ({ life, verdict, silence: silences.find((each) => isTrue(verdict, each)) })),
  );
  const isTold = (silence: Silence) => told.some((each) => each.silence === silence);
  const required = silences.filter((each) =>
    chronicle.lives.some((life) => isEvident(each, life, chronicle)),
  );
  return {
    report: compareLease(chronicle, `kube-node-lease/${node}`),
    found: silences.filter(isTold).length,
    missed: required
      .filter((each) => !isTold(each))
      .map(({ last }) => ({ at: last.at + graceMs, why: 'never told' })),
    spurious: told.filter(isSpurious).map(({ verdict }) => ({ at: verdict.at, why: 'told' })),
    wrongEnd: told.flatMap(({ life, verdict, silence }) =>
      silence === undefined ? [] : endFault(life, verdict, silence, chronicle),
    ),
  };
}

/** True at the read that proved it, which was a moment before the verdict. */
function isTrue({ at }: OutageVerdict, { last, to, plannedAt }: Silence): boolean {
  return last.at + graceMs <= at && to >= at - verdictMs && plannedAt > last.at;
}

interface Told {
  readonly life: Life;
  readonly verdict: OutageVerdict;
  readonly silence: Silence | undefined;
}

/** Nothing true belongs to it, or the same life had told of it before. */
function isSpurious({ life, silence }: Told, index: number, all: readonly Told[]): boolean {
  return (
    silence === undefined || all.findIndex((each) => each.life === life && each.silence === silence) !== index
  );
}

/** A life saw the last heartbeats by a watch that never broke, and nothing hindered the read that proves it. */
function isEvident(silence: Silence, life: Life, { almanac, endedAt }: Chronicle): boolean {
  const { last, before, to, plannedAt } = silence;
  const up = last.at + graceMs;
  if (before === undefined || before.at < life.from || plannedAt < up + verdictMs) return false;
  if (Math.min(to, endedAt, life.to) <= up + verdictMs) return false;
  return (
    !wasBlind(life, before.at, up + verdictMs) &&
    !isTroubled(almanac, before.at, up + 2 * verdictMs) &&
    !hinderedBeats.some((weather) => isUnder(almanac, weather, before.at - hinderedMs, up + verdictMs))
  );
}

/** Weather in which a heartbeat that was written comes late, or never. */
const hinderedBeats = ['watch cache lag', 'watch half open', 'watches broken', 'compaction'];
/** A watch that is half open is noticed only after a while. */
const hinderedMs = 240_000;

function endFault(
  life: Life,
  { traceId }: OutageVerdict,
  { end, last, over }: Silence,
  { almanac }: Chronicle,
): readonly Fault[] {
  const closed = life.outages.find((each) => each.traceId === traceId && each.step === 'closed');
  if (closed === undefined || wasBlind(life, last.at, closed.at)) return [];
  if (isTroubled(almanac, last.at, closed.at)) return [];
  if (Math.abs(closed.at - over) > hinderedMs)
    return [{ at: closed.at, why: `told ${closed.end}, ${Math.round((closed.at - over) / 1000)} s off` }];
  return closed.end === end ? [] : [{ at: closed.at, why: `told ${closed.end}, in truth ${end}` }];
}
