import type { Fate, Place } from './event.ts';
import { type LastWord, took } from './node-facts.ts';
import type { Outage } from './node-outage.ts';
import type { NodeRow } from './node-row.ts';
import type { Now } from './sink.ts';

/** A round that closed, kept with the node of its predecessor. */
export interface PastRound extends LastWord {
  readonly traceId: string;
  readonly namespace: string;
  readonly lease: string;
  readonly predecessor: string;
  readonly predecessorAt: Place;
  readonly fate: Fate;
}

/** A node that carries more leaders than this is known for its outage anyway. */
const mostPastRounds = 64;

/** Keeps a closed round until it is known whether its node was lost: most elections are over long before. */
export function rememberRound(row: NodeRow, past: PastRound): void {
  row.pastRounds = [...row.pastRounds, past].slice(-mostPastRounds);
  if (past.fate === 'node_lost') row.outage?.rounds.push(past.traceId);
}

/** An outage began: the rounds that it explains are told, and none is kept any longer. */
export function blame(row: NodeRow, outage: Outage, now: Now): void {
  const past = row.pastRounds;
  row.pastRounds = [];
  for (const round of past) {
    if (!isUnexplained(round.fate) || !took(outage, row, round)) continue;
    outage.rounds.push(round.traceId);
    const { traceId, namespace, lease, predecessor, predecessorAt } = round;
    now.sink.event({
      ...{ kind: 'round-fate', at: now.at, traceId, namespace, lease, predecessor, predecessorAt },
      ...{ fate: 'node_lost', outageTraceId: outage.traceId },
    });
  }
}

function isUnexplained(fate: Fate): boolean {
  return fate === 'unknown' || fate === 'running';
}
