import type { Moment } from '../clock.ts';
import { NodeRow, type NodeRules, type Outage } from './heartbeat.ts';
import { ageAt, type NodeMemory, type OutageMemory, type Place } from './memory.ts';
import { neverListed } from './sight.ts';
import type { Now } from './sink.ts';

export function nodeMemory(row: NodeRow, at: Moment): NodeMemory {
  const { name, lease, node, observedWall, heard, renewed, outage } = row;
  return {
    ...{ of: 'node', at, name, lease, node, observedWall, heard, renewed },
    observedAge: ageAt(at, row.observedMono),
    clockAhead: row.clock.established ? row.clock.ahead(at) : undefined,
    outage: outage === undefined ? undefined : outageMemory(outage, at),
  };
}

function outageMemory({ traceId, anchorWall, bootId, ...outage }: Outage, at: Moment): OutageMemory {
  return {
    ...{ traceId, anchorWall, bootId, rounds: [...outage.rounds] },
    anchorAge: ageAt(at, outage.anchorMono),
    heardAge: ageAt(at, outage.heard),
    lostAge: ageAt(at, outage.lost),
    backAge: outage.back === undefined ? undefined : ageAt(at, outage.back),
  };
}

/** The row of an earlier process, blind until the first list: silence is counted anew from there. */
export function recallNode(
  memory: NodeMemory,
  rules: NodeRules,
  now: Now,
  place: Place,
  sameClock: boolean,
): NodeRow {
  const row = new NodeRow(memory.name, rules, now);
  row.leaseGeneration = neverListed;
  row.nodeGeneration = neverListed;
  row.lease = memory.lease;
  row.node = memory.node;
  row.observedMono = place(memory.observedAge);
  row.observedWall = memory.observedWall;
  row.heard = memory.heard;
  row.blind = true;
  row.renewed = memory.renewed;
  if (sameClock) row.clock.recall(memory.clockAhead, { mono: place(0), wall: memory.at.wall });
  row.outage = memory.outage === undefined ? undefined : recallOutage(memory.outage, place);
  return row;
}

function recallOutage({ traceId, anchorWall, bootId, ...ages }: OutageMemory, place: Place): Outage {
  return {
    ...{ traceId, anchorWall, bootId, rounds: [...ages.rounds] },
    anchorMono: place(ages.anchorAge),
    heard: place(ages.heardAge),
    lost: place(ages.lostAge),
    back: ages.backAge === undefined ? undefined : place(ages.backAge),
  };
}
