import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionTable } from './connection-table.ts';

/** One census at `seconds` that shows these inodes on port 8080; returns the lifetimes (s) of those that ended. */
function census(table: ConnectionTable, seconds: number, inodes: readonly number[]) {
  const ages: (number | undefined)[] = [];
  const ended: (number | undefined)[] = [];
  table.begin(seconds * 1000);
  for (const inode of inodes) {
    const age = table.see(inode, 8080, 40_000);
    ages.push(age === undefined ? undefined : age / 1000);
  }
  table.end((port, lifetime) => {
    assert.equal(port, 8080);
    ended.push(lifetime === undefined ? undefined : lifetime / 1000);
  });
  return { ages, ended };
}

test('connections: an age counts from the census that showed it first', () => {
  const table = new ConnectionTable();
  assert.deepEqual(census(table, 100, [1]).ages, [0]);
  assert.deepEqual(census(table, 105, [1, 2]).ages, [5, 0]);
  assert.deepEqual(census(table, 110, [2, 1]).ages, [5, 10]);
});

test('connections: a life ends with the first of two censuses that do not show it', () => {
  const table = new ConnectionTable();
  census(table, 0, []);
  census(table, 5, [1]);
  census(table, 65, [1]);
  assert.deepEqual(census(table, 70, []).ended, []);
  assert.deepEqual(census(table, 75, []).ended, [65]);
  assert.deepEqual(census(table, 80, []).ended, []);
});

test('connections: how long one lived that was there before us is not known', () => {
  const table = new ConnectionTable();
  census(table, 0, [1]);
  census(table, 5, [1]);
  census(table, 10, []);
  assert.deepEqual(census(table, 15, []).ended, [undefined]);
});

test('connections: a row that the kernel skipped once is the same connection again', () => {
  const table = new ConnectionTable();
  census(table, 0, []);
  census(table, 5, [1]);
  census(table, 10, []);
  assert.deepEqual(census(table, 15, [1]), { ages: [10], ended: [] });
  census(table, 20, []);
  assert.deepEqual(census(table, 25, []).ended, [15]);
});

test('connections: a row that the kernel wrote twice counts once', () => {
  const table = new ConnectionTable();
  census(table, 0, []);
  assert.deepEqual(census(table, 5, [1, 2, 1]).ages, [0, 0, undefined]);
  assert.deepEqual(census(table, 10, [1, 1]).ages, [5, undefined]);
});

test('connections: the same inode on another port is another connection', () => {
  const table = new ConnectionTable();
  table.begin(0);
  assert.equal(table.see(7, 80, 1), 0);
  assert.equal(table.see(7, 80, 2), 0);
  assert.equal(table.see(7, 81, 1), 0);
  assert.equal(table.see(7, 80, 1), undefined);
});

test('connections: a census that failed half way ends nobody, and is forgotten', () => {
  const table = new ConnectionTable();
  census(table, 0, []);
  census(table, 5, [1, 2]);
  table.begin(10_000);
  table.see(1, 8080, 40_000);
  table.see(3, 8080, 40_000);
  table.abandon();
  assert.deepEqual(census(table, 15, [2]), { ages: [10], ended: [] });
  assert.deepEqual(census(table, 20, [2]).ended, [10]);
});

test('connections: a hundred thousand come and go, and every one is told', () => {
  const table = new ConnectionTable();
  const all = Array.from({ length: 100_000 }, (_, index) => index + 1);
  census(table, 0, []);
  assert.equal(new Set(census(table, 5, all).ages).size, 1);
  assert.ok(census(table, 10, all).ages.every((age) => age === 5));
  assert.equal(census(table, 15, all.slice(0, 10)).ended.length, 0);
  const { ended } = census(table, 20, all.slice(0, 10));
  assert.equal(ended.length, 99_990);
  assert.ok(ended.every((lifetime) => lifetime === 10));
  for (let at = 25; at < 100; at += 5) census(table, at, all.slice(0, 10));
  assert.deepEqual(new Set(census(table, 100, all.slice(0, 10)).ages), new Set([95]));
});
