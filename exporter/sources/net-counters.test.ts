import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCounters, readCounters } from './net-counters.ts';

const snmp = `Ip: Forwarding DefaultTTL
Ip: 1 64
Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab
Tcp: 1 200 120000 -1 44560 42952 928 4393 98
`;
const netstat = `TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPAbortOnTimeout
TcpExt: 0 12 13 7
IpExt: InNoRoutes InTruncatedPkts
IpExt: 0 0
`;

test('counters: each is found by the name of its column', () => {
  const expected = { accepts: 42_952, resets: 4393, timeouts: 7, listenOverflows: 12 };
  assert.deepEqual(parseCounters(snmp + netstat), expected);
  const turned = netstat.replace('ListenOverflows ListenDrops', 'ListenDrops ListenOverflows');
  assert.deepEqual(parseCounters(snmp + turned), { ...expected, listenOverflows: 13 });
});

const bad = [
  ['nothing at all', '', 'Tcp: PassiveOpens is missing'],
  ['a file that is not there', snmp, 'TcpExt: TCPAbortOnTimeout is missing'],
  [
    'a line of numbers that is too short',
    snmp + netstat.replace(' 13 7', ' 13'),
    'TCPAbortOnTimeout is missing',
  ],
  [
    'a word in the place of a number',
    snmp.replace('42952', 'many') + netstat,
    'PassiveOpens is no number: "many"',
  ],
  ['a negative number', snmp + netstat.replace(' 7', ' -7'), 'TCPAbortOnTimeout is no number: "-7"'],
] as const;

for (const [name, text, why] of bad) {
  test(`counters: ${name} is a failure with a reason, never a zero`, () => {
    const read = parseCounters(text);
    assert.ok('failed' in read && read.failed.includes(why), JSON.stringify(read));
  });
}

test('counters: those of this machine can be read, and a folder that is no process says so', () => {
  const read = readCounters('/proc');
  assert.ok('accepts' in read, JSON.stringify(read));
  const failed = readCounters('/nowhere');
  assert.match('failed' in failed ? failed.failed : '', /ENOENT.*\/nowhere\/net\/snmp/);
});
