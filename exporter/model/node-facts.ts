import type { Outage } from './node-outage.ts';
import type { NodeRow } from './node-row.ts';
import type { Now } from './sink.ts';

/** When somebody was heard last who ran on a node: monotonic milliseconds, and the duration of its lease. */
export interface LastWord {
  readonly lastRenewal: number;
  readonly durationMs: number;
}

/** What the heartbeat of a node says about the silence of somebody on it. */
export interface NodeFacts {
  /** All Nodes are known, and this is none of them. */
  readonly gone: boolean;
  readonly leaving: boolean;
  readonly heardSince: boolean;
  /** Of the outage that explains the silence. */
  readonly outageTraceId: string | undefined;
}

const nothing: NodeFacts = { gone: false, leaving: false, heardSince: false, outageTraceId: undefined };

export function factsOf(now: Now, name: string, word: LastWord): NodeFacts {
  if (name === '') return nothing;
  const row = now.nodes.get(name);
  if (row?.node === undefined && now.allNodes) return { ...nothing, gone: true };
  if (row === undefined) return nothing;
  const outage = [row.outage, row.lastOutage].find((each) => each !== undefined && took(each, row, word));
  return {
    gone: false,
    leaving: row.node?.terminating === true || row.node?.cordoned === true,
    // Later renewals than that are late: the machine did not die between the last one and the next.
    heardSince: row.heard && row.observedMono >= word.lastRenewal + lateAfter(word),
    outageTraceId: outage?.traceId,
  };
}

/**
 * Whether an outage began where the holder fell silent. A kubelet may die alone, and its Pods lead on; a
 * holder may die some time before its node.
 */
export function took(outage: Outage, row: NodeRow, word: LastWord): boolean {
  const diedBy = outage.heard + row.rhythmMs * jitter;
  return word.lastRenewal <= diedBy && word.lastRenewal >= outage.heard - lateAfter(word);
}

/** A kubelet waits up to 4 % longer than its rhythm; the rest is for the ways of the news. */
const jitter = 1.1;

function lateAfter({ durationMs }: LastWord): number {
  return (durationMs * 2) / 3;
}
