import assert from 'node:assert/strict';
import { test } from 'node:test';
import { states } from '../model/fixture.ts';
import type { PortCensus } from '../model/observation.ts';
import { ConnectionTable } from './connection-table.ts';
import { newRow, type SocketRow } from './proc-net-tcp.ts';
import { newTally } from './socket-tally.ts';

let inodes = 1;
const row = (part: Partial<SocketRow> = {}): SocketRow => ({
  ...newRow(),
  ...{ localPort: 8080, remotePort: 40_000, state: 1, inode: inodes++ },
  ...part,
});

function tallyOf(rows: readonly SocketRow[], ports: readonly number[] = [8080], find = false) {
  const tally = newTally({ ports, origin: 'configured', find, connections: new ConnectionTable() });
  for (const each of rows) if (tally.wanted(each)) tally.take(each);
  return tally.result();
}

const none: PortCensus = {
  ...{ port: 8080, origin: 'configured', listening: false, established: 0, near: 0 },
  ...{ ghosts: 0, stalled: 0, deadStalled: 0, unaccepted: 0, closing: 0, acceptQueue: 0 },
  ...{ sendQueueBytes: 0, longestSendQueueBytes: 0, ages: undefined, closed: 0, ended: [] },
  states: states({}),
};
const one = { established: 1, states: states({ established: 1 }), ages: { min: 0, p50: 0, p90: 0, max: 0 } };
const queue = (bytes: number) => ({ sendQueueBytes: bytes, longestSendQueueBytes: bytes });

const classes: readonly (readonly [string, SocketRow, Partial<PortCensus>])[] = [
  ['accepted', row(), one],
  ['of a peer in the same namespace', row({ near: true }), { ...one, near: 1 }],
  ['that nobody accepted yet', row({ inode: 0 }), { unaccepted: 1, states: states({ established: 1 }) }],
  [
    'listening',
    row({ state: 10, rxQueue: 3 }),
    { listening: true, acceptQueue: 3, states: states({ listen: 1 }) },
  ],
  ['SYN_SENT', row({ state: 2 }), { states: states({ syn_sent: 1 }) }],
  ['SYN_RECV', row({ state: 3, inode: 0 }), { states: states({ syn_recv: 1 }) }],
  ['FIN_WAIT1', row({ state: 4 }), { closing: 1, states: states({ fin_wait1: 1 }) }],
  ['FIN_WAIT2', row({ state: 5 }), { closing: 1, states: states({ fin_wait2: 1 }) }],
  ['TIME_WAIT', row({ state: 6 }), { states: states({ time_wait: 1 }) }],
  ['CLOSE_WAIT', row({ state: 8 }), { closing: 1, states: states({ close_wait: 1 }) }],
  ['LAST_ACK', row({ state: 9 }), { closing: 1, states: states({ last_ack: 1 }) }],
  ['CLOSING', row({ state: 11 }), { closing: 1, states: states({ closing: 1 }) }],
  ['CLOSE', row({ state: 7 }), { states: states({ close: 1 }) }],
  ['in a state that no kernel has yet', row({ state: 255 }), {}],
  ['NEW_SYN_RECV', row({ state: 12 }), {}],
  ['on another port', row({ localPort: 8081 }), {}],
  ['the client end of a pair in one namespace', row({ localPort: 40_000, remotePort: 8080 }), {}],
  ['with bytes on their way', row({ txQueue: 99, timer: 1 }), { ...one, ...queue(99) }],
  [
    'whose bytes were sent again four times',
    row({ txQueue: 99, timer: 1, retransmits: 4 }),
    { ...one, ...queue(99) },
  ],
  [
    'whose bytes were sent again five times',
    row({ txQueue: 99, timer: 1, retransmits: 5 }),
    { ...one, ...queue(99), ghosts: 1 },
  ],
  [
    'that does not read, and answers',
    row({ txQueue: 99, timer: 4, probes: 1 }),
    { ...one, ...queue(99), stalled: 1 },
  ],
  [
    'that does not read, and does not answer',
    row({ txQueue: 99, timer: 4, probes: 2 }),
    { ...one, ...queue(99), deadStalled: 1 },
  ],
  ['idle, with keep-alive', row({ timer: 2, probes: 1 }), one],
  ['that does not answer keep-alive probes', row({ timer: 2, probes: 2 }), { ...one, ghosts: 1 }],
  ['with the timer of a closed window and nothing to send', row({ timer: 4, probes: 3 }), one],
];

for (const [name, each, expected] of classes) {
  test(`tally: a socket ${name}`, () => assert.deepEqual(tallyOf([each]), [{ ...none, ...expected }]));
}

test('tally: several sockets listen on one port, each with a queue of its own', () => {
  const [port] = tallyOf([row({ state: 10, rxQueue: 3 }), row({ state: 10, rxQueue: 4 })]);
  assert.equal(port?.acceptQueue, 7);
});

test('tally: declared ports are told even where nobody is, and others only when they are to be found', () => {
  const rows = [row({ localPort: 9000, state: 10 }), row({ localPort: 9000 }), row({ localPort: 9001 })];
  const told = (find: boolean) =>
    tallyOf(rows, [80], find).map(({ port, origin, established }) => [port, origin, established]);
  assert.deepEqual(told(false), [[80, 'configured', 0]]);
  assert.deepEqual(told(true), [
    [80, 'configured', 0],
    [9000, 'found', 1],
  ]);
});

test('tally: ports of the proxies of a mesh are never found, only declared', () => {
  const rows = [15_006, 15_090, 4143].map((localPort) => row({ localPort, state: 10 }));
  assert.deepEqual(tallyOf(rows, [], true), []);
  assert.equal(tallyOf(rows, [15_006], true)[0]?.listening, true);
});

test('tally: nobody listens on port 0, whatever a table says', () => {
  assert.deepEqual(
    tallyOf([row({ localPort: 0, state: 10 }), row({ localPort: 0, remotePort: 0 })], [], true),
    [],
  );
});

test('tally: ages and send queues of many', () => {
  const connections = new ConnectionTable();
  const rows = Array.from({ length: 100 }, (_, index) => row({ txQueue: index }));
  let told: readonly PortCensus[] = [];
  for (let count = 1; count <= 100; count++) {
    connections.begin(count * 1000);
    const tally = newTally({ ports: [8080], origin: 'annotated', find: false, connections });
    for (const each of rows.slice(0, count)) tally.take(each);
    told = tally.result();
  }
  assert.deepEqual(told[0]?.ages, { min: 0, p50: 50, p90: 90, max: 99 });
  assert.deepEqual([told[0]?.sendQueueBytes, told[0]?.longestSendQueueBytes], [4950, 99]);
});

test('tally: lifetimes are told by the second', () => {
  const connections = new ConnectionTable();
  const show = (mono: number, rows: readonly SocketRow[]) => {
    connections.begin(mono);
    const tally = newTally({ ports: [8080], origin: 'configured', find: false, connections });
    for (const each of rows) tally.take(each);
    const [port] = tally.result();
    return [port?.closed, port?.ended];
  };
  const [old, first, second] = [row(), row(), row()];
  show(0, [old]);
  show(1000, [old, first, second]);
  show(61_400, [old, first]);
  show(62_000, []);
  assert.deepEqual(show(63_000, []), [2, [[61, 1]]]);
});
