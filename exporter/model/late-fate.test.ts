import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fate } from './event.ts';
import { epoch, leaseRecord, moment } from './fixture.ts';
import type { HolderResult, PodRecord } from './holder-observation.ts';
import { Model } from './model.ts';
import type { Ask, FindHolder, LeaseRecord } from './observation.ts';

const old = pod('till-1', 'v1');
const successor = pod('till-0', 'v1');

function pod(name: string, revision: string, deleting = false): PodRecord {
  return {
    ...{ namespace: 'ns', name, uid: name, node: 'n', owner: 'StatefulSet/till', revision, deleting },
    ...{ reason: undefined, disruption: undefined, restarts: 0, ended: undefined },
  };
}

/** What is to be seen of the workload from a second on. */
type Sights = readonly (readonly [number, readonly string[] | 'absent'])[];

/**
 * `till-1` is deleted and releases at 10 s, `till-0` acquires at 11 s and renews at 13 s, when the round closes.
 * Returns the fate that was told then, the one that was told later, and when each look after it was taken (s).
 */
function upgrade(sights: Sights, rest: number) {
  const model = new Model({ sources: ['leases'], nodes: { graceMs: 50_000 }, holders: true });
  const told: { fate: Fate | undefined; later: Fate | undefined; looks: number[] } = {
    ...{ fate: undefined, later: undefined, looks: [] },
  };
  let second = 0;
  let closedAt = Number.POSITIVE_INFINITY;
  const asked: Ask[] = [];
  const sink = {
    event: (event: Parameters<Parameters<Model['see']>[1]['event']>[0]) => {
      if (event.kind === 'round-fate') told.later = event.fate;
      if (event.kind !== 'round' || event.step !== 'closed' || event.round.cause === 'created') return;
      told.fate = event.round.fate;
      closedAt = second;
    },
    ask: (ask: Ask) => asked.push(ask),
  };
  const at = () => moment(second);
  const see = (lease: LeaseRecord) =>
    model.see(
      [{ kind: 'lease', source: 'leases', at: at(), change: second === 0 ? 'added' : 'modified', lease }],
      sink,
    );
  const record = (fields: Partial<LeaseRecord>) =>
    see(leaseRecord({ resourceVersion: String(second + 1), renewTime: epoch + second * 1e6, ...fields }));
  const answer = (ask: FindHolder) => {
    if (second > closedAt && ask.urgent) told.looks.push(second - closedAt);
    model.see([{ kind: 'holder', ask, at: at(), result: find(ask, second, sights) }], sink);
  };
  for (; second <= rest; second += 1) {
    if (second < 10) record({ holder: 'till-1' });
    else if (second === 10) record({ holder: '', durationSeconds: 1 });
    else if (second % 2 === 1) record({ holder: 'till-0', transitions: 1, acquireTime: moment(11).wall });
    else model.see([{ kind: 'time', at: at() }], sink);
    for (const ask of asked.splice(0)) if (ask.kind === 'find-holder') answer(ask);
  }
  return told;
}

function find({ holder }: FindHolder, second: number, sights: Sights): HolderResult {
  const [, seen] = sights.findLast(([from]) => from <= second) ?? [0, ['v1']];
  const leader = holder === 'till-1' ? { ...old, deleting: second >= 10 } : successor;
  if (seen === 'absent') return { absent: true };
  return { found: leader, workload: { candidates: seen.length, revisions: seen } };
}

const cases: readonly (readonly [string, Sights, Fate, Fate | undefined, readonly number[]])[] = [
  ['the new version is there when the round opens', [[10, ['v1', 'v2']]], 'rolled', undefined, []],
  ['it comes before the round closes', [[11, ['v1', 'v2']]], 'rolled', undefined, []],
  ['it comes when the round is over', [[15, ['v1', 'v2']]], 'deleted', 'rolled', [5]],
  ['it comes late', [[30, ['v1', 'v2']]], 'deleted', 'rolled', [5, 45]],
  ['it never comes', [[0, ['v1']]], 'deleted', undefined, [5, 45]],
  ['it comes when nobody looks any more', [[59, ['v1', 'v2']]], 'deleted', undefined, [5, 45]],
  ['the successor is not to be read', [[14, 'absent']], 'deleted', undefined, [5, 45]],
];

for (const [what, sights, fate, later, looks] of cases) {
  test(`a leader is deleted; ${what}`, () => {
    assert.deepEqual(upgrade(sights, 200), { fate, later, looks });
  });
}
