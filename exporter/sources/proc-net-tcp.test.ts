import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRow, readRows, type SocketRow } from './proc-net-tcp.ts';

const heading =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

function rowsOf(text: string, wanted: (row: SocketRow) => boolean = () => true) {
  const rows: SocketRow[] = [];
  const take = (row: SocketRow) => void rows.push({ ...row });
  const { used, unreadable } = readRows(new TextEncoder().encode(text), newRow(), { wanted, take });
  return { rows, used, unreadable };
}

/** Lines as a kernel of today writes them. */
const lines = {
  listening:
    '   0: 00000000:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 945327 1 00000000246e2e98 100 0 0 10 0                    \n',
  open: '  12: 0100007F:1F90 0100007F:D431 01 00000000:00000000 02:000A7A3C 00000000  1000        0 62521 2 000000008edea7b0 20 4 30 10 -1                   \n',
  ghost:
    '   3: 010A8D0A:1F90 020A8D0A:D431 01 0000057A:00000010 01:00000C80 00000006     0        0 81220 2 000000008edea7b0 12800 4 30 1 7                \n',
  stalled:
    '   4: 010A8D0A:1F90 020A8D0A:D432 01 0027FB40:00000000 04:000001F3 00000000     0        2 81221 2 000000008edea7b0 20 4 1 10 -1                \n',
  ipv6: '   5: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000100007F:D433 01 00000000:00000000 00:00000000 00000000     0        0 62524 1 0000000000000000 20 4 30 10 -1\n',
  longNumber:
    '123456: 0100007F:0050 0100007F:D434 01 00000000:00000000 00:00000000 00000000 4294967295        0 4294967297 1 0000000000000000 20 4 30 10 -1\n',
};

const plain = {
  ...{ localPort: 8080, remotePort: 54_321, near: false, state: 1, txQueue: 0, rxQueue: 0 },
  ...{ timer: 0, retransmits: 0, probes: 0 },
};

const readable = [
  [
    'a listening socket',
    lines.listening,
    { remotePort: 0, near: true, state: 10, rxQueue: 3, inode: 945_327 },
  ],
  ['a connection with keep-alive', lines.open, { near: true, timer: 2, inode: 62_521 }],
  ['retransmissions', lines.ghost, { txQueue: 1402, rxQueue: 16, timer: 1, retransmits: 6, inode: 81_220 }],
  [
    'probes of a closed window',
    lines.stalled,
    { remotePort: 54_322, txQueue: 2_620_224, timer: 4, probes: 2, inode: 81_221 },
  ],
  ['an IPv4 client in the table of IPv6', lines.ipv6, { remotePort: 54_323, near: true, inode: 62_524 }],
  [
    'numbers wider than their columns',
    lines.longNumber,
    { localPort: 80, remotePort: 54_324, near: true, inode: 1 },
  ],
] as const;

for (const [name, line, expected] of readable) {
  test(`socket table: ${name}`, () => {
    const { rows, used, unreadable } = rowsOf(heading + line);
    assert.deepEqual(rows, [{ ...plain, ...expected }]);
    assert.deepEqual([used, unreadable], [heading.length + line.length, 0]);
  });
}

const peers = [
  ['127.0.0.1', '0A00020F:1F90 0100007F:D431', true],
  ['127.1.2.3', '0A00020F:1F90 0302017F:D431', true],
  ['127.0.0.6, from where Istio hands on what came from elsewhere', '0A00020F:1F90 0600007F:D431', false],
  ['our own address', '0A00020F:1F90 0A00020F:D431', true],
  ['another machine', '0A00020F:1F90 0B00020F:D431', false],
  ['a machine whose address ends in 7F', '0A00020F:1F90 7F00020F:D431', false],
  ['::1', `${'0'.repeat(32)}:1F90 ${'0'.repeat(24)}01000000:D431`, true],
  ['127.0.0.6 as an IPv6 address', `${'0'.repeat(32)}:1F90 ${'0'.repeat(16)}FFFF00000600007F:D431`, false],
  ['10.2.0.15 as an IPv6 address', `${'0'.repeat(32)}:1F90 ${'0'.repeat(16)}FFFF00000F00020A:D431`, false],
  ['an IPv6 address that ends in 7F', `${'0'.repeat(32)}:1F90 B80D0120000000000000000001000A7F:D431`, false],
] as const;

for (const [name, ends, near] of peers) {
  test(`socket table: a peer at ${name} is ${near ? 'near' : 'elsewhere'}`, () => {
    const text = `   7: ${ends} 01 00000000:00000000 00:00000000 00000000     0        0 9 1 0\n`;
    assert.deepEqual(
      rowsOf(text).rows.map((row) => row.near),
      [near],
    );
  });
}

test('socket table: rows that nobody wants are not read further, and not counted as unreadable', () => {
  const odd = '   7: 0100007F:1F91 0100007F:D431 01 and something that nobody expects here, ever, at all\n';
  const { rows, unreadable } = rowsOf(odd + lines.open, ({ localPort }) => localPort === 8080);
  assert.deepEqual([rows.length, unreadable], [1, 0]);
});

const unreadable = [
  ['an empty line', '\n'],
  ['text', 'Permission denied\n'],
  ['a row cut short', '   7: 0100007F:1F90 0100\n'],
  ['a row without an inode', '   7: 0100007F:1F90 0100007F:D431 01 0:0 0:0\n'],
  ['a row that ends before its inode', `${lines.open.slice(0, 82)}\n`],
  ['foreign digits in a port', lines.open.replace('1F90', '1f9x')],
  ['foreign digits in a queue', lines.open.replace('00000000:00000000', '0000zzzz:00000000')],
  ['foreign digits in an inode', lines.open.replace('62521', '6252x')],
  ['a shifted column', lines.open.replace(' 01 ', ' 01  ')],
  ['bytes that are no text', '\u0000\u0001:::::::::\n'],
] as const;

for (const [name, text] of unreadable) {
  test(`socket table: ${name} is unreadable`, () => {
    assert.deepEqual(rowsOf(heading + text), {
      rows: [],
      used: heading.length + text.length,
      unreadable: 1,
    });
  });
}

test('socket table: cut anywhere, the rows are the same', () => {
  const bytes = new TextEncoder().encode(heading + lines.open + lines.ipv6);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const inodes: number[] = [];
    const taker = { wanted: () => true, take: (row: SocketRow) => void inodes.push(row.inode) };
    const first = readRows(bytes.subarray(0, cut), newRow(), taker);
    const second = readRows(bytes.subarray(first.used), newRow(), taker);
    assert.deepEqual(inodes, [62_521, 62_524], `cut at ${cut}`);
    assert.equal(first.used + second.used, bytes.length);
    assert.equal(first.unreadable + second.unreadable, 0);
  }
});
