import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaseRow, nodeRow, portRow, roundRow, tablesOf } from './fixture.ts';
import { leadersHeadline, lineHeadline, silentHeadline } from './headlines.ts';
import { apart, shortHolder, splitName } from './names.ts';
import { inOrderOfNeed, latestFirst, nodesInOrderOfNeed } from './order.ts';
import { ceilingOf, sparkPath } from './spark.ts';
import { tidings } from './tidings.ts';
import { noticesOf } from './trouble.ts';
import { scaleFor, stretches, waterfallWords } from './waterfall.ts';
import { age, bytes, counted, duration, few, roughAge } from './words.ts';

test('words: durations and ages', () => {
  assert.deepEqual([0, 3.24, 59.96, 61, 3_700].map(duration), [
    '0.0 s',
    '3.2 s',
    '60.0 s',
    '1 min 1 s',
    '1 h 1 min',
  ]);
  assert.deepEqual([-1, 0.9, 60, 7200, 90_000].map(age), ['0 s', '0 s', '1 min', '2 h', '1 d 1 h']);
  assert.deepEqual([59, 3_700, 3600, 400 * 86_400].map(roughAge), ['59 s', '1 h', '1 h', '1 y']);
});

test('words: numbers', () => {
  assert.deepEqual(
    [1, 2, 1000].map((number) => counted(number, 'node')),
    ['1 node', '2 nodes', '1,000 nodes'],
  );
  assert.deepEqual([0, 1023, 1024, 5 * 2 ** 40].map(bytes), ['0 B', '1023 B', '1.0 KiB', '5120.0 GiB']);
  assert.equal(few(['a', 'b', 'c', 'd', 'e']), 'a, b, c and 2 more');
  assert.equal(few(['a']), 'a');
});

test('names: a long one keeps its end, two of one workload what is different of them', () => {
  assert.deepEqual(splitName('kube-scheduler-7d9c6b5f4-x2x7q'), ['kube-scheduler-7d9c6b5f4', '-x2x7q']);
  assert.deepEqual(splitName('short'), ['short', '']);
  assert.equal(shortHolder('scheduler-a_7b6f6f0e-8f1b-4c7e-9b0a-111111111111'), 'scheduler-a');
  assert.deepEqual(apart('scheduler-7d9c-aa', 'scheduler-7d9c-ab'), ['…aa', '…ab']);
  assert.deepEqual(apart('a-1', 'b-2'), ['a-1', 'b-2']);
  assert.deepEqual(apart('scheduler-7d9c-aa', 'scheduler-7d9c-aa'), [
    'scheduler-7d9c-aa',
    'scheduler-7d9c-aa',
  ]);
});

test('order: what needs somebody comes first', () => {
  const states = ['held', 'orphaned', 'unknown', 'expired', 'vacant', 'released'] as const;
  const rows = states.map((state) => leaseRow({ id: state, state }));
  const apiserver = leaseRow({ id: 'a', class: 'apiserver' });
  assert.deepEqual(
    inOrderOfNeed([apiserver, ...rows]).map(({ id }) => id),
    ['expired', 'unknown', 'released', 'held', 'a', 'vacant', 'orphaned'],
  );
  const nodes = [nodeRow({ id: 'a' }), nodeRow({ id: 'b', state: 'lost' })];
  assert.deepEqual(
    nodesInOrderOfNeed(nodes).map(({ id }) => id),
    ['b', 'a'],
  );
});

test('order: open rounds come first, then the latest', () => {
  const rounds = [1, null, 5].map((closedAt) => roundRow({ id: String(closedAt), closedAt }));
  assert.deepEqual(
    latestFirst(rounds).map(({ id }) => id),
    ['null', '5', '1'],
  );
});

test('waterfall: a closed round has its three stretches, one after the other', () => {
  assert.deepEqual(stretches(roundRow(), 500), [
    { name: 'silence', from: 0, to: 15 },
    { name: 'leaderless', from: 15, to: 17 },
    { name: 'settle', from: 17, to: 19 },
  ]);
  assert.equal(waterfallWords(stretches(roundRow(), 500)), 'silence 15.0 s, leaderless 2.0 s, settle 2.0 s');
});

test('waterfall: of an open round the last stretch goes on until now', () => {
  const open = roundRow({ acquiredAt: null, closedAt: null });
  assert.deepEqual(stretches(open, 130).at(-1), { name: 'leaderless', from: 15, to: 30 });
  // The clock of the page may be a little behind that of the program.
  assert.deepEqual(
    stretches(open, 90).map(({ name }) => name),
    ['silence'],
  );
});

test('waterfall: a possible overlap is drawn where it was', () => {
  const round = roundRow({
    vacatedAt: 105,
    acquiredAt: 105,
    closedAt: 107,
    overlap: { fromAt: 105, untilAt: 115 },
  });
  assert.deepEqual(stretches(round, 500).at(-1), { name: 'overlap', from: 5, to: 15 });
});

test('waterfall: one round that never ends does not make the others too small to see', () => {
  const rounds = Array.from({ length: 9 }, () => roundRow());
  assert.equal(scaleFor([...rounds, roundRow({ closedAt: null, acquiredAt: null })], 5000), 20);
  assert.equal(scaleFor([], 0), 5);
});

test('spark: a line with a gap where nobody knows', () => {
  assert.equal(sparkPath([0, 10, null, 5], { width: 30, height: 10, most: 10 }), 'M0 10L10 0M30 5');
  assert.equal(sparkPath([], { width: 30, height: 10, most: 1 }), '');
  assert.deepEqual([[null], [3], [41, 7], [100], [101]].map(ceilingOf), [1, 5, 50, 100, 200]);
});

test('headlines: all is well', () => {
  const tables = tablesOf({ leases: [leaseRow()], nodes: [nodeRow()], ports: [portRow()] });
  assert.deepEqual(leadersHeadline(tables), {
    ...{
      mood: 'good',
      figure: '1 of 1',
      text: 'election has a leader',
      more: 'every election has its leader',
    },
  });
  assert.deepEqual(silentHeadline(tables), {
    ...{ mood: 'good', figure: 'Nobody', text: 'went silent', more: '1 node and 1 lease, and all are heard' },
  });
  assert.deepEqual(lineHeadline(tables), {
    ...{ mood: 'good', figure: '40', text: 'connections are open', more: 'on 1 port' },
  });
});

test('headlines: they name who is missing', () => {
  const tables = tablesOf({
    leases: [
      ...[leaseRow({ id: 'a/a', state: 'expired' }), leaseRow({ id: 'b/b', state: 'unknown' })],
      ...[
        leaseRow({ id: 'c/c', state: 'orphaned' }),
        leaseRow({ id: 'd/d', class: 'lock', state: 'expired' }),
      ],
    ],
    nodes: [nodeRow({ state: 'lost' }), nodeRow({ id: 'node-2', state: 'late' })],
    ports: [portRow({ stalled: 2 })],
  });
  const [leaders, silent, line] = [leadersHeadline(tables), silentHeadline(tables), lineHeadline(tables)];
  assert.deepEqual(
    [leaders.mood, leaders.figure, leaders.more],
    ['bad', '0 of 2', 'nobody leads a/a; of 1 nobody knows'],
  );
  assert.deepEqual(
    [silent.mood, silent.figure, silent.more],
    [...['bad', '3'], 'no heartbeat of node-1; no renewal of a/a, d/d; node-2 is late; of 1 nobody knows'],
  );
  assert.deepEqual([line.mood, line.more], ['unsure', '2 do not read']);
});

test('headlines: where nothing is watched nothing is well', () => {
  const moods = [leadersHeadline, silentHeadline, lineHeadline].map(
    (headline) => headline(tablesOf({})).mood,
  );
  assert.deepEqual(moods, ['none', 'none', 'none']);
});

test('tidings: a change of state and of the leader are said, a renewal is not', () => {
  const before = tablesOf({ leases: [leaseRow(), leaseRow({ id: 'shop/till' })], nodes: [nodeRow()] });
  const after = tablesOf({
    leases: [
      leaseRow({ holder: 'scheduler-b', pod: 'b-0' }),
      leaseRow({ id: 'shop/till', state: 'expired' }),
    ],
    nodes: [nodeRow({ state: 'lost' })],
  });
  assert.deepEqual(tidings(before, after), [
    ...['shop/till is expired', 'b-0 leads kube-system/scheduler', 'node node-1 lost'],
  ]);
  assert.deepEqual(tidings(before, tablesOf({ leases: [leaseRow({ observed: 3000 })] })), []);
});

test('tidings: many at once are one sentence', () => {
  const ids = Array.from({ length: 50 }, (_, index) => `ns/lease-${index}`);
  const before = tablesOf({ leases: ids.map((id) => leaseRow({ id })) });
  const expired = tablesOf({ leases: ids.map((id) => leaseRow({ id, state: 'expired' })) });
  assert.deepEqual(tidings(before, expired), ['ns/lease-0, ns/lease-1, ns/lease-2 and 47 more are expired']);
  const changed = tablesOf({ leases: ids.map((id) => leaseRow({ id, holder: 'other' })) });
  assert.deepEqual(tidings(before, changed), ['50 leases have another leader']);
});

test('trouble: what stands above everything else', () => {
  const incident = {
    traceId: 'x',
    change: 'fall',
    before: 40,
    extreme: 3,
    beganAt: 0,
    beside: 'round of a/b',
  } as const;
  const tables = {
    ...tablesOf({ ports: [portRow({ incident }), portRow({ id: 'quiet' })] }),
    silences: new Map([['election', { id: 'election' }]] as const),
    sources: new Map([
      [
        'leases',
        {
          id: 'leases',
          up: false,
          forbidden: false,
          synced: true,
          why: 'refused',
          lastEventAt: 1,
          restarts: 0,
        },
      ],
      [
        'nodes',
        { id: 'nodes', up: true, forbidden: false, synced: true, why: '', lastEventAt: 1, restarts: 0 },
      ],
    ]),
    unread: new Map([['a/b', { id: 'a/b', why: 'denied' }]]),
  };
  assert.deepEqual(
    noticesOf(tables).map(({ level, title, text }) => `${level}: ${title}: ${text}`),
    [
      'bad: Half of all election leases fell silent at once: Suspect the API server, etcd or the network, not each of them.',
      'bad: leases cannot be seen: refused',
      'bad: shop/chat-0:8080 lost connections: From 40 to 3, beside the round of a/b.',
      'warn: Connections of 1 Pod cannot be counted: a/b: denied',
    ],
  );
  assert.deepEqual(noticesOf(tablesOf({})), []);
});
