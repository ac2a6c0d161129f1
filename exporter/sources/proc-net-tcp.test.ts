import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newTally, tallyRows } from './proc-net-tcp.ts';

const heading =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

function row(local: string, remote: string, state: string, inode: string): string {
  const rest = '00000000:00000000 00:00000000 00000000     0        0';
  return `   7: ${local} ${remote} ${state} ${rest} ${inode} 1 000000008edea7b0 100 0 0 10 0\n`;
}

function tallyOf(text: string, ports: readonly number[] = [8080]) {
  const tally = newTally(ports);
  tallyRows(new TextEncoder().encode(text), tally);
  return tally;
}

const client = '0100007F:D431';
const port8080 = '0100007F:1F90';
const v6 = '0000000000000000FFFF00000100007F';
const none = { port: 8080, established: 0, unaccepted: 0, closing: 0, listening: false };

const rows = [
  ['an accepted connection', row(port8080, client, '01', '62521'), { established: 1 }],
  ['a connection that nobody accepted yet', row(port8080, client, '01', '0'), { unaccepted: 1 }],
  ['a listening socket', row(port8080, '00000000:0000', '0A', '1121'), { listening: true }],
  ['SYN_SENT', row(port8080, client, '02', '0'), {}],
  ['SYN_RECV', row(port8080, client, '03', '0'), {}],
  ['FIN_WAIT1', row(port8080, client, '04', '0'), { closing: 1 }],
  ['FIN_WAIT2', row(port8080, client, '05', '0'), { closing: 1 }],
  ['TIME_WAIT', row(port8080, client, '06', '0'), {}],
  ['CLOSE_WAIT', row(port8080, client, '08', '4711'), { closing: 1 }],
  ['LAST_ACK', row(port8080, client, '09', '0'), { closing: 1 }],
  ['CLOSING', row(port8080, client, '0B', '0'), { closing: 1 }],
  ['the client side of a pair in one namespace', row(client, port8080, '01', '62522'), {}],
  ['another port', row('0100007F:1F91', client, '01', '62521'), {}],
  ['an IPv6 address', row(`${v6}:1F90`, `${v6}:D431`, '01', '62521'), { established: 1 }],
] as const;

for (const [name, text, expected] of rows) {
  test(`socket table: ${name}`, () => {
    const tally = tallyOf(heading + text);
    assert.deepEqual(tally.ports.get(8080), { ...none, ...expected });
    assert.equal(tally.unreadable, 0);
  });
}

test('socket table: both sides of a pair are in the table, and one of them counts', () => {
  const tally = tallyOf(row(port8080, client, '01', '1') + row(client, port8080, '01', '2'));
  assert.equal(tally.ports.get(8080)?.established, 1);
});

test('socket table: every declared port has its own counts', () => {
  const tally = tallyOf(
    row(port8080, client, '01', '1') + row('00000000:0050', client, '01', '2'),
    [80, 443],
  );
  assert.deepEqual(
    [...tally.ports.values()].map(({ port, established }) => [port, established]),
    [
      [80, 1],
      [443, 0],
    ],
  );
});

const unreadable = [
  ['an empty line', '\n'],
  ['text', 'Permission denied\n'],
  ['a row cut short', '   7: 0100007F:1F90 0100\n'],
  ['a row of a declared port without an inode', '   7: 0100007F:1F90 0100007F:D431 01 0:0 0:0\n'],
  ['lower-case or foreign digits', row('0100007F:1f9x', client, '01', '1')],
  ['bytes that are no text', '\u0000\u0001:::::::::\n'],
] as const;

for (const [name, text] of unreadable) {
  test(`socket table: ${name} is counted as unreadable`, () => {
    const tally = tallyOf(heading + text);
    assert.equal(tally.unreadable, 1);
    assert.deepEqual(tally.ports.get(8080), none);
  });
}

test('socket table: cut anywhere, the counts are the same', () => {
  const bytes = new TextEncoder().encode(
    heading + row(port8080, client, '01', '1') + row(port8080, client, '01', '0'),
  );
  for (let cut = 0; cut <= bytes.length; cut++) {
    const tally = newTally([8080]);
    const used = tallyRows(bytes.subarray(0, cut), tally);
    assert.equal(used + tallyRows(bytes.subarray(used), tally), bytes.length);
    assert.deepEqual(tally.ports.get(8080), { ...none, established: 1, unaccepted: 1 }, `cut at ${cut}`);
    assert.equal(tally.unreadable, 0);
  }
});
