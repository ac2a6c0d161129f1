import type { Moment } from '../clock.ts';
import { ageAt, type NodeMemory, type OutageMemory, type Place } from './memory.ts';
import type { Outage } from './node-outage.ts';
import { NodeRow, type NodeRules } from './node-row.ts';
import { neverListed } from './sight.ts';
import type { Now } from './sink.ts';

export function nodeMemory(row: NodeRow, at: Moment): NodeMemory {
  const { name, lease, node, observedWall, heard, renewed, outage, setBacks } = row;
  return {
    ...{ of: 'node', at, name, lease, node, observedWall, heard, renewed, setBacks },
    observedAge: ageAt(at, row.observedMono),
    clockAhead: row.clock.established ? row.clock.ahead(at) : undefined,
    outage: outage === undefined ? undefined : outageMemory(outage, at),
  };
}

function outageMemory(
  { traceId, anchorWall, bootId, together, unseen, ...outage }: Outage,
  at: Moment,
): OutageMemory {
  return {
    ...{ traceId, anchorWall, bootId, together, rounds: [...outage.rounds] },
    unseenFromAge: unseen === undefined ? undefined : ageAt(at, unseen.from),
    unseenToAge: unseen === undefined ? undefined : ageAt(at, unseen.to),
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
  row.gap = place(0);
  row.renewed = memory.renewed;
  row.setBacks = memory.setBacks ?? 0;
  if (sameClock) row.clock.recall(memory.clockAhead, { mono: place(0), wall: memory.at.wall });
  row.outage = memory.outage === undefined ? undefined : recallOutage(memory.outage, place);
  if (row.outage !== undefined) row.lostAfter = row.lease?.renewTime;
  return row;
}

function recallOutage(
  { traceId, anchorWall, bootId, together, ...ages }: OutageMemory,
  place: Place,
): Outage {
  return {
    ...{ traceId, anchorWall, bootId, together, rounds: [...ages.rounds] },
    anchorMono: place(ages.anchorAge),
    heard: place(ages.heardAge),
    lost: place(ages.lostAge),
    back: ages.backAge === undefined ? undefined : place(ages.backAge),
    unseen:
      ages.unseenFromAge === undefined || ages.unseenToAge === undefined
        ? undefined
        : { from: place(ages.unseenFromAge), to: place(ages.unseenToAge) },
  };
}
