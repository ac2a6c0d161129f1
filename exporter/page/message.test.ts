import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extended, fromTables, type History, historyLength, toTables } from './message.ts';
import { noTables, type Tables } from './tables.ts';

const nothing: History = { at: [], series: {} };

test('history: every series has a point or a gap for every moment', () => {
  const one = extended(nothing, { at: 1, values: { a: 5 } });
  const two = extended(one, { at: 2, values: { b: 7 } });
  assert.deepEqual(two, { at: [1, 2], series: { a: [5, null], b: [null, 7] } });
});

test('history: it has an end, and what has been gone for all of it is forgotten', () => {
  let history = extended(nothing, { at: 0, values: { a: 1, b: 1 } });
  for (let at = 1; at <= historyLength; at++) history = extended(history, { at, values: { b: at } });
  assert.equal(history.at.length, historyLength);
  assert.deepEqual(Object.keys(history.series), ['b']);
  assert.equal(history.series.b?.length, historyLength);
  assert.equal(history.series.b?.at(-1), historyLength);
});

test('tables: as rows and back they are the same', () => {
  const tables: Tables = { ...noTables(), silences: new Map([['election', { id: 'election' }]]) };
  assert.deepEqual(toTables(JSON.parse(JSON.stringify(fromTables(tables)))), tables);
});
