import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moment } from './fixture.ts';
import { HolderClock } from './holder-clock.ts';

/** A clock that is ahead of ours by an hour. */
const hour = 3_600_000_000;
const dated = (seconds: number) => moment(seconds).mono * 1000 + hour;

test('three renewals, each at another time, are relied on', () => {
  const clock = HolderClock.begin();
  for (const seconds of [2, 4]) clock.see(dated(seconds), moment(seconds + 0.05));
  assert.equal(clock.established, false);
  clock.see(dated(6), moment(6.01));
  assert.equal(clock.established, true);
  assert.equal(clock.wroteAt(dated(8)), moment(8.01).mono);
});

test('one renewal is enough where others vouch that it was prompt', () => {
  const clock = HolderClock.begin();
  clock.see(dated(2), moment(2.05), { prompt: true });
  assert.equal(clock.established, true);
});

test('what was told before a renewal says when the next ones were made at the earliest', () => {
  const clock = HolderClock.begin();
  assert.equal(clock.wroteAfter(dated(4)), Number.NEGATIVE_INFINITY);
  clock.see(dated(2), moment(9), { notBefore: moment(1.5).mono });
  assert.equal(clock.wroteAfter(dated(4)), moment(3.5).mono);
});

test('a clock that was set back is unknown again', () => {
  const clock = HolderClock.begin();
  clock.see(dated(2), moment(2), { prompt: true, notBefore: moment(1.9).mono });
  clock.see(dated(1), moment(4));
  assert.equal(clock.established, false);
  assert.equal(clock.wroteAfter(dated(6)), Number.NEGATIVE_INFINITY);
});

test('a write that is dated as the clock would date it may be of the same machine, any other is not', () => {
  const clock = HolderClock.begin();
  assert.equal(clock.agrees(1e6, { mono: 0, wall: 0 }), false, 'nothing is known yet');
  for (const second of [0, 2, 4]) clock.see(second * 1e6, { mono: second * 1000 + 5, wall: 0 });
  assert.equal(clock.agrees(9e6, { mono: 9050, wall: 0 }), true);
  assert.equal(clock.agrees(9e6, { mono: 9500, wall: 0 }), false, 'another clock, or half a second late');
  assert.equal(clock.agrees(undefined, { mono: 9000, wall: 0 }), false);
});
