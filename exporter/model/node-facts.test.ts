import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moment, nodeRecord } from './fixture.ts';
import { factsOf } from './node-facts.ts';
import { NodeRow } from './node-row.ts';
import type { Now } from './sink.ts';
import { WatchDebt } from './watch-debt.ts';
import { WatchLag } from './watch-lag.ts';

const now: Now = {
  at: moment(100),
  sink: { event: () => {}, ask: () => {} },
  clusterUid: 'c',
  nodes: new Map(),
  allNodes: true,
  lags: new WatchLag(),
  debts: new WatchDebt(),
};

/** A node that was heard last at 20 s, and was called lost at 70 s when `lost`. */
function nodeRow(lost: boolean, fields: Partial<Parameters<typeof nodeRecord>[0]> = {}): NodeRow {
  const row = new NodeRow('n1', { graceMs: 50_000 }, { ...now, at: moment(20) });
  row.node = nodeRecord({ name: 'n1', ...fields });
  row.heard = true;
  const outage = { traceId: 't', anchorWall: 0, anchorMono: 0, heard: 20_000, lost: 70_000 };
  if (lost)
    row.outage = {
      ...outage,
      bootId: 'b',
      back: undefined,
      unseen: undefined,
      together: undefined,
      rounds: [],
    };
  return row;
}

function facts(row: NodeRow | undefined, lastRenewal: number, allNodes = true) {
  const nodes = new Map(row === undefined ? [] : [[row.name, row]]);
  return factsOf({ ...now, nodes, allNodes }, 'n1', { lastRenewal: lastRenewal * 1000, durationMs: 15_000 });
}

const words: readonly (readonly [string, number, string | undefined])[] = [
  ['fell silent between this heartbeat and the next', 22, 't'],
  ['was heard last just before the heartbeat', 12, 't'],
  ['had been silent for some time', 5, undefined],
  ['went on after the kubelet had died', 40, undefined],
];

for (const [what, lastRenewal, traceId] of words) {
  test(`an outage explains a holder that ${what}: ${traceId !== undefined}`, () => {
    assert.equal(facts(nodeRow(true), lastRenewal).outageTraceId, traceId);
  });
}

test('an outage that has ended explains what fell silent with it', () => {
  const row = nodeRow(true);
  row.lastOutage = row.outage;
  row.outage = undefined;
  assert.equal(facts(row, 22).outageTraceId, 't');
});

test('a node that was heard long after the last word was not lost with the holder', () => {
  const row = nodeRow(false);
  assert.equal(facts(row, 5).heardSince, true);
  assert.equal(facts(row, 12).heardSince, false);
  row.heard = false;
  assert.equal(facts(row, 5).heardSince, false);
});

test('a node is gone only where all Nodes are known', () => {
  assert.equal(facts(undefined, 5).gone, true);
  assert.equal(facts(undefined, 5, false).gone, false);
  assert.equal(facts(nodeRow(false), 5).gone, false);
});

test('a node is leaving when it is cordoned or on its way out', () => {
  assert.equal(facts(nodeRow(false), 5).leaving, false);
  assert.equal(facts(nodeRow(false, { cordoned: true }), 5).leaving, true);
  assert.equal(facts(nodeRow(false, { terminating: true }), 5).leaving, true);
});
