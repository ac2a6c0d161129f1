import type { Moment } from '../clock.ts';
import { ElectionRound } from './election.ts';
import type { LeaseState } from './event.ts';
import { LateFate } from './late-fate.ts';
import { LeaseRow } from './lease-row.ts';
import { ageAt, type LeaseMemory, type Place } from './memory.ts';
import { holdingMemory, recallHolding } from './remember-holder.ts';
import { neverListed } from './sight.ts';
import type { Now } from './sink.ts';

export function leaseMemory(row: LeaseRow, at: Moment): LeaseMemory {
  const { source, record, durationSeconds, observedWall, seenAlive, listed, edited } = row;
  const { lastTraceId, lastHolder } = row;
  return {
    ...{
      of: 'lease',
      at,
      source,
      record,
      class: row.class,
      durationSeconds,
      observedWall,
      seenAlive,
      listed,
      edited,
    },
    named: row.named,
    rivalUntilAge: Number.isFinite(row.rivalUntil) ? ageAt(at, row.rivalUntil) : undefined,
    ownAcquisition: row.ownAcquisition,
    versionWhenUp: row.versionWhenUp,
    asksInTime: row.asksInTime,
    stood: standing(row),
    clockAhead: row.clock.established ? row.clock.ahead(at) : undefined,
    observedAge: ageAt(at, row.observedMono),
    blindAge: row.blindSince === undefined ? 0 : ageAt(at, row.blindSince),
    deletedAge: row.state === 'deleted' ? ageAt(at, row.deletedAt) : undefined,
    ...{ lastTraceId, lastHolder },
    setBacks: row.setBacks,
    roundsFromAge: Number.isFinite(row.roundsFrom) ? ageAt(at, row.roundsFrom) : undefined,
    holding: holdingMemory(row.who),
    round: row.round?.remember(at),
    late: row.late?.remember(at),
  };
}

/** Held is not among these: the next write proves it, or the next duration without one disproves it. */
function standing({ state, before, class: kind }: LeaseRow): LeaseState | undefined {
  if (state === 'unknown') return before;
  return state === 'held' && kind !== 'lock' ? undefined : state;
}

/**
 * The row of an earlier process. A restart is a gap like any other: the row is blind since then, and the
 * first list tells what happened meanwhile. It is not filed among the deadlines before that list.
 */
export function recallLease(memory: LeaseMemory, now: Now, place: Place, sameClock: boolean): LeaseRow {
  const { record, stood, deletedAge, round } = memory;
  const row = new LeaseRow(record, memory.source, neverListed, now);
  row.class = memory.class;
  row.durationSeconds = memory.durationSeconds;
  row.observedMono = place(memory.observedAge);
  row.observedWall = memory.observedWall;
  row.blindSince = place(memory.blindAge);
  row.seenAlive = memory.seenAlive;
  row.listed = memory.listed;
  row.edited = memory.edited;
  row.named = memory.named;
  if (memory.rivalUntilAge !== undefined) row.rivalUntil = place(memory.rivalUntilAge);
  row.ownAcquisition = memory.ownAcquisition;
  row.versionWhenUp = memory.versionWhenUp;
  row.asksInTime = memory.asksInTime;
  row.lastTraceId = memory.lastTraceId;
  row.setBacks = memory.setBacks ?? 0;
  if (memory.roundsFromAge !== undefined) row.roundsFrom = place(memory.roundsFromAge);
  row.lastHolder = memory.lastHolder;
  if (deletedAge === undefined) row.before = stood;
  else {
    row.state = 'deleted';
    row.deletedAt = place(deletedAge);
  }
  // A clock that is wrong by a jump of ours would date the next writes wrong: only the same one is of use.
  if (sameClock) row.clock.recall(memory.clockAhead, { mono: place(0), wall: memory.at.wall });
  recallHolding(row.who, memory.holding, now.at.mono);
  const of = { namespace: row.namespace, lease: row.name, class: row.class };
  if (round !== undefined) row.round = ElectionRound.recall(of, round, place);
  if (memory.late !== undefined) row.late = LateFate.recall(of, memory.late, place);
  return row;
}
