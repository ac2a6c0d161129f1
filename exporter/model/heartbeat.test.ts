import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bench, leaseRecord, moment, nodeRecord } from './fixture.ts';
import type { Change } from './observation.ts';

const lease = { namespace: 'kube-node-lease', name: 'node-1', durationSeconds: 40, holder: 'node-1' };

function alive(): Bench {
  const bench = new Bench();
  const at = moment(0);
  bench.see({ kind: 'list', source: 'nodes', at, phase: 'begin', sentAt: at });
  bench.see({ kind: 'node', source: 'nodes', at, change: 'listed', node: nodeRecord({}) });
  bench.see({ kind: 'list', source: 'nodes', at, phase: 'end', sentAt: at });
  bench.list(0, [leaseRecord({ ...lease, renewTime: moment(0).wall })]);
  bench.write(10);
  return bench;
}

function lost(): Bench {
  const bench = alive();
  bench.time(36.7);
  bench.time(60);
  bench.answer(60.1);
  return bench;
}

test('a node is unknown at first sight and alive after a heartbeat', () => {
  assert.deepEqual(alive().states(), ['alive']);
});

test('a silent node is late, then lost on a read after the grace period', () => {
  const bench = lost();
  assert.deepEqual(bench.states(), ['alive', 'late', 'lost']);
  assert.equal(bench.node().disagreement, 'stale_lease_ready');
});

test('the seconds in which a node was lost are counted while they last, and stay when it is back', () => {
  const bench = lost();
  assert.equal(bench.node().lostSeconds(moment(70.1).mono), 10);
  bench.write(100);
  assert.equal(bench.node().lostSeconds(moment(500).mono), 39.9);
});

test('a renewTime that steps back is no heartbeat, as for the node controller', () => {
  const bench = alive();
  bench.write(20, { renewTime: moment(5).wall });
  bench.time(36.7);
  assert.equal(bench.node().state, 'late');
});

test('a clock that stepped back is silent until it has caught up, or until the status is heard', () => {
  const bench = alive();
  bench.write(20, { renewTime: moment(5).wall });
  bench.write(30, { renewTime: moment(9).wall });
  assert.equal(bench.node().observedMono, moment(10).mono);
  const node = nodeRecord({ readyHeartbeat: moment(-20).wall });
  bench.see({ kind: 'node', source: 'nodes', at: moment(35), change: 'modified', node });
  assert.equal(bench.node().observedMono, moment(35).mono);
  bench.write(40, { renewTime: moment(9.5).wall });
  assert.equal(bench.node().observedMono, moment(40).mono);
});

test('a node lost again before its second heartbeat is still in the same outage', () => {
  const bench = lost();
  bench.write(100);
  bench.time(126.7);
  bench.time(150);
  bench.answer(150.1);
  bench.write(200);
  bench.write(210);
  const outages = bench.events.filter((event) => event.kind === 'node-outage');
  assert.deepEqual(
    outages.map((event) => event.kind === 'node-outage' && event.closed),
    [undefined, moment(200).wall],
  );
});

test('two outages between which only the status was heard have traces of their own', () => {
  const bench = lost();
  const status = (seconds: number) => {
    const node = nodeRecord({ readyHeartbeat: moment(seconds).wall });
    bench.see({ kind: 'node', source: 'nodes', at: moment(seconds), change: 'modified', node });
  };
  status(100);
  status(110);
  bench.time(140);
  bench.time(160);
  bench.answer(160.1);
  const opened = bench.events.flatMap((event) =>
    event.kind === 'node-outage' && event.step === 'opened' ? [event.traceId] : [],
  );
  assert.equal(opened.length, 2);
  assert.notEqual(opened[0], opened[1]);
});

test('a status that comes again from a backup is no heartbeat, and the outages after it have names of their own', () => {
  const bench = lost();
  const status = (seconds: number, revision: number, written = seconds) => {
    const node = nodeRecord({ resourceVersion: `${revision}`, readyHeartbeat: moment(written).wall });
    bench.see({ kind: 'node', source: 'nodes', at: moment(seconds), change: 'modified', node });
  };
  const outages = () =>
    bench.events.flatMap((event) =>
      event.kind === 'node-outage' && event.step === 'opened' ? [event.traceId] : [],
    );
  const loseAgain = (seconds: number) => {
    bench.time(seconds + 27);
    bench.time(seconds + 50);
    bench.answer(seconds + 50.1);
  };
  status(100, 20);
  status(110, 21);
  loseAgain(110);
  assert.equal(outages().length, 2);
  status(200, 20, 100);
  assert.equal(bench.node().state, 'lost');
  status(210, 21, 110);
  status(211, 21, 110);
  status(212, 22);
  loseAgain(212);
  assert.equal(new Set(outages()).size, outages().length);
});

test('time in which we were blind is no missed heartbeat', () => {
  const bench = alive();
  bench.sight(12, 'blind');
  bench.sight(70, 'sighted');
  bench.write(72);
  assert.equal(bench.node().missed, 0);
  bench.write(92);
  assert.equal(bench.node().missed, 1);
});

test('missed heartbeats are counted by the rhythm of a quarter of the duration', () => {
  const bench = alive();
  bench.write(41);
  assert.equal(bench.node().missed, 2);
});

test('an outage ends with the second heartbeat, and a changed bootID is a reboot', () => {
  const bench = lost();
  bench.write(100);
  const at = moment(101);
  bench.see({
    kind: 'node',
    source: 'nodes',
    at,
    change: 'modified',
    node: nodeRecord({ bootId: 'boot-2' }),
  });
  bench.write(110);
  const outage = bench.events.findLast((event) => event.kind === 'node-outage');
  assert.equal(outage?.kind === 'node-outage' && outage.end, 'rebooted');
  assert.equal(outage?.kind === 'node-outage' && outage.closed, moment(100).wall);
  assert.equal(bench.node().state, 'alive');
});

test('a node that is being drained away is terminating, not lost', () => {
  const bench = alive();
  const at = moment(12);
  bench.see({
    kind: 'node',
    source: 'nodes',
    at,
    change: 'modified',
    node: nodeRecord({ terminating: true }),
  });
  bench.time(200);
  assert.equal(bench.node().state, 'terminating');
  assert.equal(bench.asks.length, 0);
});

test('a lease whose Node was deleted is an orphan', () => {
  const bench = alive();
  bench.see({ kind: 'node', source: 'nodes', at: moment(12), change: 'deleted', node: nodeRecord({}) });
  assert.equal(bench.node().state, 'alive');
  bench.time(52);
  assert.equal(bench.node().state, 'orphan');
});

/** The Node as the source of Nodes tells it. */
function node(
  bench: Bench,
  seconds: number,
  fields: Parameters<typeof nodeRecord>[0],
  change: Change = 'modified',
): void {
  bench.see({ kind: 'node', source: 'nodes', at: moment(seconds), change, node: nodeRecord(fields) });
}

test('a node that is drained while its lease is read is not lost', () => {
  const bench = alive();
  bench.time(36.7);
  bench.time(60);
  node(bench, 60.05, { terminating: true });
  bench.answer(60.1);
  assert.deepEqual(bench.states(), ['alive', 'late', 'terminating']);
});

test('a lease without a Node does not keep a blind model awake', () => {
  const bench = alive();
  node(bench, 12, {}, 'deleted');
  bench.sight(14, 'blind');
  bench.time(60);
  assert.equal(bench.model.nextDeadline(), Number.POSITIVE_INFINITY);
  bench.sight(70, 'sighted');
  bench.time(71);
  assert.equal(bench.node().state, 'orphan');
});

test('a deadline that is no round number of milliseconds is met once', () => {
  const bench = alive();
  bench.write(3615.001);
  bench.time(bench.model.nextDeadline() / 1000);
  assert.equal(bench.node().state, 'late');
});

test('a node that is forgotten says nothing at the deadline that it had, and leaves no outage open', () => {
  const bench = alive();
  node(bench, 12, {}, 'deleted');
  bench.write(14, {}, 'deleted');
  const said = bench.events.length;
  bench.time(200);
  assert.equal(bench.events.length, said);
});

test('reads that fail are told once, not before every further read', () => {
  const bench = alive();
  bench.time(36.7);
  for (let seconds = 60; seconds < 70; seconds += 2.1) {
    bench.time(seconds);
    bench.answer(seconds, { failed: 'test' });
  }
  assert.deepEqual(bench.states(), ['alive', 'late', 'unknown']);
});
