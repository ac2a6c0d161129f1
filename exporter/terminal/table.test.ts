import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayWidth, padded } from './display-width.ts';
import { clusterAnswer, lastRoundAnswer, leaseAnswer } from './fixture.ts';
import { headings, leaseRow } from './lease-rows.ts';
import { clockTime, inColumn, inWords } from './spans-of-time.ts';
import { Columns } from './table.ts';

for (const [text, width] of [
  ['abc', 3],
  ['', 0],
  ['héllo', 5],
  ['he\u0301llo', 5],
  ['日本語', 6],
  ['한국', 4],
  ['ｆｕｌｌ', 8],
  ['👩‍👩‍👧', 2],
  ['🇩🇪', 2],
  ['❤️', 2],
  ['☃', 1],
  ['\ufffd', 1],
] as const) {
  test(`"${text}" takes ${width} columns`, () => {
    assert.equal(displayWidth(text), width);
    assert.equal(displayWidth(padded(text, 10)), 10);
  });
}

test('columns stand under each other, whatever is in them, and never become narrower', () => {
  const columns = new Columns((style, text) => `<${String(style)}>${text}</>`);
  const rows = [
    ['A', 'B', 'C'],
    ['日本', ['x', 'green'], 'end'],
    ['a', ['long', 'red'], ''],
  ] as const;
  assert.deepEqual(columns.lines(rows), [
    'A      B      C',
    '日本   <green>x</>      end',
    'a      <red>long</>',
  ]);
  assert.deepEqual(columns.lines([['b', 'c', 'd']]), ['b      c      d']);
});

test('the cells of a lease', () => {
  const all = { namespaces: true, wide: true };
  const asOf = 1_795_521_600;
  const row = (part: Parameters<typeof leaseAnswer>[0]) => leaseRow(leaseAnswer(part), asOf, all).map(String);
  assert.deepEqual(row({ changesLastDay: 64, changesLastDayCut: true, lastRound: lastRoundAnswer() }), [
    ...['kube-system', 'scheduler', 'held,green', '2h', 'scheduler-b', '1.2s', '13.8s'],
    ...['election', '15s', '64+', '0', '+0.0s', 'scheduler-b', 'node-2'],
  ]);
  const unseen = { state: 'unknown', renewals: 0, renewed: clusterAnswer(asOf - 120) };
  assert.deepEqual(row(unseen).slice(2, 7), ['unknown,yellow', '2h', 'scheduler-b', '~2m', '-']);
  assert.deepEqual(row({ state: 'expired', observedSecondsAgo: 42 }).slice(5, 7), ['42s', '-27s']);
  assert.deepEqual(
    row({ state: 'released', holder: '', clockSkewSeconds: null, changesLastDay: null }).slice(2),
    [...['released,cyan', '2h', '-', '1.2s', '-', 'election', '15s', '-', '0', '-', 'scheduler-b', 'node-2']],
  );
  assert.equal(headings(all).length, row({}).length);
  assert.deepEqual(headings({ namespaces: false, wide: false }), [
    'LEASE',
    'STATE',
    'FOR',
    'HOLDER',
    'RENEWED',
    'LEFT',
  ]);
});

test('durations in words and in columns', () => {
  const seconds = [-3, 0.04, 19.96, 20, 119.4, 120, 7199, 7200, 172_799, 172_800];
  assert.deepEqual(seconds.map(inWords), [
    '0.0 s',
    '0.0 s',
    '20.0 s',
    '20 s',
    '119 s',
    '2 min',
    '119 min',
    '2 h',
    '47 h',
    '2 d',
  ]);
  assert.deepEqual(seconds.map(inColumn), [
    '0.0s',
    '0.0s',
    '20.0s',
    '20s',
    '119s',
    '2m',
    '119m',
    '2h',
    '47h',
    '2d',
  ]);
});

test('a time of day is that of the reader, with the date where it is another day there', () => {
  const noon = Date.UTC(2026, 10, 24, 12) / 1000;
  assert.equal(clockTime(noon - 3600, noon, 'UTC'), '11:00');
  assert.equal(clockTime(noon - 3600, noon, 'Asia/Kolkata'), '16:30');
  assert.equal(clockTime(noon - 13 * 3600, noon, 'UTC'), '2026-11-23 23:00');
  assert.equal(clockTime(noon - 13 * 3600, noon, 'Asia/Kolkata'), '04:30');
});
